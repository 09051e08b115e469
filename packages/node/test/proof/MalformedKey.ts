/** Key files that are not what they should be, made from sound ones. */
import { createPrivateKey } from "node:crypto"
import * as Chance from "../../../../prove/Chance.ts"
import { bytesOf, encrypted, privateKeys, publicKeys } from "../keys/fixtures.ts"
import * as Der from "./Der.ts"

export interface KeyFile {
  readonly name: string
  readonly bytes: Buffer
  /**
   * What has to come of it: a refusal, the same key as ever, or either of them, where what was changed may or
   * may not be needed.
   */
  readonly expected: "refused" | "same" | "either"
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

const isText = (name: string): boolean => /pem$|txt$|-expired.crt$/.test(name)
const whole = [...privateKeys, ...publicKeys].filter((name) => !name.includes("bundle"))
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
  ...publicKeys.map((name) => file(`${name} as the merchant's`, bytesOf(name))),
  ...privateKeys.map((name) =>
    file(`${name} as the platform's`, bytesOf(name), "refused", { wanted: "public" })
  ),
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

const passphrases = encrypted.flatMap((name) => [
  file(`${name} with a wrong passphrase`, bytesOf(name), "refused", { passphrase: "wrong" }),
  file(`${name} with the passphrase in capitals`, bytesOf(name), "refused", {
    passphrase: "TEST-PASSPHRASE"
  }),
  file(`${name} without a passphrase`, bytesOf(name), "refused", { passphrase: undefined })
])

const pem = bytesOf("rsa-1024.p8.pem").toString("latin1")
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
  file("more than a key file may hold", Buffer.concat([der, Buffer.alloc(200_000)]))
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
  file("a wrong label", Buffer.from(pem.replaceAll("PRIVATE KEY", "RSA PRIVATE KEY")), "same")
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
      .map((bytes, nth) => file(`${name}, patience ${nth}`, bytes))
  }
)

/** Bytes turned over at random. In a public key's own number that gives another key, and nobody can know. */
const flips = (count: number): ReadonlyArray<KeyFile> =>
  Array.from({ length: count }, (_, nth) => {
    const name = Chance.pick(next, privateKeys as unknown as readonly [string, ...Array<string>])
    const bytes = Buffer.from(bytesOf(name))
    const at = Chance.below(next, bytes.length)
    bytes[at] = (bytes[at] ?? 0) ^ (1 << Chance.below(next, isText(name) ? 7 : 8))
    return file(`${name}, flip ${nth} at ${at}`, bytes, "either")
  })

/** All of them, with so many flips. */
export const files = (count: number): ReadonlyArray<KeyFile> => [
  ...cuts,
  ...wrongKind,
  ...passphrases,
  ...texts,
  ...harmless,
  ...arithmetic,
  ...structure,
  ...patience,
  ...flips(count)
]
