/**
 * The JSON file that lists merchants: where each one's keys lie, and how it differs from the service's own
 * settings. Read strictly: a field that is not known or stands twice is a misspelling, and is refused.
 *
 * The key files themselves are left to `MerchantKeys`.
 */
import { readFile, stat } from "node:fs/promises"
import { dirname, resolve } from "node:path"
import { LosslessJson, Order } from "@umf-order-sync/core"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import * as KeyFile from "../keys/KeyFile.ts"
import { FileUnusable, MerchantUnusable } from "./MerchantsFault.ts"

/** No list is larger, in bytes: room for some ten thousand merchants. */
const MAX_BYTES = 4_194_304

const FilePath = Schema.String.annotate({ message: "must be a path, as text" }).check(
  Schema.makeFilter<string>((text) => {
    if (text.trim() === "" || text.includes("\0")) return "must be the path of a file"
    return !KeyFile.looksLikeAKey(text) || "must be the path of a file, not what is in it"
  })
)

const isMerchantId = Schema.is(Order.MerchantId)
const number = 'must be the merchant number, as text: "90000001"'
const MerchantNumber = Schema.String.annotate({ message: number })
  .check(Schema.makeFilter<string>((text) => isMerchantId(text) || number))
  .pipe(Schema.brand("MerchantId"))

const readDuration = Schema.decodeUnknownResult(Schema.DurationFromString)
const length = 'must be a length of time, such as "1 second"'
const Window = Schema.String.annotate({ message: length })
  .check(Schema.makeFilter<string>((text) => Result.isSuccess(readDuration(text)) || length))
  .pipe(Schema.decodeTo(Schema.DurationFromString))

const RateLimit = Schema.Struct({
  limit: Schema.Finite.annotate({ message: "must be a number of requests" }).check(
    Schema.makeFilter<number>(
      (limit) => (Number.isSafeInteger(limit) && limit >= 1) || "must be a whole number, at least 1"
    )
  ),
  window: Window
}).annotate({ message: 'must be an object such as { "limit": 20, "window": "1 second" }' })

/** One merchant as the file has it; paths are relative to the file. */
export const MerchantEntry = Schema.Struct({
  merId: MerchantNumber,
  /** The merchant's private key. Its format is found by its content. */
  privateKey: FilePath,
  /** The platform's certificate or public key. */
  platformCert: FilePath,
  /** Holds the private key's passphrase. A last line break is not part of it. */
  passphraseFile: Schema.optionalKey(FilePath),
  baseUrl: Schema.optionalKey(Schema.String.annotate({ message: "must be an address, as text" })),
  rateLimit: Schema.optionalKey(RateLimit),
  /** For keys of more than 1536 bits, if the platform told that it takes their signatures. */
  allowLongSignature: Schema.optionalKey(Schema.Boolean.annotate({ message: "must be true or false" }))
}).annotate({ message: "must be an object with merId, privateKey and platformCert" })
export type MerchantEntry = typeof MerchantEntry.Type

/** One merchant, with whole paths and its place in the file. */
export interface Merchant extends MerchantEntry {
  /** The list that it stands in. */
  readonly file: string
  readonly place: number
}

/** What could be read of a list, and what could not. */
export interface Listed {
  readonly merchants: ReadonlyArray<Merchant>
  readonly faults: ReadonlyArray<MerchantUnusable>
}

const decodeEntry = Schema.decodeUnknownResult(MerchantEntry, { errors: "all", onExcessProperty: "error" })

/** Without the values that schemas may put into their messages. */
const format = SchemaIssue.makeFormatterStandardSchemaV1({
  leafHook: (issue) => {
    if (issue._tag === "MissingKey") return "is missing"
    return issue._tag === "UnexpectedKey" ? "is not known here" : SchemaIssue.defaultLeafHook(issue)
  }
})

const known = [...Object.keys(MerchantEntry.fields), ...Object.keys(RateLimit.fields)]

/** A name that is known, or a misspelt one: a few letters that begin like one. */
const isName = (part: string): boolean =>
  /^[A-Za-z]{3,20}$/.test(part) &&
  known.some((name) => name.slice(0, 3).toLowerCase() === part.slice(0, 3).toLowerCase())

/** A field's path. Somebody may have put a secret in place of a name, so other names are not shown. */
const fieldOf = (path: ReadonlyArray<unknown>): string =>
  path.map((part) => (isName(String(part)) ? String(part) : "of another name")).join(".")

