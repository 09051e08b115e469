/** Secrets of the command line: from a file that an option names, or from the environment, never inline. */
import { readFile } from "node:fs/promises"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { UsageError } from "./ExitCode.ts"
import * as Options from "./Options.ts"

/** The secret in the file that `--flag` names, without its last line break; without a file, the variable's. */
export const read = Effect.fnUntraced(function* (
  file: Option.Option<string>,
  flag: string,
  variable: string
): Effect.fn.Return<Redacted.Redacted<string>, UsageError> {
  if (Option.isNone(file)) {
    const value = Options.variable(variable)
    if (value !== undefined) return Redacted.make(value)
    return yield* new UsageError({ message: `--${flag} is missing. Give it, or set ${variable}.` })
  }
  const content = yield* Effect.tryPromise({
    try: () => readFile(file.value, "utf8"),
    catch: () =>
      new UsageError({ message: `--${flag}: ${file.value} can't be read. Check its path and permissions.` })
  })
  return Redacted.make(content.replace(/\r?\n$/, ""))
})
