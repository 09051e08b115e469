/**
 * SHA1withRSA (RSASSA-PKCS1-v1_5) over UTF-8, base64 on one line (PROTOCOL.md 4), made twice: by
 * node:crypto, and by node-forge for builds of OpenSSL that refuse SHA-1 signatures. Both give the same
 * bytes. Which one is used is found out at start-up, by asking it with the key that it shall work with.
 *
 * Where keys come from is left to `PrivateKey` and `PublicKey`.
 */
import { type KeyObject, sign, verify } from "node:crypto"
import forge from "node-forge"

/** One way of signing and verifying; the key is prepared once. */
export interface RsaSha1 {
  readonly name: string
  /** Makes base64 signatures with a private RSA key. Throws where the library refuses. */
  readonly signer: (key: KeyObject) => (text: string) => string
  /** Checks raw signatures with a public RSA key: false for any that does not fit. Throws where the library refuses. */
  readonly verifier: (key: KeyObject) => (text: string, signature: Uint8Array) => boolean
}

/** By OpenSSL, as Node was built with it. */
export const nodeCrypto: RsaSha1 = {
  name: "node:crypto",
  signer: (key) => (text) => sign("RSA-SHA1", Buffer.from(text), key).toString("base64"),
  verifier: (key) => (text, signature) => verify("RSA-SHA1", Buffer.from(text), key, signature)
}

/** DER of DigestInfo for SHA-1, up to the digest itself (RFC 8017, 9.2, note 1). */
const digestInfo = Buffer.from("3021300906052b0e03021a05000414", "hex")

const sha1 = (text: string): forge.md.MessageDigest =>
  forge.md.sha1.create().update(Buffer.from(text).toString("latin1"), "raw")

/** By JavaScript alone. A signature is checked by making the padded text anew and comparing all of it (RFC 8017, 8.2.2). */
export const nodeForge: RsaSha1 = {
  name: "node-forge",
  signer: (key) => {
    const der = key.export({ type: "pkcs1", format: "der" }).toString("latin1")
    const rsa = forge.pki.privateKeyFromAsn1(forge.asn1.fromDer(der))
    return (text) => Buffer.from(rsa.sign(sha1(text)), "latin1").toString("base64")
  },
  verifier: (key) => {
    const rsa = forge.pki.publicKeyFromPem(key.export({ type: "spki", format: "pem" }).toString())
    const modulus = Buffer.from(key.export({ format: "jwk" }).n ?? "", "base64url")
    return (text, signature) => {
      if (signature.length !== modulus.length || Buffer.compare(signature, modulus) >= 0) return false
      const digest = Buffer.from(sha1(text).digest().getBytes(), "latin1")
      const padding = Buffer.alloc(modulus.length - digestInfo.length - digest.length - 3, 0xff)
      const wanted = Buffer.concat([Buffer.of(0, 1), padding, Buffer.of(0), digestInfo, digest])
      const found = Buffer.from(rsa.encrypt(Buffer.from(signature).toString("latin1"), "RAW"), "latin1")
      return wanted.equals(found)
    }
  }
}

/** Whether `rsaSha1` works with this key here: signs with a private one, answers for a public one. */
export const canSha1 = (key: KeyObject, rsaSha1: RsaSha1 = nodeCrypto): boolean => {
  try {
    if (key.type === "private") rsaSha1.signer(key)("probe")
    else rsaSha1.verifier(key)("probe", new Uint8Array(signatureBytes(bitsOf(key))))
    return true
  } catch {
    return false
  }
}

/** The first choice if it works with this key here, else node-forge. */
export const forKey = (key: KeyObject, firstChoice: RsaSha1 = nodeCrypto): RsaSha1 =>
  canSha1(key, firstChoice) ? firstChoice : nodeForge

/** The size of an RSA key in bits. */
export const bitsOf = (key: KeyObject): number => key.asymmetricKeyDetails?.modulusLength ?? 0

const signatureBytes = (bits: number): number => Math.ceil(bits / 8)

/** How many characters the base64 signature of an RSA key has: 172 for 1024 bits, 256 for 1536, 344 for 2048. */
export const signatureLength = (bits: number): number => 4 * Math.ceil(signatureBytes(bits) / 3)
