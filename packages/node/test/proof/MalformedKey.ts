/** Key files that are not what they should be, made from sound ones. */
import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto"
import * as Chance from "../../../../prove/Chance.ts"
import { bytesOf, encrypted, privateKeys, publicKeys } from "../keys/fixtures.ts"
import * as Der from "./Der.ts"
import * as MalformedPublicKey from "./MalformedPublicKey.ts"

export interface KeyFile {
  readonly name: string
  readonly bytes: Buffer
  /**
   * What has to come of it: a refusal, the same key as ever, or either of them, where what was changed may or
   * may not be needed. "any": where the numbers of a public key were changed, nobody can know.
   */
  readonly expected: "refused" | "same" | "either" | "any"
  /** What a refusal has to say, where it is plain what the trouble is. */
  readonly because?: RegExp
  readonly wanted: "private" | "public"
  readonly passphrase?: string | undefined
}

const next = Chance.make("malformed keys")

const file = (
  name: string,
  bytes: Buffer,
  expected: KeyFile["expected"] = "refused",
  more: Partial<KeyFile> = {}
): KeyFile => ({ name, bytes, expected, wanted: "private", passphrase: "test-passphrase", ...more })

/** What is said of a file that is sound and none of those that are needed. */
const asPrivate = { because: /and a private key is needed/ }
const asPublic = {
  because: /and the platform's certificate or public key is needed/,
  wanted: "public"
} as const
const notRsa = { because: /the platform takes RSA only/ }

const isText = (name: string): boolean => /pem$|txt$|-expired.crt$/.test(name)
const whole = [...privateKeys, ...publicKeys].filter((name) => !name.includes("bundle"))
const all = [...privateKeys, ...publicKeys] as unknown as readonly [string, ...Array<string>]
const wantedOf = (name: string): Partial<KeyFile> => ({
  wanted: publicKeys.includes(name) ? "public" : "private"
})

const cuts = whole.flatMap((name) =>
  [0.02, 0.3, 0.6, 0.9].map((part) => {
    const bytes = bytesOf(name)
    return file(
      `${name} cut at ${part}`,
      bytes.subarray(0, Math.ceil(bytes.length * part)),
      "refused",
      wantedOf(name)
    )
  })
)

const wrongKind = [
  ...publicKeys.map((name) => file(`${name} as the merchant's`, bytesOf(name), "refused", asPrivate)),
  ...privateKeys.map((name) => file(`${name} as the platform's`, bytesOf(name), "refused", asPublic)),
  ...[
    "ec.p8.pem",
    "ec.sec1.pem",
    "ec.p12",
    "rsa-pss.p8.pem",
    "cert-only.p12",
    "ec.cert.pem",
    "ec.spki.pem"
  ].flatMap((name) => [
    file(name, bytesOf(name)),
    file(`${name} as the platform's`, bytesOf(name), "refused", { wanted: "public" })
  ])
]

const derOf = (key: KeyObject): Buffer =>
  key.type === "private"
    ? key.export({ type: "pkcs8", format: "der" })
    : key.export({ type: "spki", format: "der" })

