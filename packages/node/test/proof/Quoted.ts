/** Whether a text quotes a key: in base64, in hexadecimal or as a list of bytes. */
import { bytesOf } from "../keys/fixtures.ts"

/** So many characters in a row of a key are a part of it. */
const PART = 12

/** The one key that all fixtures hold, in every way that a text may quote it. */
const parts: ReadonlySet<string> = new Set(
  [bytesOf("rsa-1024.p8.der"), bytesOf("rsa-1024.pkcs1.der"), bytesOf("rsa-1024.encrypted.p8.der")].flatMap(
    (der) =>
      [
        ...[0, 1, 2].map((offset) => der.subarray(offset).toString("base64")),
        der.toString("hex"),
        der.toString("hex").toUpperCase(),
        // As an inspected array of bytes shows them.
        [...der].join(", ")
      ].flatMap((text) => Array.from({ length: text.length - PART }, (_, at) => text.slice(at, at + PART)))
  )
)

/** The part of the fixtures' key, or of the file itself, that stands in a text. */
export const find = (text: string, file: Buffer): string | undefined => {
  for (let at = 0; at + PART <= text.length; at++) {
    const part = text.slice(at, at + PART)
    if (parts.has(part)) return part
    if (!/^[A-Za-z0-9+/]+$/.test(part)) continue
    if (file.includes(part) || file.includes(Buffer.from(part, "base64"))) return part
    if (/^[0-9a-fA-F]+$/.test(part) && file.includes(Buffer.from(part, "hex"))) return part
  }
  return undefined
}
