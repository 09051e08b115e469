/** All claims, in the order in which the evidence shows them. */
import type { Claim } from "./Claim.ts"
import { claim as clocks } from "./claims/Clocks.ts"
import { claim as histories } from "./claims/Histories.ts"
import { claim as hostileConnections } from "./claims/HostileConnections.ts"
import { claim as keyFiles } from "./claims/KeyFiles.ts"
import { claim as kills } from "./claims/Kills.ts"
import { claim as mutants } from "./claims/Mutants.ts"
import { claim as mutatedAnswers } from "./claims/MutatedAnswers.ts"
import { claim as outage } from "./claims/Outage.ts"
import { claim as outageAtTrueLength } from "./claims/OutageAtTrueLength.ts"
import { claim as signatures } from "./claims/Signatures.ts"
import { claim as storeTroubles } from "./claims/StoreTroubles.ts"
import { claim as supplyChain } from "./claims/SupplyChain.ts"

export const claims: ReadonlyArray<Claim> = [
  mutatedAnswers,
  hostileConnections,
  signatures,
  keyFiles,
  histories,
  kills,
  storeTroubles,
  clocks,
  outage,
  outageAtTrueLength,
  mutants,
  supplyChain
]
