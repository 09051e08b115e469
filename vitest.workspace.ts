import { defineConfig } from "vitest/config"
import { alias } from "./vitest.alias.ts"

const durability = "test/durability/**/*.test.ts"
const load = "test/load/**/*.test.ts"
const browser = "test/browser/**/*.test.ts"

export default defineConfig({
  test: {
    // Looked at for core and machine, whose decisions have to be tested whole: see test:pure in package.json.
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      reporter: ["text"],
      thresholds: { branches: 100, lines: 100, statements: 100 }
    },
    projects: [
      ...["core", "machine", "node"].map((name) => ({
        resolve: { alias },
        test: {
          name,
          root: `packages/${name}`,
          include: ["test/**/*.test.ts"],
          exclude: [durability, load, browser],
          // Property tests take seconds where coverage is looked at on a busy machine.
          testTimeout: name === "node" ? 5000 : 30_000,
          sequence: { groupOrder: 0 }
        }
      })),
      {
        resolve: { alias },
        test: { name: "workspace", include: ["test/**/*.test.ts"], sequence: { groupOrder: 0 } }
      },
      // Many processes of their own, which are killed and measured: apart from the others, one file at a time.
      {
        resolve: { alias },
        test: {
          name: "durability",
          root: "packages/node",
          include: [durability, load],
          fileParallelism: false,
          sequence: { groupOrder: 1 }
        }
      },
      // A real browser measures how fast a page answers: it wants the machine to itself too.
      {
        resolve: { alias },
        test: {
          name: "browser",
          root: "packages/node",
          include: [browser],
          fileParallelism: false,
          sequence: { groupOrder: 2 }
        }
      }
    ]
  }
})
