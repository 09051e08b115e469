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
    sequence: { groupOrder },
    testTimeout: 600_000
  }
})

export default defineConfig({
  test: {
    projects: [
      project("pure", 0, ["packages/*/test/proof/**/*.test.ts"]),
      project("durability", 1, ["packages/node/test/durability/**/*.test.ts"]),
      project("load", 2, ["packages/node/test/load/**/*.test.ts"])
    ]
  }
})
