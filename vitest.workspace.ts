import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

const source = (name: string) => fileURLToPath(new URL(`./packages/${name}/src/index.ts`, import.meta.url))

// Tests run against the sources, so that no build can be stale under them.
const alias = {
  "@umf-order-sync/core": source("core"),
  "@umf-order-sync/machine": source("machine"),
  "@umf-order-sync/node": source("node")
}

const durability = "test/durability/**/*.test.ts"

export default defineConfig({
  test: {
    projects: [
      ...["core", "machine", "node"].map((name) => ({
        resolve: { alias },
        test: {
          name,
          root: `packages/${name}`,
          include: ["test/**/*.test.ts"],
          exclude: [durability],
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
      }
    ]
  }
})
