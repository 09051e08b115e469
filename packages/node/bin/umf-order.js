#!/usr/bin/env node
import { refusal } from "../dist/runtime/OldNode.js"

const refused = refusal(process.versions.node, "umf-order")
if (refused !== undefined) {
  console.error(refused)
  process.exit(2)
}
await import("../dist/cli/bin.js")
