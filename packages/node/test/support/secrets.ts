/** Nothing secret may stand in an error, however it is printed. */
import { inspect } from "node:util"
import { assert } from "@effect/vitest"
import * as Redacted from "effect/Redacted"
import * as Keys from "./keys.ts"

/** Every way in which an error ends in a log. */
export const printed = (error: unknown): string => {
  const nested = inspect(error, { depth: 20, showHidden: true, getters: true, maxStringLength: null })
  const stack = error instanceof Error ? `${error.message} ${error.stack}` : ""
  return [JSON.stringify(error), String(error), inspect(error), nested, stack].join("\n")
}

const privateKey = Buffer.from(Redacted.value(Keys.merchant.privateKey))

/** Texts that must never be printed: the merchant's key in its usual spellings. */
const keyTexts = [
  privateKey.toString("base64").slice(60, 100),
  privateKey.toString("hex").slice(60, 100),
  "PRIVATE KEY"
]

/** Fails where a key, a signature, a body, or one of `more` stands in what is printed of the error. */
export const assertNoSecret = (error: unknown, more: ReadonlyArray<string> = []): void => {
  const text = printed(error)
  for (const secret of [...keyTexts, ...more]) {
    assert.isFalse(text.includes(secret), `"${secret.slice(0, 30)}…" stands in: ${text.slice(0, 2000)}`)
  }
  // A signature of RSA-1024 is 172 characters of base64; nothing like it may be there.
  assert.notMatch(text, /[A-Za-z0-9+/]{100,}/)
  // Nor a field with its value, as it stands in a body.
  assert.notMatch(text, /(?:retCode|retMsg|transState|merId|orderId|sign)\\?"\s*:\s*\\?"/)
}
