/** `umf-order keys`: look at key files, and make new ones. Never prints a key. */

import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as KeyInfo from "../keys/KeyInfo.ts"
import * as KeyPair from "../keys/KeyPair.ts"
import * as Options from "./Options.ts"
import * as Output from "./Output.ts"

const rows = (fields: object): string =>
  Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(
      ([name, value]) =>
        `${name.padEnd(17)}${Output.harmless(DateTime.isDateTime(value) ? DateTime.formatIso(value) : String(value))}`
    )
    .join("\n")

const show = Command.make(
  "show",
  { file: Argument.String("file").pipe(Argument.withDescription("A key or certificate, in any format")) },
  Effect.fnUntraced(function* ({ file }) {
    const info = yield* KeyInfo.describeFile(file, { passphrase: yield* Options.keyPassphrase })
    yield* (yield* Options.Json) ? Output.json(info) : Output.text(rows(info))
    if (info.isPrivate && info.signatureLength > 256) {
      yield* Output.note(
        `Its signatures have ${info.signatureLength} characters; the platform's field holds 256. Commands refuse this key without --allow-long-signature.`
      )
    }
  })
).pipe(Command.withDescription("Describe a key file: kind, bits, subject, fingerprint; never the key"))

const sizes = { "1024": 1024, "1536": 1536, "2048": 2048 } as const

const generate = Command.make(
  "generate",
  {
    directory: Argument.String("dir").pipe(
      Argument.withDescription("Where to write; nothing is overwritten")
    ),
    bits: Flag.Literals("bits", ["1024", "1536", "2048"]).pipe(
      Flag.withDescription("Size of the key; signatures of 2048 bits don't fit the platform's field"),
      Flag.withDefault("1024")
    ),
    name: Flag.String("name").pipe(
      Flag.withDescription("Names the files and the certificate's subject"),
      Flag.filter(
        (name) => /^[A-Za-z0-9._-]{1,64}$/.test(name),
        () => "--name may hold letters, digits, dots, - and _"
      ),
      Flag.withDefault("merchant")
    )
  },
  Effect.fnUntraced(function* ({ bits, directory, name }) {
    const pair = yield* KeyPair.generate({ bits: sizes[bits], subject: name })
    const written = yield* KeyPair.writeTo(pair, directory, { name })
    const result = { ...written, bits: pair.bits, fingerprint: pair.fingerprint }
    yield* (yield* Options.Json) ? Output.json(result) : Output.text(rows(result))
  })
).pipe(Command.withDescription("Make a private key (PKCS#8 DER) and its certificate"))

export const keysCommand = Command.make("keys").pipe(
  Command.withDescription("Look at key files, and make new ones"),
  Command.withSubcommands([show, generate])
)
