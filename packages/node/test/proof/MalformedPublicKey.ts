/** Public keys whose numbers are none of a safe key, in each of the three structures that hold them. */
import { createPublicKey } from "node:crypto"
import { bytesOf } from "../keys/fixtures.ts"
import * as Der from "./Der.ts"

/** The key's own structure, PKCS#1: what SPKI and certificates hold in a string of bits. */
const own = bytesOf("rsa-1024.pkcs1-public.der")

const [n, e] = ((): readonly [bigint, bigint] => {
  const jwk = createPublicKey({ key: own, format: "der", type: "pkcs1" }).export({ format: "jwk" })
  const of = (text = "") => BigInt(`0x${Buffer.from(text, "base64url").toString("hex")}`)
  return [of(jwk.n), of(jwk.e)]
})()

const odd = (bits: number): bigint => (1n << BigInt(bits - 1)) + 1n

/** What is known to be wrong by its numbers alone. */
const unsafe: ReadonlyArray<readonly [name: string, n: bigint, e: bigint]> = [
  ["e 0", n, 0n],
  ["e 1", n, 1n],
  ["e 2", n, 2n],
  ["e even", n, e + 1n],
  ["e enormous", n, odd(20_000)],
  ["e nearly n", n, n - 2n],
  ["n 0", 0n, e],
  ["n 1", 1n, e],
  ["n even", n + 1n, e],
  ["n tiny", 3233n, 17n],
  ["n of 512 bits", odd(512), e],
  ["n enormous", odd(300_000), e],
  ["n and e swapped", e, n]
]

/** Safe numbers of another key, as far as anybody can tell. */
const others: ReadonlyArray<readonly [name: string, n: bigint, e: bigint]> = [
  ["e two more", n, e + 2n],
  ["n two more", n + 2n, e],
  ["n negative", -n, e],
  ["e negative", n, -e]
]

/** The same file with another key's numbers, lengths and all. */
const withKey = (name: string, key: Buffer): Buffer => {
  if (name.includes("pkcs1")) return key
  const [root] = Der.parse(bytesOf(name))
  if (root === undefined) throw new Error(`${name} can't be read`)
  const held = Buffer.concat([Buffer.of(0), own])
  const found = Der.everywhere(root, (element) =>
    Buffer.isBuffer(element.content) && element.content.equals(held)
      ? [{ tag: element.tag, content: Buffer.concat([Buffer.of(0), key]) }]
      : [element]
  )
    .map(Der.encode)
    .find((bytes) => !bytes.equals(bytesOf(name)))
  if (found === undefined) throw new Error(`${name} holds another key`)
  return found
}

const made = (
  numbers: ReadonlyArray<readonly [string, bigint, bigint]>
): ReadonlyArray<readonly [name: string, bytes: Buffer]> =>
  ["rsa-1024.pkcs1-public.der", "rsa-1024.spki.der", "rsa-1024.cert.der"].flatMap((name) =>
    numbers.map(([how, modulus, exponent]) => {
      const key = Der.encode(Der.sequence(Der.integer(modulus), Der.integer(exponent)))
      return [`${name}, ${how}`, withKey(name, key)] as const
    })
  )

/** Files that have to be refused. */
export const refused: ReadonlyArray<readonly [name: string, bytes: Buffer]> = made(unsafe)

/** Files that hold another key, which nobody can know to be wrong. */
export const unknowable: ReadonlyArray<readonly [name: string, bytes: Buffer]> = made(others)
