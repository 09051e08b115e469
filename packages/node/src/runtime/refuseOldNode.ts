/**
 * Every door imports this before anything else, so that an app on an old Node is told so, once and at its
 * start, instead of meeting whatever is missing there later. Throws an Error whose `code` is `NODE_TOO_OLD`.
 */
import { refusal } from "./OldNode.ts"

const refused = refusal(process.versions.node, "@umf-order-sync/node")
if (refused !== undefined) throw Object.assign(new Error(refused), { code: "NODE_TOO_OLD" })
