/** The proofs, whole: see prove/prove.ts. */
import { defineConfig } from "vitest/config"
import { alias } from "./vitest.alias.ts"

const project = (name: string, groupOrder: number, include: ReadonlyArray<string>) => ({
  resolve: { alias },
  test: {
    name,
    include: [...include],
    // Those that start and kill processes, or measure, get the machine to themselves, one after the other.
    fileParallelism: groupOrder === 0,
    ...(groupOrder === 0 ? { maxWorkers: "100%" } : {}),
    sequence: { groupOrder },
    testTimeout: 600_000
  }
})

const trueLength = "packages/node/test/load/trueLength.test.ts"

export default defineConfig({
  test: {
    // Nothing is written once one has failed, so the rest needn't be waited for.
    bail: 1,
    projects: [
      // The outage at its true length goes by a clock of its own: a busy machine changes nothing in it.
      project("pure", 0, ["packages/*/test/proof/**/*.test.ts", trueLength]),
      project("durability", 1, ["packages/node/test/durability/**/*.test.ts"]),
      project("load", 2, ["packages/node/test/load/outage.test.ts"])
    ]
  }
})
