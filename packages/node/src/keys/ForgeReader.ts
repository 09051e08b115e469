/**
 * The key formats that Node's OpenSSL can't read, read with node-forge: PKCS#12, and encryptions that
 * OpenSSL 3 has moved to its "legacy" provider (RC2, DES).
 *
 * Everything comes back as DER for node:crypto, which does the rest. Functions throw on any fault; the
 * caller turns that into a `KeyError` without a look at the library's error.
 */
import forge from "node-forge"

const toAsn1 = (der: Uint8Array): forge.asn1.Asn1 =>
  forge.asn1.fromDer(Buffer.from(der).toString("latin1"), true)

const toDer = (asn1: forge.asn1.Asn1): Uint8Array => Buffer.from(forge.asn1.toDer(asn1).getBytes(), "latin1")

/** The same within an octet string, if it is a structure of its own. */
const countsInside = (content: string): ReadonlyArray<number> => {
  try {
    return countsIn(forge.asn1.fromDer(content, false))
  } catch {
    return []
  }
}

/** The counts that follow a salt: how often the parameters of an encryption have a passphrase hashed. */
const countsIn = ({ value }: forge.asn1.Asn1): ReadonlyArray<number> => {
  const { INTEGER, OCTETSTRING } = forge.asn1.Type
  if (!Array.isArray(value)) return value.startsWith("0") ? countsInside(value) : []
  return value.flatMap((inner, at) => {
    const isCount =
      at > 0 &&
      inner.type === INTEGER &&
      value[at - 1]?.type === OCTETSTRING &&
      typeof inner.value === "string"
    return isCount
      ? [Number(`0x0${Buffer.from(String(inner.value), "latin1").toString("hex")}`)]
      : countsIn(inner)
  })
}

/**
 * How often an encrypted PKCS#8 structure or a PKCS#12 file wants its passphrase hashed, in all; 0 where it
 * can't be read. The count stands in the file in clear, and whoever damaged or made it can ask for years.
 */
export const rounds = (der: Uint8Array): number => {
  try {
    return countsIn(toAsn1(der)).reduce((sum, count) => sum + count, 0)
  } catch {
    return 0
  }
}

/** What a PKCS#12 file holds: keys as PKCS#8 or PKCS#1 DER, certificates as X.509 DER, in the file's order. */
export interface Pkcs12 {
  readonly keys: ReadonlyArray<Uint8Array>
  readonly certificates: ReadonlyArray<Uint8Array>
}

const bagsOf = (asn1: forge.asn1.Asn1, passphrase: string): Pkcs12 => {
  const pfx = forge.pkcs12.pkcs12FromAsn1(asn1, true, passphrase)
  const bags = (type: string | undefined): ReadonlyArray<forge.pkcs12.Bag> =>
    type === undefined ? [] : (pfx.getBags({ bagType: type })[type] ?? [])
  const { pkcs8ShroudedKeyBag, keyBag, certBag } = forge.pki.oids
  return {
    // A key that is not RSA has no `key`, only its PKCS#8 structure.
    keys: [...bags(pkcs8ShroudedKeyBag), ...bags(keyBag)].map((bag) =>
      toDer(bag.key ? forge.pki.privateKeyToAsn1(bag.key) : bag.asn1)
    ),
    certificates: bags(certBag).map((bag) =>
      toDer(bag.cert ? forge.pki.certificateToAsn1(bag.cert) : bag.asn1)
    )
  }
}

/** The outer structure of a PKCS#12 file; throws if it is damaged, whatever the passphrase. */
export const parsePkcs12 = (der: Uint8Array): forge.asn1.Asn1 => toAsn1(der)

/** Opens a PKCS#12 file; throws if the passphrase does not fit. */
export const openPkcs12 = (asn1: forge.asn1.Asn1, passphrase: string): Pkcs12 => {
  try {
    return bagsOf(asn1, passphrase)
  } catch (error) {
    // Today's encryption (PBES2) takes the passphrase in UTF-8 and the file's checksum takes it in UTF-16;
    // node-forge knows one form only. Beyond ASCII the checksum is set aside: a wrong passphrase still
    // opens nothing, and `PrivateKey` proves the key by a signature.
    if (/^[ -~]*$/.test(passphrase) || !Array.isArray(asn1.value)) throw error
    return bagsOf({ ...asn1, value: asn1.value.slice(0, 2) }, forge.util.encodeUtf8(passphrase))
  }
}

/** Decrypts an encrypted PKCS#8 structure to a plain one; throws if the passphrase does not fit. */
export const openPkcs8 = (der: Uint8Array, passphrase: string): Uint8Array => {
  const opened: forge.asn1.Asn1 | null = forge.pki.decryptPrivateKeyInfo(
    toAsn1(der),
    forge.util.encodeUtf8(passphrase)
  )
  if (opened === null) throw new Error("not opened")
  return toDer(opened)
}

/** Decrypts an RSA key in PEM with a DEK-Info header to PKCS#1; throws if the passphrase does not fit. */
export const openPem = (pem: Uint8Array, passphrase: string): Uint8Array => {
  const text = Buffer.from(pem).toString("latin1")
  const opened: forge.pki.rsa.PrivateKey | null = forge.pki.decryptRsaPrivateKey(
    text,
    forge.util.encodeUtf8(passphrase)
  )
  if (opened === null) throw new Error("not opened")
  return toDer(forge.pki.privateKeyToAsn1(opened))
}
