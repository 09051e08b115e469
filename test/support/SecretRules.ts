/**
 * What looks like a secret, in files of any kind: private keys in every format that this library reads, access
 * tokens by their shapes, passwords in addresses, and text that is too random to be a word. Findings say the
 * rule, the line and a fingerprint, and never the secret.
 */
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from "node:crypto"

export interface Finding {
  readonly rule: string
  /** Counted from 1; 1 for what is not text. */
  readonly line: number
  /** Of the key where it can be read, whatever its spelling; of the text otherwise. 12 hex characters. */
  readonly fingerprint: string
}

const hash = (content: Uint8Array | string): string =>
  createHash("sha256").update(content).digest("hex").slice(0, 12)

/** How the DER of a private key, or of a container for one, begins. */
const beginnings: ReadonlyArray<readonly [rule: string, begins: RegExp]> = [
  ["private key", /^30(?:8[12](?:..){1,2}|..)0201003[0-9a-f](?:..)*?06/],
  ["private key", /^30(?:8[12](?:..){1,2}|..)02010002(?:8[12]|[4-7].)/],
  ["private key", /^30(?:8[12](?:..){1,2}|..)02010104[1-4]./],
  ["encrypted private key", /^308[12](?:..){1,2}30(?:8[12](?:..){1,2}|..)06(?:09|0a)2a864886f70d01(?:05|0c)/],
  ["key store", /^308[12](?:..){1,2}0201033/]
]

/** What every DER of a kind has near its beginning, to find it inside of other bytes. */
const needles = ["300d06092a864886f70d010101", "06072a8648ce3d0201", "06092a864886f70d01010a"].map((hex) =>
  Buffer.from(hex, "hex")
)

const fingerprintOf = (key: KeyObject): string =>
  hash(createPublicKey(key.export({ type: "pkcs8", format: "pem" })).export({ type: "spki", format: "der" }))

const readable = (read: () => KeyObject): string | undefined => {
  try {
    return fingerprintOf(read())
  } catch {
    return undefined
  }
}

/** The fingerprint of a key in DER, by its public half, so that it is one in every format. */
const keyFingerprint = (der: Buffer): string =>
  readable(() => createPrivateKey({ key: der, format: "der", type: "pkcs8" })) ??
  readable(() => createPrivateKey({ key: der, format: "der", type: "pkcs1" })) ??
  readable(() => createPrivateKey({ key: der, format: "der", type: "sec1" })) ??
  hash(der)

/** What these bytes are, where they begin like a key. */
const ofDer = (der: Buffer): Omit<Finding, "line"> | undefined => {
  const begins = der.subarray(0, 48).toString("hex")
  const rule = beginnings.find(([, beginning]) => beginning.test(begins))?.[0]
  if (rule === undefined || der.length < 40) return undefined
  const [, many = 0, high = 0, low = 0] = der
  const length = many < 0x80 ? 2 + many : many === 0x81 ? 3 + high : 4 + high * 256 + low
  return { rule, fingerprint: keyFingerprint(der.subarray(0, length)) }
}

/** Keys among other bytes: wherever an algorithm's name stands, a key may have begun just before. */
const inBytes = (bytes: Buffer): ReadonlyArray<Finding> => {
  const starts = new Set([0])
  for (const needle of needles) {
    for (let at = bytes.indexOf(needle); at !== -1; at = bytes.indexOf(needle, at + 1)) {
      for (const before of [5, 6, 7, 8, 9]) starts.add(at - before)
    }
  }
  return [...starts].flatMap((start) => {
    const found = start >= 0 && bytes[start] === 0x30 ? ofDer(bytes.subarray(start)) : undefined
    return found === undefined ? [] : [{ ...found, line: 1 }]
  })
}

