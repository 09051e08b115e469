#!/usr/bin/env node
const [major, minor] = process.versions.node.split(".").map(Number)
if (major < 22 || (major === 22 && minor < 19)) {
  console.error(`umf-order needs Node 22.19 or later; this is Node ${process.versions.node}.`)
  process.exit(2)
}
await import("../dist/cli/bin.js")
