/**
 * Signatures that a careless verifier would take: what stands in the block that RSA gives back is wrong, and
 * begins right. Made with the private key, or without it where the public exponent is 3 (Bleichenbacher).
 */
import { constants, createHash, type KeyObject, privateEncrypt, publicDecrypt } from "node:crypto"
import forge from "node-forge"
import * as RsaSha1 from "../../src/keys/RsaSha1.ts"

const digestOf = (algorithm: string, text: string): Buffer => createHash(algorithm).update(text).digest()

/** DER of DigestInfo up to the digest (RFC 8017, 9.2, note 1). */
const sha1Info = Buffer.from("3021300906052b0e03021a05000414", "hex")
const md5Info = Buffer.from("3020300c06082a864886f70d020505000410", "hex")
const sha256Info = Buffer.from("3031300d060960864801650304020105000420", "hex")

/** 00, the block's type, padding, 00 and the content, as long as the modulus. */
const block = (size: number, content: Buffer, type = 1, padding = 0xff): Buffer =>
  Buffer.concat([Buffer.of(0, type), Buffer.alloc(size - content.length - 3, padding), Buffer.of(0), content])

/** Eight bytes of padding or fewer, the content, and whatever fills the rest. */
const early = (size: number, content: Buffer, fill = 0, padding = 8): Buffer => {
  const head = Buffer.concat([Buffer.of(0, 1), Buffer.alloc(padding, 0xff), Buffer.of(0), content])
  return Buffer.concat([head, Buffer.alloc(size - head.length, fill)])
}

const spliced = (bytes: Buffer, at: number, byte: number): Buffer => {
  const changed = Buffer.from(bytes)
  changed[at] = byte
  return changed
}

/** The block that SHA1withRSA signs. */
export const trueBlock = (text: string, size: number): Buffer =>
  block(size, Buffer.concat([sha1Info, digestOf("sha1", text)]))

/** Blocks that are not the one that SHA1withRSA signs, for a text and a size of the modulus in bytes. */
export const blocks = (text: string, size: number): ReadonlyArray<readonly [name: string, block: Buffer]> => {
  const digest = digestOf("sha1", text)
  const info = Buffer.concat([sha1Info, digest])
  const good = block(size, info)
  const hex = (before: string, after = Buffer.alloc(0)): Buffer =>
    Buffer.concat([Buffer.from(before, "hex"), digest, after])
  return [
    ["garbage after the digest, short padding", early(size, info, 0xa5)],
    ["zeros after the digest, short padding", early(size, info)],
    ["no padding at all", Buffer.concat([Buffer.of(0, 1, 0), info, Buffer.alloc(size - info.length - 3, 7)])],
    ["block type 2", block(size, info, 2)],
    ["block type 0", block(size, info, 0, 0)],
    ["padding that is not FF", spliced(good, 20, 0xfe)],
    ["a zero within the padding", spliced(good, 20, 0)],
    ["no zero before the content", spliced(good, size - info.length - 1, 0xff)],
    ["a first byte that is not 0", spliced(good, 0, 1)],
    ["no DigestInfo", block(size, digest)],
    ["DigestInfo of MD5", block(size, Buffer.concat([md5Info, digestOf("md5", text)]))],
    ["DigestInfo of SHA-256", block(size, Buffer.concat([sha256Info, digestOf("sha256", text)]))],
    ["SHA-1's DigestInfo around MD5", block(size, Buffer.concat([sha1Info, digestOf("md5", text)]))],
    ["SHA-256's DigestInfo around SHA-1", block(size, Buffer.concat([sha256Info, digest]))],
    ["no parameters", block(size, hex("301f300706052b0e03021a0414"))],
    ["parameters of garbage", block(size, hex("3029301106052b0e03021a0408a5a5a5a5a5a5a5a50414"))],
    ["parameters twice", block(size, hex("3023300b06052b0e03021a050005000414"))],
    ["a length in the long form", block(size, hex("308121300906052b0e03021a05000414"))],
    ["a length without end", block(size, hex("3080300906052b0e03021a05000414", Buffer.alloc(2)))],
    ["a sequence that ends too early", block(size, hex("3020300906052b0e03021a05000414"))],
    [
      "something after the digest, in the sequence",
      block(size, hex("3023300906052b0e03021a05000414", Buffer.of(5, 0)))
    ],
    ["something after the sequence", block(size, Buffer.concat([info, Buffer.of(5, 0)]))],
    ["a digest that is cut off", block(size, info.subarray(0, -1))],
    ["another text's digest", block(size, Buffer.concat([sha1Info, digestOf("sha1", `${text}.`)]))],
    ["nothing", Buffer.alloc(size)]
  ]
}

/** Raises a block to the private exponent, whatever stands in it. */
export const raised = (key: KeyObject, content: Buffer): Buffer =>
  privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, content)

/** What RSA gives back for a signature. */
const lowered = (publicKey: KeyObject, signature: Buffer): Buffer =>
  publicDecrypt({ key: publicKey, padding: constants.RSA_NO_PADDING }, signature)

/**
 * Whether a verifier would believe a signature that looks for what it knows, the beginning and the digest, and
 * not at all that is there.
 */
export const wouldFoolTheCareless = (publicKey: KeyObject, text: string, signature: Buffer): boolean => {
  const found = lowered(publicKey, signature)
  const padding = /^0001(?:ff){4,}003/.exec(found.toString("hex"))
  return padding !== null && found.includes(digestOf("sha1", text))
}

/** Whether node-forge's own check believes a signature; ours, which is `RsaSha1.nodeForge`, doesn't use it. */
export const believedByForge = (publicKey: KeyObject, text: string, signature: Buffer): boolean => {
  try {
    const rsa = forge.pki.publicKeyFromPem(publicKey.export({ type: "spki", format: "pem" }).toString())
    const digest = digestOf("sha1", text).toString("latin1")
    return rsa.verify(digest, signature.toString("latin1"))
  } catch {
    return false
  }
}