const inlinePassphrase =
  "must not stand here, where everybody reads it who reads the list. Put it into a file, and name that in passphraseFile"

/** JSON as plain values. Numbers are read as such: no field needs more digits. */
const plain = (json: LosslessJson.Json): unknown => {
  switch (json._tag) {
    case "Null":
      return null
    case "Number":
      return Number(json.text)
    case "Array":
      return json.items.map(plain)
    case "Object":
      return Object.fromEntries([...json.members].map(([name, value]) => [name, plain(value)]))
    default:
      return json.value
  }
}

const merIdOf = (json: LosslessJson.Json): Order.MerchantId | undefined => {
  const merId = json._tag === "Object" ? json.members.get("merId") : undefined
  return merId?._tag === "String" && isMerchantId(merId.value) ? merId.value : undefined
}

const checked = (file: string, items: ReadonlyArray<LosslessJson.Json>): Listed => {
  const merchants: Array<Merchant> = []
  const faults: Array<MerchantUnusable> = []
  const numbers = items.map(merIdOf)
  items.forEach((item, index) => {
    const merId = numbers[index]
    const place = index + 1
    const fault = (field: string, problem: string) =>
      faults.push(
        new MerchantUnusable({ file, ...(merId !== undefined && { merId }), place, field, problem })
      )
    const first = merId === undefined ? index : numbers.indexOf(merId)
    const twin = first === index ? numbers.indexOf(merId, index + 1) : first
    if (merId !== undefined && twin !== -1)
      return void fault("merId", `stands at no. ${twin + 1} too; keep one`)
    const entry = decodeEntry(plain(item))
    if (Result.isFailure(entry)) {
      for (const { path = [], message } of format(entry.failure.issue).issues) {
        const field = fieldOf(path.map((part) => (typeof part === "object" ? part.key : part)))
        fault(field, field === "passphrase" ? inlinePassphrase : message)
      }
      return
    }
    const { privateKey, platformCert, passphraseFile, ...rest } = entry.success
    const from = (path: string) => resolve(dirname(file), path)
    merchants.push({
      ...rest,
      file,
      place,
      privateKey: from(privateKey),
      platformCert: from(platformCert),
      ...(passphraseFile !== undefined && { passphraseFile: from(passphraseFile) })
    })
  })
  return { merchants, faults }
}

/** Reads the text of a list; `file` is its whole path. */
export const parse = Effect.fnUntraced(function* (
  file: string,
  text: string
): Effect.fn.Return<Listed, FileUnusable> {
  const unusable = (problem: string) => new FileUnusable({ file, problem })
  const json = LosslessJson.parse(text, { maxLength: MAX_BYTES, maxDepth: 8 })
  if (Result.isFailure(json)) {
    const { rule, at } = json.failure
    const line = text.slice(0, at).split("\n").length
    return yield* rule === "DuplicateName"
      ? unusable(`has a field twice in one object, at line ${line}`)
      : unusable(`is not JSON: see line ${line}. It may be half-written`)
  }
  const members = json.success._tag === "Object" ? json.success.members : undefined
  const list = members?.get("merchants")
  if (list?._tag !== "Array") return yield* unusable('must be an object: { "merchants": [ … ] }')
  if (members?.size !== 1) return yield* unusable('has fields that are not known beside "merchants"')
  return checked(file, list.items)
})

/** Reads a list; `file` is its whole path. */
export const read = Effect.fnUntraced(function* (file: string): Effect.fn.Return<Listed, FileUnusable> {
  const bytes = yield* Effect.tryPromise({
    try: async () => ((await stat(file)).size > MAX_BYTES ? undefined : await readFile(file)),
    catch: (error) => {
      const code = KeyFile.codeOf(error)
      return new FileUnusable({
        file,
        problem: `can't be read (${code}). Check the path and its permissions`
      })
    }
  })
  if (bytes === undefined) {
    return yield* new FileUnusable({ file, problem: `is larger than ${MAX_BYTES} bytes. Check the path` })
  }
  const text = yield* Effect.try({
    try: () => new TextDecoder("utf-8", { fatal: true }).decode(bytes),
    catch: () => new FileUnusable({ file, problem: "is not UTF-8. Save it as UTF-8" })
  })
  return yield* parse(file, text)
})