/** Keys of other algorithms, and RSA keys that are too small. */
const otherTypes = [
  ["Ed25519", generateKeyPairSync("ed25519")] as const,
  ["Ed448", generateKeyPairSync("ed448")] as const,
  ["X25519", generateKeyPairSync("x25519")] as const,
  ["EC on secp256k1", generateKeyPairSync("ec", { namedCurve: "secp256k1" })] as const,
  ["DSA", generateKeyPairSync("dsa", { modulusLength: 1024, divisorLength: 160 })] as const,
  ["RSA of 512 bits", generateKeyPairSync("rsa", { modulusLength: 512 })] as const,
  ["RSA of 768 bits", generateKeyPairSync("rsa", { modulusLength: 768 })] as const
].flatMap(([type, { privateKey, publicKey }]) => {
  // Node reads no private RSA key of fewer than 513 bits.
  const unfit = type.startsWith("RSA") ? { because: /no safe RSA key has|can't be read/ } : notRsa
  return [
    file(type, derOf(privateKey), "refused", unfit),
    file(`${type} as the platform's`, derOf(publicKey), "refused", { ...unfit, wanted: "public" }),
    file(`${type}, public, as the merchant's`, derOf(publicKey), "refused", asPrivate),
    file(`${type}, private, as the platform's`, derOf(privateKey), "refused", asPublic)
  ]
})

/** A certificate around a key of another type; its own signature is not looked at. */
const certificateOfEd25519 = ((): Buffer => {
  const [root] = Der.parse(bytesOf("rsa-1024.cert.der"))
  const [spki] = Der.parse(bytesOf("rsa-1024.spki.der"))
  const [other] = Der.parse(derOf(generateKeyPairSync("ed25519").publicKey))
  if (root === undefined || spki === undefined || other === undefined) throw new Error("no certificate")
  const was = Der.encode(spki)
  const made = Der.everywhere(root, (element) => (Der.encode(element).equals(was) ? [other] : [element]))
  const found = made.map(Der.encode).find((bytes) => !bytes.equals(Der.encode(root)))
  if (found === undefined) throw new Error("the certificate holds another key")
  return found
})()

const passphrases = encrypted.flatMap((name) => [
  file(`${name} with a wrong passphrase`, bytesOf(name), "refused", {
    passphrase: "not-this-passphrase",
    because: /does not open with this passphrase/
  }),
  file(`${name} with the passphrase in capitals`, bytesOf(name), "refused", {
    passphrase: "TEST-PASSPHRASE",
    because: /does not open with this passphrase/
  }),
  file(`${name} without a passphrase`, bytesOf(name), "refused", {
    passphrase: undefined,
    because: /is encrypted\. Give its passphrase/
  })
])

const pem = bytesOf("rsa-1024.p8.pem").toString("latin1")
const publicPem = bytesOf("rsa-1024.spki.pem").toString("latin1")
const der = bytesOf("rsa-1024.p8.der")

const texts = [
  file("UTF-16", Buffer.from(pem, "utf16le")),
  file("UTF-16 with a byte order mark", Buffer.from(`\ufeff${pem}`, "utf16le")),
  file(
    "base64 without its middle line",
    Buffer.from(
      pem
        .split("\n")
        .filter((_, at) => at !== 6)
        .join("\n")
    )
  ),
  file("base64 with two lines swapped", Buffer.from(pem.replace(/^(.{64})\n(.{64})$/m, "$2\n$1"))),
  file("an END of another label", Buffer.from(pem.replace("END PRIVATE", "END PUBLIC"))),
  file("a frame of four hyphens", Buffer.from(pem.replaceAll("-----", "----"))),
  file("no BEGIN", Buffer.from(pem.split("\n").slice(1).join("\n"))),
  file("base64 of base64", Buffer.from(Buffer.from(pem).toString("base64"))),
  file("hexadecimal", Buffer.from(der.toString("hex"))),
  file("a DER in UTF-8", Buffer.from(der.toString("latin1"), "utf8")),
  file(
    "an OpenSSH key",
    Buffer.from("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n-----END OPENSSH PRIVATE KEY-----\n")
  ),
  file(
    "a PGP key",
    Buffer.from("-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQHYBF\n-----END PGP PRIVATE KEY BLOCK-----\n")
  ),
  file(
    "a certificate request",
    Buffer.from("-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n")
  ),
  file("a page in HTML", Buffer.from("<!doctype html><title>404</title>")),
  file("a Java key store", Buffer.from("feedfeed0000000200000001", "hex")),
  file("a zip", Buffer.from("504b0304140000000800", "hex")),
  file("nothing", Buffer.alloc(0)),
  file("a line break", Buffer.from("\n")),
  file("zeros", Buffer.alloc(634)),
  file("more than a key file may hold", Buffer.concat([der, Buffer.alloc(200_000)])),
  file("DER behind a byte order mark", Buffer.concat([Buffer.from("\ufeff"), der])),
  file("DER behind a line break", Buffer.concat([Buffer.from("\n"), der])),
  file(
    "DER as a file of text on Windows",
    Buffer.from(der.toString("latin1").replaceAll("\n", "\r\n"), "latin1"),
    "either"
  ),
  file("a private key labelled as public", Buffer.from(pem.replaceAll("PRIVATE", "PUBLIC")), "refused", {
    wanted: "public"
  }),
  file("a public key labelled as private", Buffer.from(publicPem.replaceAll("PUBLIC", "PRIVATE"))),
  file("a certificate of Ed25519", certificateOfEd25519, "refused", { ...notRsa, wanted: "public" }),
  file("sequences within sequences, to the brim", Buffer.alloc(100_000, Buffer.of(0x30, 0x80))),
  file(
    "PKCS#12 with sequences within",
    Der.encode(
      Der.sequence(Der.integer(3n), { tag: 0x30, content: Buffer.alloc(100_000, Buffer.of(0x30, 0x80)) })
    )
  ),
  file("frames and frames", Buffer.from("-----BEGIN X-----\n-----END X-----\n".repeat(3500))),
  file("frames without an end", Buffer.from("-----BEGIN PRIVATE KEY-----\n".repeat(4500))),
  file(
    "frames of empty keys",
    Buffer.from("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n".repeat(2000))
  )
]

const harmless = [
  file("line ends of Windows", Buffer.from(pem.replaceAll("\n", "\r\n")), "same"),
  file("line ends of an old Mac", Buffer.from(pem.replaceAll("\n", "\r")), "same"),
  file("a byte order mark", Buffer.from(`\ufeff${pem}`), "same"),
  file("text around it", Buffer.from(`Bag Attributes\n  localKeyID: 01\n${pem}\nend\n`), "same"),
  file("no line break at the end", Buffer.from(pem.trim()), "same"),
  file(
    "one line of base64",
    Buffer.from(pem.replace(/(?<=[A-Za-z0-9+/=])\n(?=[A-Za-z0-9+/=])/g, "")),
    "same"
  ),
  file("a line break behind DER", Buffer.concat([der, Buffer.from("\n")]), "same"),
  file("zeros behind DER", Buffer.concat([der, Buffer.alloc(100)]), "same"),
  file("another key behind DER", Buffer.concat([der, bytesOf("rsa-1536.p8.der")]), "same"),
  file("zeros behind PEM", Buffer.from(`${pem}\0\0\0`), "same"),
  file("its certificate in front", Buffer.concat([bytesOf("rsa-1024.cert.pem"), Buffer.from(pem)]), "same"),
  file("a label of a certificate", Buffer.from(pem.replaceAll("PRIVATE KEY", "CERTIFICATE")), "same"),
  file("a wrong label", Buffer.from(pem.replaceAll("PRIVATE KEY", "RSA PRIVATE KEY")), "same")
]

/** PKCS#12 files that are not encrypted and have no checksum, with keys of this DER in them. */
const plainPkcs12 = (...keys: ReadonlyArray<Buffer>): Buffer => {
  const oid = (hex: string): Der.Element => ({ tag: 6, content: Buffer.from(hex, "hex") })
  const inTag0 = (...content: ReadonlyArray<Der.Element>): Der.Element => ({ tag: 0xa0, content })
  const data = (content: Der.Element): Der.Element =>
    Der.sequence(oid("2a864886f70d010701"), inTag0({ tag: 4, content: Der.encode(content) }))
  const bags = keys.map((key) => Der.sequence(oid("2a864886f70d010c0a0101"), inTag0(...Der.parse(key))))
  return Der.encode(Der.sequence(Der.integer(3n), data(Der.sequence(data(Der.sequence(...bags))))))
}

const pkcs12 = [
  file("PKCS#12 with one key, in clear", plainPkcs12(der), "same"),
  file("PKCS#12 with two keys, in clear", plainPkcs12(der, bytesOf("rsa-1536.p8.der")), "same"),
  file("PKCS#12 with no key, in clear", plainPkcs12(), "refused", asPrivate),
  file(
    "PKCS#12 with an EC key, in clear",
    plainPkcs12(derOf(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey)),
    "refused",
    notRsa
  ),
  ...["rsa-1024.modern.p12", "rsa-1024.legacy.p12"].flatMap((name) => {
    const bytes = bytesOf(name)
    const [root] = Der.parse(bytes)
    const mac = root !== undefined && !Buffer.isBuffer(root.content) ? root.content[2] : undefined
    if (mac === undefined) throw new Error(`${name} has no checksum`)
    const at = bytes.indexOf(Der.encode(mac))
    // The last bytes of the file: the checksum's value, its salt and its count.
    return [at + 40, bytes.length - 10].map((place) => {
      const broken = Buffer.from(bytes)
      broken[place] = (broken[place] ?? 0) ^ 1
      return file(`${name} whose checksum is broken at ${place}`, broken, "refused", {
        because: /does not open|can't be read/
      })
    })
  })
]

/** The numbers of the fixture's key, as PKCS#1 has them: version, n, e, d, p, q, dp, dq, qi. */
const numbers = ((): ReadonlyArray<bigint> => {
  const jwk = createPrivateKey({ key: der, format: "der", type: "pkcs8" }).export({ format: "jwk" })
  const of = (text: string | undefined) => BigInt(`0x${Buffer.from(text ?? "", "base64url").toString("hex")}`)
  return [0n, ...[jwk.n, jwk.e, jwk.d, jwk.p, jwk.q, jwk.dp, jwk.dq, jwk.qi].map(of)]
})()
const numberNames = ["version", "n", "e", "d", "p", "q", "dp", "dq", "qi"]

const pkcs1 = (values: ReadonlyArray<bigint>): Buffer => Der.encode(Der.sequence(...values.map(Der.integer)))

/**
 * One number of the key replaced. The private ones stand there twice over: a key that still signs as ever, by
 * those that are right, is the same key.
 */
const arithmetic = numberNames.flatMap((name, at) => {
  const value = numbers[at] ?? 0n
  const others: ReadonlyArray<readonly [string, bigint]> = [
    ["0", 0n],
    ["1", 1n],
    ["2", 2n],
    ["negative", -value - 1n],
    ["two more", value + 2n],
    ["twice as large", value * 2n + 2n],
    ["enormous", 1n << 20_000n]
  ]
  return others.map(([how, other]) =>
    file(
      `${name} ${how}`,
      pkcs1(numbers.with(at, other)),
      name === "n" || name === "e" ? "refused" : "either"
    )
  )
})

/** A whole key with the exponents 1, whose parts fit together. */
const exponentsOne = file(
  "e and d 1",
  pkcs1(numbers.map((value, at) => ([2, 3, 6, 7].includes(at) ? 1n : value)))
)

const publicNumbers = [
  ...MalformedPublicKey.refused.map(([name, bytes]) =>
    file(name, bytes, "refused", { because: /no safe RSA key has|can't be read/, wanted: "public" })
  ),
  ...MalformedPublicKey.unknowable.map(([name, bytes]) => file(name, bytes, "any", { wanted: "public" }))
]

/** Every element of the structure taken out, doubled, emptied, or of another type. */
const structure = [
  "rsa-1024.p8.der",
  "rsa-1024.pkcs1.der",
  "rsa-1024.encrypted.p8.der",
  "rsa-1024.modern.p12"
].flatMap((name) => {
  const [root] = Der.parse(bytesOf(name))
  if (root === undefined) return []
  const changes: ReadonlyArray<readonly [string, (element: Der.Element) => ReadonlyArray<Der.Element>]> = [
    ["taken out", () => []],
    ["doubled", (element) => [element, element]],
    ["emptied", ({ tag }) => [{ tag, content: Buffer.alloc(0) }]],
    ["of another type", ({ content }) => [{ tag: 0x0c, content }]]
  ]
  return changes.flatMap(([how, change]) =>
    Der.everywhere(root, change).map((tree, nth) =>
      file(`${name}, element ${nth} ${how}`, Der.encode(tree), "either")
    )
  )
})

/** How often a passphrase is hashed, so often that it would take hours. */
const patience = ["rsa-1024.encrypted.p8.der", "rsa-1024.modern.p12", "rsa-1024.legacy.p12"].flatMap(
  (name) => {
    const [root] = Der.parse(bytesOf(name))
    if (root === undefined) return []
    const isCount = ({ content, tag }: Der.Element): boolean =>
      tag === 2 && Buffer.isBuffer(content) && content.length === 2
    return Der.everywhere(root, (element) => (isCount(element) ? [Der.integer(2_000_000_000n)] : [element]))
      .map(Der.encode)
      .filter((bytes) => !bytes.equals(bytesOf(name)))
      .map((bytes, nth) =>
        file(`${name}, patience ${nth}`, bytes, "refused", {
          because: /wants its passphrase hashed more than/
        })
      )
  }
)

/** As often as is allowed, with another passphrase: it is hashed by OpenSSL, and not by JavaScript after that. */
const patient = ((): ReadonlyArray<KeyFile> => {
  const [root] = Der.parse(bytesOf("rsa-1024.encrypted.p8.der"))
  if (root === undefined) return []
  return Der.everywhere(root, (element) =>
    Der.encode(element).equals(Buffer.from("02020800", "hex")) ? [Der.integer(1_000_000n)] : [element]
  )
    .map(Der.encode)
    .filter((bytes) => bytes.length !== bytesOf("rsa-1024.encrypted.p8.der").length)
    .map((bytes) =>
      file("a million rounds, and another passphrase", bytes, "refused", { passphrase: "错误的口令" })
    )
})()

/** Bytes turned over at random. In a public key's own number that gives another key, and nobody can know. */
const flips = (count: number): ReadonlyArray<KeyFile> =>
  Array.from({ length: count }, (_, nth) => {
    const name = Chance.pick(next, all)
    const bytes = Buffer.from(bytesOf(name))
    const at = Chance.below(next, bytes.length)
    bytes[at] = (bytes[at] ?? 0) ^ (1 << Chance.below(next, isText(name) ? 7 : 8))
    const wanted = publicKeys.includes(name) ? "public" : "private"
    return file(`${name}, flip ${nth} at ${at}`, bytes, wanted === "public" ? "any" : "either", { wanted })
  })

/** All of them, with so many flips. */
export const files = (count: number): ReadonlyArray<KeyFile> => [
  ...cuts,
  ...wrongKind,
  ...otherTypes,
  ...passphrases,
  ...texts,
  ...harmless,
  ...pkcs12,
  ...arithmetic,
  exponentsOne,
  ...publicNumbers,
  ...structure,
  ...patience,
  ...patient,
  ...flips(count)
]
