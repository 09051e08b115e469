/**
 * What a text must look like before it may enter a signing text.
 *
 * The platform joins fields with `&`, `=` and `|` and escapes nothing, so a value that holds one of
 * them reads as two (PROTOCOL.md 5). Such values are refused before signing, as are control
 * characters, outer white space (PROTOCOL.md 4) and lone surrogates, which have no UTF-8 form.
 */
import * as Schema from "effect/Schema"

/** Why a text is refused, in words for a person; `undefined` where nothing is wrong with it. */
export const refusal = (text: string): string | undefined => {
  const separator = /[&=|]/.exec(text)
  if (separator !== null)
    return `must not contain "${separator[0]}", which separates fields in the string to sign`
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
  if (/[\u0000-\u001f\u007f-\u009f]/.test(text)) return "must not contain control characters"
  if (text !== text.trim()) return "must not begin or end with white space"
  if (!isWellFormed(text)) return "must not contain a lone surrogate, which has no UTF-8 form"
  return undefined
}

/** Whether every surrogate in `text` has its partner, so that UTF-8 can write the text without loss. */
export const isWellFormed = (text: string): boolean => !/\p{Surrogate}/u.test(text)

/** A non-empty text of at most `maxLength` UTF-16 code units that may enter a signing text. */
export const wireText = (maxLength: number): Schema.String =>
  Schema.String.check(
    Schema.makeFilter<string>((text) => {
      if (text.length === 0) return "must not be empty"
      if (text.length > maxLength) return `must not be longer than ${maxLength} characters`
      return refusal(text) ?? true
    })
  )
