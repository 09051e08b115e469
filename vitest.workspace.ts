import { defineConfig } from "vitest/config"
import { alias } from "./vitest.alias.ts"

const durability = "test/durability/**/*.test.ts"
const browser = "test/browser/**/*.test.ts"

export default defineConfig({
  test: {
    projects: [
      ...["core", "machine", "node"].map((name) => ({
        resolve: { alias },
        test: {
          name,
          root: `packages/${name}`,
          include: ["test/**/*.test.ts"],
          exclude: [durability, browser],
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
          include: [durability],
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
