/**
 * A strict JSON reader (RFC 8259) that loses nothing a signature may depend on.
 *
 * Numbers keep their source text (`1.0` stays `1.0`), objects keep every name in order, and what would
 * let two readers see two things is refused by name: duplicate names, lone surrogates, raw control
 * characters, anything after the value. Depth and size are limited. Never throws.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { isWellFormed } from "./Text.ts"

/** A JSON value. `Number` holds the characters of the source, never a parsed number. */
export type Json =
  | { readonly _tag: "Null" }
  | { readonly _tag: "Boolean"; readonly value: boolean }
  | { readonly _tag: "Number"; readonly text: string }
  | { readonly _tag: "String"; readonly value: string }
  | { readonly _tag: "Array"; readonly items: ReadonlyArray<Json> }
  | JsonObject

/** A JSON object: its members in the order of the source, each name once. */
export interface JsonObject {
  readonly _tag: "Object"
  readonly members: ReadonlyMap<string, Json>
}

/** Which rule a text broke. */
export const JsonRule = Schema.Literals([
  "Syntax",
  "DuplicateName",
  "LoneSurrogate",
  "ControlCharacter",
  "TrailingText",
  "TooDeep",
  "TooLong"
])
export type JsonRule = typeof JsonRule.Type

/** A text that was not read: the rule it broke, and where. Carries nothing of the text itself. */
export class JsonError extends Schema.TaggedError<JsonError>()("JsonError", {
  rule: JsonRule,
  /** Offset in UTF-16 code units from the start of the text. */
  at: Schema.Int,
  message: Schema.String
}) {}

/** Limits of `parse`. `maxLength` in UTF-16 code units; `maxDepth` counts nested arrays and objects. */
export interface Limits {
  readonly maxLength: number
  readonly maxDepth: number
}

/** 64 Ki characters, 16 levels: far above any answer of the platform. */
export const defaultLimits: Limits = { maxLength: 65536, maxDepth: 16 }

const NULL: Json = { _tag: "Null" }
const TRUE: Json = { _tag: "Boolean", value: true }
const FALSE: Json = { _tag: "Boolean", value: false }

/** Thrown inside this module only, and caught in `parse`: unwinds the recursion. */
class Stop {
  readonly error: JsonError
  constructor(error: JsonError) {
    this.error = error
  }
}

/** Reads one JSON text. */
export const parse = (text: string, limits: Limits = defaultLimits): Result.Result<Json, JsonError> => {
  try {
    return Result.succeed(new Reader(text, limits).document())
  } catch (thrown) {
    if (thrown instanceof Stop) return Result.fail(thrown.error)
    throw thrown
  }
}

class Reader {
  private at = 0
  private depth = 0
  private readonly text: string
  private readonly limits: Limits

  constructor(text: string, limits: Limits) {
    this.text = text
    this.limits = limits
  }

  document(): Json {
    if (this.text.length > this.limits.maxLength) {
      this.fail("TooLong", `The text is longer than ${this.limits.maxLength} characters.`)
    }
    this.space()
    const value = this.value()
    this.space()
    if (this.at < this.text.length) this.fail("TrailingText", "There is text after the JSON value.")
    return value
  }

  private fail(rule: JsonRule, message: string): never {
    throw new Stop(new JsonError({ rule, at: this.at, message: `${message} (at character ${this.at})` }))
  }

  private space(): void {
    while (this.at < this.text.length) {
      const code = this.text.charCodeAt(this.at)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
      this.at++
    }
  }

  private value(): Json {
    switch (this.text[this.at]) {
      case "{":
        return this.nested(() => this.object())
      case "[":
        return this.nested(() => this.array())
      case '"':
        return { _tag: "String", value: this.string() }
      case "t":
        return this.word("true", TRUE)
      case "f":
        return this.word("false", FALSE)
      case "n":
        return this.word("null", NULL)
      default:
        return this.number()
    }
  }

  private nested(read: () => Json): Json {
    if (++this.depth > this.limits.maxDepth) {
      this.fail("TooDeep", `Values are nested more than ${this.limits.maxDepth} levels deep.`)
    }
    this.at++
    this.space()
    const value = read()
    this.depth--
    return value
  }

  private object(): JsonObject {
    const members = new Map<string, Json>()
    if (this.skip("}")) return { _tag: "Object", members }
    do {
      this.space()
      if (this.text[this.at] !== '"') this.fail("Syntax", "A name in double quotes was expected.")
      const name = this.string()
      if (members.has(name)) this.fail("DuplicateName", "A name stands twice in one object.")
      this.space()
      if (!this.skip(":")) this.fail("Syntax", 'A ":" was expected.')
      this.space()
      members.set(name, this.value())
      this.space()
    } while (this.skip(","))
    if (!this.skip("}")) this.fail("Syntax", 'A "," or "}" was expected.')
    return { _tag: "Object", members }
  }

  private array(): Json {
    const items: Array<Json> = []
    if (this.skip("]")) return { _tag: "Array", items }
    do {
      this.space()
      items.push(this.value())
      this.space()
    } while (this.skip(","))
    if (!this.skip("]")) this.fail("Syntax", 'A "," or "]" was expected.')
    return { _tag: "Array", items }
  }

  private skip(character: string): boolean {
    if (this.text[this.at] !== character) return false
    this.at++
    return true
  }

  private word(word: string, value: Json): Json {
    if (!this.text.startsWith(word, this.at)) this.fail("Syntax", "A JSON value was expected.")
    this.at += word.length
    return value
  }

  private number(): Json {
    const pattern = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)
    if (found === null) return this.fail("Syntax", "A JSON value was expected.")
    this.at += found[0].length
    return { _tag: "Number", text: found[0] }
  }

  private string(): string {
    this.at++
    let value = ""
    let from = this.at
    for (;;) {
      if (this.at >= this.text.length) this.fail("Syntax", "A string does not end.")
      const code = this.text.charCodeAt(this.at)
      if (code === 0x22) break
      if (code < 0x20) this.fail("ControlCharacter", "A string contains a raw control character.")
      if (code === 0x5c) {
        value += this.text.slice(from, this.at) + this.escape()
        from = this.at
      } else {
        this.at++
      }
    }
    value += this.text.slice(from, this.at)
    if (!isWellFormed(value)) this.fail("LoneSurrogate", "A string contains a lone surrogate.")
    this.at++
    return value
  }

  private escape(): string {
    const letter = this.text[this.at + 1]
    if (letter === "u") {
      const hex = this.text.slice(this.at + 2, this.at + 6)
      if (!/^[0-9a-fA-F]{4}$/.test(hex)) this.fail("Syntax", "An escape is not four hexadecimal digits.")
      this.at += 6
      return String.fromCharCode(Number.parseInt(hex, 16))
    }
    const value = letter === undefined ? undefined : ESCAPES.get(letter)
    if (value === undefined) return this.fail("Syntax", "An escape is not one of JSON's.")
    this.at += 2
    return value
  }
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["\\", "\\"],
  ["/", "/"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"]
])
