/** Looks for contents that must be nowhere, whole or in part, in files of any kind. */
import type { KeyObject } from "node:crypto"
import type { File } from "./Repository.ts"

export interface Trace {
  readonly name: string
  readonly isIn: (file: File) => boolean
}

/** So much of it in a row is a part: 24 characters of base64 or hex, 24 bytes. */
const PIECE = 24

/** Every second place of a text is looked at with pieces from every place, so a run of 36 is always seen. */
const STEP = 12

const pieces = (text: string): ReadonlyArray<string> =>
  Array.from({ length: Math.max(0, text.length - PIECE + 1) }, (_, at) => text.slice(at, at + PIECE))

const holdsOneOf = (text: string, wanted: ReadonlySet<string>): boolean => {
  for (let at = 0; at + PIECE <= text.length; at += STEP)
    if (wanted.has(text.slice(at, at + PIECE))) return true
  return false
}

/** Bytes: as they are, in base64 (also inside of other bytes), or in hex. */
export const ofBytes = (name: string, secret: Buffer): Trace => {
  const spelled = new Set([
    ...[0, 1, 2].flatMap((skipped) =>
      pieces(secret.subarray(skipped).toString("base64").replaceAll("=", ""))
    ),
    ...pieces(secret.toString("hex"))
  ])
  const raw = Array.from({ length: Math.floor(secret.length / PIECE) }, (_, at) =>
    secret.subarray(at * PIECE, (at + 1) * PIECE)
  )
  return {
    name,
    isIn: ({ content }) => {
      if (raw.some((part) => content.includes(part))) return true
      const dense = content.toString("latin1").replaceAll(/\\[rnt]|[\s"',:]/g, "")
      return holdsOneOf(dense.replaceAll("-", "+").replaceAll("_", "/"), spelled)
    }
  }
}

/** What a text holds in base64 that is as long as a signature. */
export const signaturesIn = (text: string): ReadonlyArray<Buffer> =>
  [...new Set(text.match(/[A-Za-z0-9+/]{170,}={0,2}/g))].map((found) => Buffer.from(found, "base64"))

/** Texts, each as it stands or as JSON has it in a string. */
export const ofTexts = (name: string, texts: ReadonlyArray<string>): Trace => ({
  name,
  isIn: ({ content }) =>
    texts.some((text) => content.includes(text) || content.includes(JSON.stringify(text).slice(1, -1)))
})

/** The strings in a JSON value that are long enough to be nobody else's. */
export const textsIn = (value: unknown): ReadonlyArray<string> => {
  if (typeof value === "string") return value.length >= 50 && value.includes(" ") === false ? [value] : []
  if (typeof value !== "object" || value === null) return []
  return Object.values(value).flatMap(textsIn)
}

/** The numbers of an RSA key; what stands around them in a file is the same for all keys. */
export const ofKey = (name: string, key: KeyObject): ReadonlyArray<Trace> => {
  const { d, n, p, q } = key.export({ format: "jwk" })
  return [n, d, p, q].flatMap((number) =>
    number === undefined ? [] : [ofBytes(name, Buffer.from(number, "base64url"))]
  )
}

/** What was found, as "name in path". */
export const found = (files: ReadonlyArray<File>, traces: ReadonlyArray<Trace>): ReadonlyArray<string> =>
  files.flatMap((file) =>
    traces.filter(({ isIn }) => isIn(file)).map(({ name }) => `${name} in ${file.path}`)
  )
