import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { codeOf, run } from "./main.ts"

NodeRuntime.runMain(run(process.argv.slice(2)), {
  // What was written must be out before the process ends.
  teardown: (exit, onExit) => process.stdout.write("", () => onExit(codeOf(exit)))
})