const shapes: ReadonlyArray<readonly [rule: string, shape: RegExp]> = [
  ["npm token", /\bnpm_[A-Za-z0-9]{36}\b/g],
  ["npm token", /_authToken\s*=\s*(?!\$\{)[^\s"']{8,}/g],
  ["GitHub token", /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{40,})\b/g],
  ["GitLab token", /\bglpat-[\w-]{20,}/g],
  ["AWS key", /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g],
  ["Aliyun key", /\bLTAI[A-Za-z0-9]{16,}\b/g],
  ["Google key", /\bAIza[\w-]{35}\b/g],
  ["Slack token", /\bxox[abprs]-[\w-]{10,}/g],
  ["Stripe key", /\b[rs]k_live_[A-Za-z0-9]{16,}/g],
  ["webhook secret", /\bwhsec_[A-Za-z0-9+/]{24,}/g],
  ["JSON web token", /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/g],
  // Hosts that are nobody's are for examples.
  [
    "password in an address",
    /\b[a-z][a-z+]{2,}:\/\/[^\s/:@"'`$<{…]+:[^\s/:@"'`$<{…]+@(?!(?:127\.0\.0\.1|localhost|host|db|example\.com)\b)[\w.[]/g
  ]
]

/** Bits a character. Random base64 of 40 characters has about 4.7, hex 3.7, words and paths less than 4.2. */
const entropy = (text: string): number => {
  const counts = new Map<string, number>()
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1)
  return [...counts.values()].reduce((sum, count) => {
    const share = count / text.length
    return sum - share * Math.log2(share)
  }, 0)
}

/** Whether a run of characters is too random for a name. Digests in a lock file are called what they are. */
const isRandom = (text: string): boolean =>
  /^[0-9a-f]+$/i.test(text)
    ? text.length >= 48 && entropy(text) > 3.2
    : !/abcdefghij/i.test(text) &&
      /\d/.test(text) &&
      /[a-z]/.test(text) &&
      /[A-Z]/.test(text) &&
      entropy(text) > 4.4

/** Base64 of any alphabet, also over several lines, or strings that are added up. */
const base64 = /(?:[A-Za-z0-9+/_=-](?:\\[rn]|["'+,]?\s*["']?)){40,}/g

/** More characters than the longest key here has. */
const LONGEST = 8192

const lineAt = (text: string, at: number): number => text.slice(0, at).split("\n").length

const inText = (text: string): ReadonlyArray<Finding> => {
  const found: Array<Finding> = []
  const tell = (rule: string, at: number, fingerprint: string) =>
    found.push({ rule, line: lineAt(text, at), fingerprint })
  for (const [rule, shape] of shapes) {
    for (const match of text.matchAll(shape)) tell(rule, match.index, hash(match[0]))
  }
  const taken: Array<readonly [from: number, to: number]> = []
  for (const match of text.matchAll(/-----BEGIN ([A-Z0-9 ]*)-----((?:(?!-----)[\s\S]){60,8000})-----END/g)) {
    const [all, label = "", between = ""] = match
    taken.push([match.index, match.index + all.length])
    if (!label.endsWith("PRIVATE KEY")) continue
    const body = between.replaceAll(/^\s*[\w-]+: .*$/gm, "").replaceAll(/\\[rn]|["',\s]/g, "")
    if (/ENCRYPTED/.test(all)) tell("encrypted private key", match.index, hash(body))
    else tell("private key", match.index, keyFingerprint(Buffer.from(body, "base64")))
  }
  const isTaken = ({ 0: all, index }: RegExpExecArray) =>
    taken.some(([from, to]) => index < to && index + all.length > from)
  for (const match of text.matchAll(base64)) {
    if (isTaken(match)) continue
    const dense = match[0]
      .replaceAll(/\\[rn]|["',:\s]/g, "")
      .replaceAll("-", "+")
      .replaceAll("_", "/")
    // DER of less than 64 KiB begins with 0x30 0x81, 0x82, or a length of two digits.
    for (const { index } of dense.matchAll(/M[C-I]/g)) {
      const key = ofDer(Buffer.from(dense.slice(index, index + LONGEST), "base64"))
      if (key !== undefined) tell(key.rule, match.index, key.fingerprint)
    }
  }
  for (const match of text.matchAll(/(?:[0-9a-f]{2}(?:\\[rn]|[\s:,"'+]){0,4}){40,}/gi)) {
    const key = inBytes(Buffer.from(match[0].replaceAll(/\\[rn]|[^0-9a-f]/gi, ""), "hex"))[0]
    if (key !== undefined) tell(key.rule, match.index, key.fingerprint)
  }
  for (const match of text.matchAll(/(?<![\w+/.-])(sha(?:256|384|512)-)?([A-Za-z0-9+/_-]{40,}={0,2})/g)) {
    const [, digest, run = ""] = match
    if (digest === undefined && !isTaken(match) && isRandom(run)) tell("random text", match.index, hash(run))
  }
  return found
}

const isText = (content: Buffer): boolean => !content.subarray(0, 8192).includes(0)

/** Names of files that hold secrets whatever they say. */
const names = /(?:^|\/)(?:\.env(?:\.(?!example).*)?|\.npmrc|\.netrc|\.pgpass|id_(?:rsa|dsa|ecdsa|ed25519))$/

/** Everything in a file that looks like a secret. */
export const findings = (path: string, content: Buffer): ReadonlyArray<Finding> => {
  const named = names.test(path) ? [{ rule: "name of a secret file", line: 1, fingerprint: hash(path) }] : []
  return [...named, ...inBytes(content), ...(isText(content) ? inText(content.toString("utf8")) : [])]
}
