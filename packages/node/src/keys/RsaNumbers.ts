/**
 * What has to hold for the numbers of an RSA key before anything is computed with them. OpenSSL loads any
 * numbers whatever: with the exponent 1 everybody could sign, with an even one or an even modulus nobody.
 */
import type { KeyObject } from "node:crypto"

/** The size of a modulus in bytes: the platform's keys have the least, and OpenSSL works with no larger ones. */
const least = 128
const most = 2048

/** OpenSSL works with no larger exponent, where the modulus is a large one. */
const largestExponent = 2n ** 64n - 1n

const toNumber = (base64url: string | undefined): bigint =>
  BigInt(`0x0${Buffer.from(base64url ?? "", "base64url").toString("hex")}`)

/** Whether the public numbers are those of a key that others can't sign for. Throws what node:crypto throws. */
export const areSafe = (key: KeyObject): boolean => {
  const { e, n } = key.export({ format: "jwk" })
  const [exponent, modulus] = [toNumber(e), toNumber(n)]
  const size = Math.ceil(modulus.toString(16).length / 2)
  return (
    size >= least &&
    size <= most &&
    modulus % 2n === 1n &&
    exponent % 2n === 1n &&
    exponent > 1n &&
    exponent <= largestExponent
  )
}

/**
 * Whether the primes of a private key make up its modulus. OpenSSL refuses other keys, and node-forge, which is
 * asked next in case it was SHA-1 that was refused, computes with a prime of 0 for ever. Throws what node:crypto
 * throws.
 */
export const doPrimesFit = (key: KeyObject): boolean => {
  const { n, p, q } = key.export({ format: "jwk" })
  const [one, other] = [toNumber(p), toNumber(q)]
  return one > 1n && other > 1n && one * other === toNumber(n)
}
