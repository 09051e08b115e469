/** `umf-order sandbox`: a stand-in for the platform, on loopback. */

import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Sandbox from "../sandbox/Sandbox.ts"
import { scripts } from "../sandbox/scripts.ts"
import * as Options from "./Options.ts"
import * as Output from "./Output.ts"

const list = Command.make(
  "scripts",
  {},
  Effect.fnUntraced(function* () {
    const json = yield* Options.Json
    for (const { name, description, expected } of scripts) {
      yield* json
        ? Output.json({ name, expected, ...description })
        : Output.text(`${name.padEnd(28)}${String(expected).padEnd(14)}${description.en}`)
    }
  })
).pipe(Command.withDescription("List the named scripts, and the end that a correct client reaches"))

export const sandboxCommand = Command.make(
  "sandbox",
  {
    port: Flag.Int("port").pipe(
      Flag.filter(
        (port) => port >= 0 && port < 65_536,
        () => "--port must be between 0 and 65535"
      ),
      Flag.withDescription("Port on 127.0.0.1; 0 for any that is free"),
      Flag.withDefault(18_080)
    ),
    directory: Flag.String("dir").pipe(
      Flag.withMetavar("DIR"),
      Flag.withDescription("Where its keys are made at first start, and found again"),
      Flag.withDefault(".umf-sandbox")
    ),
    timeScale: Flag.Finite("time-scale").pipe(
      Flag.filter(
        (scale) => scale > 0,
        () => "--time-scale must be above 0"
      ),
      Flag.withDescription("Divides every length of time in the scripts"),
      Flag.withDefault(1)
    )
  },
  Effect.fnUntraced(function* ({ directory, port, timeScale }) {
    const sandbox = yield* Sandbox.make({ port, keysDirectory: directory, timeScale })
    const { baseUrl, adminUrl, merId, keyFiles } = sandbox
    yield* (yield* Options.Json)
      ? Output.json({
          baseUrl,
          adminUrl,
          merId,
          privateKey: keyFiles?.merchantPrivateKey,
          platformCert: keyFiles?.platformCert
        })
      : Output.text(sandbox.welcome)
    return yield* Effect.never
  }, Effect.scoped)
).pipe(
  Command.withDescription(
    "Run a stand-in for the platform on 127.0.0.1, with scripted orders. Ends with Ctrl-C."
  ),
  Command.withSubcommands([list])
)
