/** Tests run against the sources, so that no build can be stale under them. */
import { fileURLToPath } from "node:url"

const source = (name: string, file = "index") =>
  fileURLToPath(new URL(`./packages/${name}/src/${file}.ts`, import.meta.url))

export const alias: Readonly<Record<string, string>> = {
  "@umf-order-sync/core": source("core"),
  "@umf-order-sync/machine": source("machine"),
  "@umf-order-sync/node/inspector": source("node", "inspector"),
  "@umf-order-sync/node/promise": source("node", "promise"),
  "@umf-order-sync/node/testing": source("node", "testing"),
  "@umf-order-sync/node": source("node")
}
