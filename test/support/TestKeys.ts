/** The secrets in this repository that are none: keys that the project made for its tests, each with its reason. */
import type { Finding } from "./SecretRules.ts"

/** Keys by the fingerprint of their public half, so that each is known in whatever format it stands. */
const keys: ReadonlyMap<string, string> = new Map([
  ["acf78402d3a8", "the merchant's of packages/core/test/vectors, made by make.sh there"],
  ["2c833d1c8ebc", "the platform's of packages/core/test/vectors, made by make.sh there"],
  ["957b401cc805", "rsa-1024 of packages/node/test/keys/fixtures, made by make.sh there, in all formats"],
  ["a6295f7d286b", "rsa-1536 of packages/node/test/keys/fixtures"],
  ["7fce1b90cc64", "rsa-2048 of packages/node/test/keys/fixtures"],
  ["f2d58d699c10", "rsa-pss of packages/node/test/keys/fixtures: a kind that is refused"],
  ["d98efa8fb6ad", "ec of packages/node/test/keys/fixtures: a kind that is refused"]
])

/** What can't be read without its passphrase is known by its place, and what is signed with a test key too. */
const places: ReadonlyArray<readonly [path: RegExp, rules: ReadonlyArray<string>, why: string]> = [
  [
    /^packages\/node\/test\/keys\/fixtures\/(?:rsa-1024|ec|cert-only)\.[\w.-]+$/,
    ["encrypted private key", "key store"],
    "the same keys under the passphrase that the README beside them tells"
  ],
  [
    /^packages\/node\/test\/keys\/fixtures\/rsa-1024\.base64\.txt$/,
    ["random text"],
    "the same key as one line of base64, which is no word either"
  ],
  [
    /^packages\/core\/test\/vectors\/vectors\.json$/,
    ["random text"],
    "signatures of the project's own vectors, made with their test keys"
  ]
]

/** Whether something that was found is known; `used` takes in by which entry. */
export const isKnown = (path: string, { fingerprint, rule }: Finding, used: Set<string>): boolean => {
  if (rule === "private key" && keys.has(fingerprint)) {
    used.add(fingerprint)
    return true
  }
  const place = places.find(([where, rules]) => where.test(path) && rules.includes(rule))
  if (place !== undefined) used.add(place[0].source)
  return place !== undefined
}

/** Every entry, to find those that are needed no longer. */
export const entries: ReadonlyArray<string> = [...keys.keys(), ...places.map(([where]) => where.source)]
