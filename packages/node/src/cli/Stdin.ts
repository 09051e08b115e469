/** Reading standard input: all of it, limited, as UTF-8 without a replaced byte. */
import * as Effect from "effect/Effect"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import { UsageError } from "./ExitCode.ts"

const LIMIT = 1024 * 1024

/** The text on standard input, or `undefined` where its bytes are not UTF-8. Fails above so many bytes. */
export const readUpTo = Effect.fnUntraced(function* (
  limit: number
): Effect.fn.Return<string | undefined, UsageError, Stdio.Stdio> {
  const stdio = yield* Stdio.Stdio
  const chunks: Array<Uint8Array> = []
  let size = 0
  yield* Stream.runForEach(stdio.stdin, (chunk) => {
    size += chunk.byteLength
    if (size > limit) {
      return Effect.fail(new UsageError({ message: `Standard input is larger than ${limit} bytes.` }))
    }
    chunks.push(chunk)
    return Effect.void
  }).pipe(
    Effect.catchTag("PlatformError", () =>
      Effect.fail(new UsageError({ message: "Standard input can't be read." }))
    )
  )
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks))
  } catch {
    return undefined
  }
})

/** The text on standard input, at most 1 MiB of it. */
export const read: Effect.Effect<string | undefined, UsageError, Stdio.Stdio> = readUpTo(LIMIT)
