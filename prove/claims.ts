/** All claims, in the order in which the evidence shows them. */
import type { Claim } from "./Claim.ts"

export const claims: ReadonlyArray<Claim> = []
