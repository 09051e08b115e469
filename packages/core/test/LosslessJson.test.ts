import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import { defaultLimits, type Json, JsonError, type JsonRule, parse } from "../src/LosslessJson.ts"
import { runs } from "./support/Property.ts"

/** What JSON.parse would give, with every number as JSON.stringify writes it. */
const plain = (json: Json): unknown => {
  switch (json._tag) {
    case "Null":
      return null
    case "Boolean":
    case "String":
      return json.value
    case "Number":
      return { number: json.text }
    case "Array":
      return json.items.map(plain)
    case "Object":
      return [...json.members].map(([name, value]) => [name, plain(value)])
  }
}

const plainOf = (value: unknown): unknown => {
  if (typeof value === "number") return { number: JSON.stringify(value) }
  if (Array.isArray(value)) return value.map(plainOf)
  if (typeof value === "object" && value !== null) {
    return Object.entries(value).map(([name, inner]) => [name, plainOf(inner)])
  }
  return value
}

const ruleOf = (text: string, limits = defaultLimits): JsonRule | "read" => {
  const result = parse(text, limits)
  return Result.isFailure(result) ? result.failure.rule : "read"
}

const isRead = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const nested = (levels: number): string => "[".repeat(levels) + "]".repeat(levels)

describe("LosslessJson", () => {
  it.each(["0", "-0", "1.0", "100", "0.10", "1e3", "1E+03", "-12.5e-7", "12345678901234567890.000"])(
    "given the number %s, then its characters are kept",
    (text) => {
      assert.deepStrictEqual(parse(text), Result.succeed({ _tag: "Number", text }))
    }
  )

  it("given an object, then names keep their order and values their kind", () => {
    const result = parse(' {"b" : null,\t"a":[true,false,"x"],\r\n"":{"n":1.50} } ')
    assert.deepStrictEqual(plain(Result.getOrThrow(result)), [
      ["b", null],
      ["a", [true, false, "x"]],
      ["", [["n", { number: "1.50" }]]]
    ])
  })

  it("given every escape of JSON, then it is undone", () => {
    const text = String.raw`"\"\\\/\b\f\n\r\t\u4e2d\uD83D\uDE00\u0000"`
    assert.deepStrictEqual(plain(Result.getOrThrow(parse(text))), '"\\/\b\f\n\r\t中\u{1f600}\u0000')
  })

  it("given the name __proto__, then it is a name like any other", () => {
    assert.deepStrictEqual(plain(Result.getOrThrow(parse('{"__proto__":{"a":1}}'))), [
      ["__proto__", [["a", { number: "1" }]]]
    ])
  })

  it.each<readonly [string, JsonRule, string]>([
    ["nothing", "Syntax", ""],
    ["white space only", "Syntax", " \n"],
    ["a byte order mark", "Syntax", "\ufeff{}"],
    ["an unknown word", "Syntax", "nul"],
    ["NaN", "Syntax", "NaN"],
    ["single quotes", "Syntax", "{'a':1}"],
    ["a name without quotes", "Syntax", "{a:1}"],
    ["a missing colon", "Syntax", '{"a" 1}'],
    ["a missing comma", "Syntax", '{"a":1 "b":2}'],
    ["a trailing comma in an object", "Syntax", '{"a":1,}'],
    ["a trailing comma in an array", "Syntax", "[1,]"],
    ["an array that doesn't end", "Syntax", "[1"],
    ["an object that doesn't end", "Syntax", '{"a":1'],
    ["a string that doesn't end", "Syntax", '"a'],
    ["an escape that doesn't end", "Syntax", '"\\'],
    ["an unknown escape", "Syntax", '"\\x41"'],
    ["a short unicode escape", "Syntax", '"\\u12"'],
    ["a unicode escape that is not hexadecimal", "Syntax", '"\\u12g4"'],
    ["a minus alone", "Syntax", "-"],
    ["a plus", "Syntax", "+1"],
    ["a number in an array with a zero before", "Syntax", "[01]"],
    ["a number without digits after the point", "TrailingText", "1."],
    ["a zero before", "TrailingText", "01"],
    ["a comment after", "TrailingText", "{} // x"],
    ["a second value", "TrailingText", "{}{}"],
    ["a null character after", "TrailingText", "{}\u0000"],
    ["a name twice", "DuplicateName", '{"a":1,"a":1}'],
    ["a name twice, once as an escape", "DuplicateName", '{"a":1,"\\u0061":2}'],
    ["a name twice inside", "DuplicateName", '{"x":{"a":1,"b":2,"a":3}}'],
    ["a lone high surrogate as an escape", "LoneSurrogate", '"\\ud83d"'],
    ["a lone low surrogate as it stands", "LoneSurrogate", '"\ude00"'],
    ["a lone surrogate in a name", "LoneSurrogate", '{"\\ude00":1}'],
    ["a raw line feed in a string", "ControlCharacter", '"a\nb"'],
    ["a raw tab in a string", "ControlCharacter", '"a\tb"'],
    ["a raw null character in a name", "ControlCharacter", '{"\u0000":1}']
  ])("given %s, then it is refused by the rule %s", (_, rule, text) => {
    assert.strictEqual(ruleOf(text), rule)
  })

  it("given any of the 32 control characters in a string, then it is refused; given a delete character, then not", () => {
    for (let code = 0; code < 0x20; code++) {
      assert.strictEqual(ruleOf(`"${String.fromCharCode(code)}"`), "ControlCharacter", String(code))
    }
    assert.strictEqual(ruleOf('" \u007f\u0080"'), "read")
  })

  it("given the same name in two objects, then it is read", () => {
    assert.strictEqual(ruleOf('{"a":{"a":1},"b":{"a":1}}'), "read")
  })

  it("given 16 levels, then it is read; given 17, then it is too deep", () => {
    assert.strictEqual(ruleOf(nested(16)), "read")
    assert.strictEqual(ruleOf(nested(17)), "TooDeep")
    assert.strictEqual(ruleOf(`[${"[],".repeat(40)}[]]`), "read")
    assert.strictEqual(ruleOf('{"a":{"a":1}}', { maxLength: 100, maxDepth: 1 }), "TooDeep")
  })

  it("given 65536 characters, then it is read; given one more, then it is too long", () => {
    assert.strictEqual(ruleOf(`"${"x".repeat(65534)}"`), "read")
    assert.strictEqual(ruleOf(`"${"x".repeat(65535)}"`), "TooLong")
    assert.strictEqual(ruleOf("{}", { maxLength: 1, maxDepth: 1 }), "TooLong")
  })

  it("given a refused text, then the error says where and quotes nothing of it", () => {
    const result = parse('{"secret-name":1,"secret-name":2}')
    assert.isTrue(Result.isFailure(result))
    if (Result.isFailure(result)) {
      assert.instanceOf(result.failure, JsonError)
      assert.strictEqual(result.failure.at, 30)
      assert.notInclude(result.failure.message, "secret")
    }
  })

  it("property: agrees with JSON.parse on everything that JSON.stringify writes", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(undefined, 1, "\t"), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        const unambiguous = JSON.parse(text)
        assert.deepStrictEqual(plain(Result.getOrThrow(parse(text))), plainOf(unambiguous))
      }),
      runs(500)
    )
  })

  it("property: refuses what JSON.parse refuses, and reads the rest or names a rule of its own", () => {
    const token = fc.oneof(
      fc.constantFrom(
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        '"',
        '"a"',
        '"b"',
        "1",
        "-",
        "0",
        ".",
        "e",
        "true",
        "null",
        " "
      ),
      fc.constantFrom("\\", "\\u", "d83d", "\\ude00", "\n", "\u0001", "\ud83d", "fals", "NaN", "//"),
      fc.string({ maxLength: 2 })
    )
    const stricter: ReadonlyArray<string> = ["DuplicateName", "LoneSurrogate", "read"]
    fc.assert(
      fc.property(fc.array(token, { maxLength: 10 }), (tokens) => {
        const text = tokens.join("")
        const rule = ruleOf(text)
        if (isRead(text)) assert.include(stricter, rule, text)
        else assert.notStrictEqual(rule, "read", text)
      }),
      runs(4000)
    )
  })

  it("property: one changed character never makes it throw, or read another value than JSON.parse does", () => {
    const byName = (a: string, b: string) => (a < b ? -1 : 1)
    const normal = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(normal)
      if (typeof value !== "object" || value === null) return value
      return Object.entries(value)
        .sort(([a], [b]) => byName(a, b))
        .map(([name, inner]) => [name, normal(inner)])
    }
    const normalJson = (json: Json): unknown => {
      if (json._tag === "Number") return Number(json.text)
      if (json._tag === "Array") return json.items.map(normalJson)
      if (json._tag !== "Object") return plain(json)
      return [...json.members]
        .sort(([a], [b]) => byName(a, b))
        .map(([name, inner]) => [name, normalJson(inner)])
    }
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 4 }),
        fc.nat(),
        fc.string({ maxLength: 1 }),
        (value, at, character) => {
          const text = JSON.stringify(value)
          const from = at % text.length
          const mutated = text.slice(0, from) + character + text.slice(from + 1)
          const result = parse(mutated)
          if (Result.isSuccess(result))
            assert.deepStrictEqual(normalJson(result.success), normal(JSON.parse(mutated)))
        }
      ),
      runs(1000)
    )
  })

  it("property: a name that stands twice is refused, however it is written", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.jsonValue({ maxDepth: 1 }), (name, value) => {
        const escaped = [...Array(name.length).keys()]
          .map((at) => `\\u${name.charCodeAt(at).toString(16).padStart(4, "0")}`)
          .join("")
        const text = `{${JSON.stringify(name)}:${JSON.stringify(value)},"${escaped}":1}`
        assert.strictEqual(ruleOf(text), "DuplicateName", text)
      }),
      runs(200)
    )
  })

  it("given limits that can't be read, what they throw is not taken for a fault of the text", () => {
    const limits = {
      get maxLength(): number {
        throw new Error("no limits")
      },
      maxDepth: 16
    }
    assert.throws(() => parse("{}", limits), "no limits")
  })
})