const toNumber = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString("hex")}`)
const toBytes = (number: bigint, size: number): Buffer =>
  Buffer.from(number.toString(16).padStart(size * 2, "0"), "hex")

/** The least number whose cube is not below this one. */
const cubeRoot = (cube: bigint): bigint => {
  let [low, high] = [0n, 1n << BigInt(Math.ceil(cube.toString(2).length / 3) + 1)]
  while (low < high) {
    const middle = (low + high) >> 1n
    if (middle * middle * middle < cube) low = middle + 1n
    else high = middle
  }
  return low
}

/** The number below 2^bits whose cube ends as this odd one does. */
const endingRoot = (odd: bigint, bits: number): bigint => {
  let root = 1n
  for (let bit = 1; bit < bits; bit++) {
    const modulus = 1n << BigInt(bit + 1)
    if ((root * root * root - odd) % modulus !== 0n) root += 1n << BigInt(bit)
  }
  return root
}

/** Forgeries without the private key, for a modulus of this size and the public exponent 3. */
export const cubes = (
  text: string,
  size: number
): ReadonlyArray<readonly [name: string, signature: Buffer]> => {
  const digest = digestOf("sha1", text)
  const info = Buffer.concat([sha1Info, digest])
  // Two thirds of a cube's digits are as they come: 1024 bits leave no room for the full eight bytes of padding.
  const start = early(size, info, 0, size > 128 ? 8 : 4)
  const found: Array<readonly [string, Buffer]> = [
    ["a cube that begins with the digest", toBytes(cubeRoot(toNumber(start)), size)]
  ]
  // The digest at the end, garbage in the parameters between: the ending needs an odd digest.
  if ((digest.at(-1) ?? 0) % 2 === 1) {
    const tail = Buffer.concat([Buffer.of(4, 20), digest])
    const ending = endingRoot(toNumber(tail), tail.length * 8)
    const algorithm = Buffer.from("06052b0e03021a04", "hex")
    const rest = size - 11 - 4 - 4 - algorithm.length - 2 - tail.length
    const head = Buffer.concat([
      Buffer.of(0, 1),
      Buffer.alloc(8, 0xff),
      Buffer.of(0, 0x30, 0x82, 0, 0, 0x30, 0x82, 0, 0),
      algorithm,
      Buffer.of(0x81, rest & 0xff)
    ])
    const beginning = cubeRoot(toNumber(Buffer.concat([head, Buffer.alloc(size - head.length)])))
    const shift = BigInt(tail.length * 8)
    found.push([
      "a cube with garbage in the parameters and the digest at its end",
      toBytes((((beginning >> shift) + 1n) << shift) + ending, size)
    ])
  }
  return found
}

/** Signatures near a true one, and degenerate ones. */
export const neighbours = (
  signature: Buffer,
  modulus: Buffer
): ReadonlyArray<readonly [name: string, signature: Buffer]> => {
  const size = modulus.length
  const sum = toNumber(signature) + toNumber(modulus)
  return [
    ["cut off", signature.subarray(0, -1)],
    ["cut off in front", signature.subarray(1)],
    ["with a zero in front", Buffer.concat([Buffer.of(0), signature])],
    ["with a byte behind", Buffer.concat([signature, Buffer.of(0)])],
    ["twice", Buffer.concat([signature, signature])],
    ["reversed", Buffer.from(signature).reverse()],
    ["zero", Buffer.alloc(size)],
    ["one", toBytes(1n, size)],
    ["the modulus", modulus],
    ["the modulus less one", toBytes(toNumber(modulus) - 1n, size)],
    ["its negative", toBytes(toNumber(modulus) - toNumber(signature), size)],
    ["the modulus added", toBytes(sum, sum.toString(16).length > size * 2 ? size + 1 : size)],
    ["nothing", Buffer.alloc(0)]
  ]
}

/** Another spelling of a signature's base64. */
export const spellings = (base64: string): ReadonlyArray<readonly [name: string, text: string]> => {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
  const [bare] = base64.split("=")
  const last = letters.indexOf((bare ?? "").slice(-1))
  return [
    ["a space in front", ` ${base64}`],
    ["a space behind", `${base64} `],
    ["a line break behind", `${base64}\n`],
    ["lines of 64", base64.replaceAll(/(.{64})/g, "$1\n")],
    ["lines of 76, as MIME has them", base64.replaceAll(/(.{76})/g, "$1\r\n")],
    ["a tab within", `${base64.slice(0, 9)}\t${base64.slice(9)}`],
    ["no padding", bare ?? ""],
    ["too much padding", `${base64}=`],
    ["padding in front", `=${base64}`],
    [
      "bits behind the end that are not zero",
      `${bare?.slice(0, -1)}${letters[last + 1]}${"=".repeat(base64.length - (bare ?? "").length)}`
    ],
    ["the alphabet of URLs", base64.replaceAll("+", "-").replaceAll("/", "_")],
    ["the alphabet of URLs without padding", (bare ?? "").replaceAll("+", "-").replaceAll("/", "_")],
    ["text behind", `${base64}AAAA`],
    [
      "full-width letters",
      base64.replaceAll(/[A-Z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0))
    ],
    ["a NUL behind", `${base64}\u0000`],
    ["a comment", `${base64};x`],
    ["hexadecimal", Buffer.from(base64, "base64").toString("hex")],
    ["nothing", ""]
  ]
}

/** Our two ways of checking, by their names. */
export const verifiers = [RsaSha1.nodeCrypto, RsaSha1.nodeForge] as const
