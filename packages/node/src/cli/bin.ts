import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { codeOf, run } from "./main.ts"

// A reader that has seen enough (`| head -1`) is no trouble.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 70))

NodeRuntime.runMain(run(process.argv.slice(2)), {
  // What was written must be out before the process ends.
  teardown: (exit, onExit) => process.stdout.write("", () => onExit(codeOf(exit)))
})
