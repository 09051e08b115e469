/** All claims, in the order in which the evidence shows them. */
import type { Claim } from "./Claim.ts"
import { claim as mutatedAnswers } from "./claims/MutatedAnswers.ts"

export const claims: ReadonlyArray<Claim> = [mutatedAnswers]
