/**
 * Tells by content, never by file name, what a file of keys holds: the shape of its DER decides, and the
 * label of a PEM block only where that shape is not known. A PEM file may hold several blocks.
 *
 * It reads no further than tags and lengths. Whether the key inside is sound is left to `PrivateKey` and
 * `PublicKey`.
 */
import * as Redacted from "effect/Redacted"

/** What a key file, or one block of it, holds. `pem-encrypted` is the old encryption named in a PEM header. */
export type KeyKind =
  | "pkcs8"
  | "pkcs8-encrypted"
  | "pkcs1"
  | "pem-encrypted"
  | "pkcs12"
  | "ec"
  | "certificate"
  | "spki"
  | "pkcs1-public"

/** Each kind in words, for messages. */
export const names: { readonly [K in KeyKind]: string } = {
  pkcs8: "a private key (PKCS#8)",
  "pkcs8-encrypted": "an encrypted private key (PKCS#8)",
  pkcs1: "an RSA private key (PKCS#1)",
  "pem-encrypted": "an encrypted private key (PEM with a DEK-Info header)",
  pkcs12: "a PKCS#12 file",
  ec: "an EC private key (SEC 1)",
  certificate: "a certificate (X.509)",
  spki: "a public key (SPKI)",
  "pkcs1-public": "an RSA public key (PKCS#1)"
}

/** One key or certificate, still as bytes. */
export interface KeyBlock {
  readonly kind: KeyKind
  /** How it was written: binary, PEM, or DER in base64 without PEM's frame (as environment variables hold it). */
  readonly encoding: "der" | "pem" | "base64"
  /** Its DER without anything after it; for `pem-encrypted` the PEM text. */
  readonly content: Redacted.Redacted<Uint8Array>
  /** Whether the file ends before the block does. */
  readonly cutOff: boolean
}

/** Whether blocks of this kind hold a private key. */
export const isPrivate = (kind: KeyKind): boolean =>
  kind !== "certificate" && kind !== "spki" && kind !== "pkcs1-public"

/** The blocks of a file, at least one. */
export type KeyBlocks = readonly [KeyBlock, ...ReadonlyArray<KeyBlock>]

/** The block that a file is about: its first private key, else its first certificate or public key. */
export const principal = (blocks: KeyBlocks): KeyBlock =>
  blocks.find((block) => isPrivate(block.kind)) ?? blocks[0]

interface Element {
  readonly tag: number
  readonly start: number
  readonly end: number
}

/** Tag and bounds of the element at `at`; `end` may lie past the bytes. BER's indefinite length reaches to the end. */
const elementAt = (bytes: Uint8Array, at: number): Element | undefined => {
  const tag = bytes[at]
  const first = bytes[at + 1]
  if (tag === undefined || first === undefined) return undefined
  if (first < 0x80) return { tag, start: at + 2, end: at + 2 + first }
  if (first === 0x80) return { tag, start: at + 2, end: bytes.length }
  const start = at + 2 + (first & 0x7f)
  if (start - at > 6) return undefined
  let length = 0
  for (let i = at + 2; i < start; i++) length = length * 256 + (bytes[i] ?? 0)
  return { tag, start, end: start + length }
}

/** The tags of the first elements inside `outer`, in hex: "020202" for a PKCS#1 private key. */
const tagsWithin = (bytes: Uint8Array, outer: Element): string => {
  let tags = ""
  for (let at = outer.start; at < outer.end && tags.length < 8; ) {
    const element = elementAt(bytes, at)
    if (element === undefined) break
    tags += element.tag.toString(16).padStart(2, "0")
    at = element.end
  }
  return tags
}

const kindOf = (bytes: Uint8Array, outer: Element): KeyKind | undefined => {
  if (outer.tag !== 0x30) return undefined
  const tags = tagsWithin(bytes, outer)
  if (tags.startsWith("0230") && bytes[outer.start + 2] === 3) return "pkcs12"
  if (tags.startsWith("023004")) return "pkcs8"
  if (tags.startsWith("020202")) return "pkcs1"
  if (tags.startsWith("0204")) return "ec"
  if (tags === "0202") return "pkcs1-public"
  if (tags === "303003") return "certificate"
  if (tags === "3003") return "spki"
  if (tags === "3004") return "pkcs8-encrypted"
  return undefined
}

const fromDer = (
  bytes: Uint8Array,
  encoding: KeyBlock["encoding"],
  label?: KeyKind
): KeyBlock | undefined => {
  const outer = elementAt(bytes, 0)
  const kind = (outer && kindOf(bytes, outer)) ?? label
  if (kind === undefined) return undefined
  const end = outer?.end ?? 0
  const content = Redacted.make(bytes.subarray(0, end), { label: "key file" })
  return { kind, encoding, content, cutOff: end > bytes.length }
}

const labels: { readonly [label: string]: KeyKind | undefined } = {
  "PRIVATE KEY": "pkcs8",
  "ENCRYPTED PRIVATE KEY": "pkcs8-encrypted",
  "RSA PRIVATE KEY": "pkcs1",
  "EC PRIVATE KEY": "ec",
  PKCS12: "pkcs12",
  CERTIFICATE: "certificate",
  "X509 CERTIFICATE": "certificate",
  "TRUSTED CERTIFICATE": "certificate",
  "PUBLIC KEY": "spki",
  "RSA PUBLIC KEY": "pkcs1-public"
}

const fromPem = (text: string): ReadonlyArray<KeyBlock> => {
  const blocks: Array<KeyBlock> = []
  const begin = /-----BEGIN ([A-Z0-9 ]{1,40})-----/g
  for (let match = begin.exec(text); match !== null; match = begin.exec(text)) {
    const label = match[1] ?? ""
    const kind = Object.hasOwn(labels, label) ? labels[label] : undefined
    const frame = `-----END ${label}-----`
    const end = text.indexOf(frame, begin.lastIndex)
    const body = text.slice(begin.lastIndex, end === -1 ? undefined : end)
    const whole = end === -1 ? text.length : end + frame.length
    begin.lastIndex = whole
    if (kind === undefined) continue
    if (body.includes("Proc-Type: 4,ENCRYPTED")) {
      const pem = Redacted.make(Buffer.from(text.slice(match.index, whole), "latin1"), { label: "key file" })
      blocks.push({ kind: "pem-encrypted", encoding: "pem", content: pem, cutOff: end === -1 })
      continue
    }
    const block = fromDer(Buffer.from(body, "base64"), "pem", kind)
    if (block !== undefined) blocks.push(end === -1 ? { ...block, cutOff: true } : block)
  }
  return blocks
}

/** Every key and certificate in `bytes`, in the order of the file; none where it holds nothing of the kind. */
export const detect = (bytes: Uint8Array): ReadonlyArray<KeyBlock> => {
  const der = fromDer(bytes, "der")
  if (der !== undefined) return [der]
  const text = Buffer.from(bytes).toString("latin1")
  if (text.includes("-----BEGIN ")) return fromPem(text)
  if (!/^\s*M[A-Za-z0-9+/=\s]+$/.test(text)) return []
  const block = fromDer(Buffer.from(text, "base64"), "base64")
  return block === undefined ? [] : [block]
}
