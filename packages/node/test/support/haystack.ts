/**
 * Looks for secrets in everything that was printed, sent or told: whole ones, and pieces of keys in whatever
 * spelling. A needle says its name only, so that a failing test tells no secret either.
 */

/** Something that was said, and where. */
export interface Part {
  readonly where: string
  readonly text: string
}

/** Something that must not be in any part; `isIn` is asked about each. */
export interface Needle {
  readonly name: string
  readonly isIn: (text: string) => boolean
}

/** So many characters of a spelling are a piece of it: 12 bytes in hex, 18 in base64. */
const PIECE = 24

/** All stretches of that length. */
const pieces = (text: string): ReadonlyArray<string> =>
  Array.from({ length: Math.max(0, text.length - PIECE + 1) }, (_, at) => text.slice(at, at + PIECE))

/** Whether a stretch of the text is one of these. */
const holdsOneOf = (text: string, wanted: ReadonlySet<string>): boolean => {
  for (let at = 0; at + PIECE <= text.length; at++) if (wanted.has(text.slice(at, at + PIECE))) return true
  return false
}

/** Without what breaks lines and sets bytes apart, in the alphabet of plain base64. */
const dense = (text: string): string =>
  text
    .replace(/\\[rnt]|\s|["',]/g, "")
    .replaceAll("-", "+")
    .replaceAll("_", "/")

/** Pieces of these bytes, as PEM, base64 (also inside of other bytes), hex, or a list of numbers. */
export const bytes = (name: string, secret: Uint8Array): Needle => {
  const all = Buffer.from(secret)
  const base64 = new Set(
    [0, 1, 2].flatMap((skipped) => pieces(all.subarray(skipped).toString("base64").replaceAll("=", "")))
  )
  const hex = new Set(pieces(all.toString("hex")))
  const numbers = Array.from({ length: all.length - 11 }, (_, at) => [...all.subarray(at, at + 12)].join(","))
  return {
    name,
    isIn: (text) =>
      holdsOneOf(dense(text), base64) ||
      holdsOneOf(text.replace(/[\s:]/g, "").toLowerCase(), hex) ||
      numbers.some((list) => text.replaceAll(" ", "").includes(list))
  }
}

/** This text, as it is or as URLs and base64 have it. */
export const text = (name: string, secret: string): Needle => {
  const spellings = [
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret).toString("base64").replace(/=+$/, "")
  ]
  return { name, isIn: (said) => spellings.some((spelling) => said.includes(spelling)) }
}

/** Anything as long as a signature: RSA-1024 gives 172 characters of base64. */
export const signature: Needle = {
  name: "something like a signature",
  isIn: (said) => /[A-Za-z0-9+/_-]{171}/.test(said.replaceAll("\\/", "/"))
}

/** What was found, as "needle in part". Texts that were said more than once are looked at once. */
export const found = (parts: ReadonlyArray<Part>, needles: ReadonlyArray<Needle>): ReadonlyArray<string> =>
  [...new Map(parts.map((part) => [part.text, part])).values()].flatMap((part) =>
    needles.flatMap(({ name, isIn }) => (isIn(part.text) ? [`${name} in ${part.where}`] : []))
  )
