/**
 * What a package exports says its type. TypeScript's `isolatedDeclarations` can't be switched on beside
 * Schema classes (TS9021: their base is an expression), so its useful half is held here: every exported
 * function states what it returns.
 */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { parseSync } from "vite"

/** Their types are what XState infers from the chart; nobody could write them down. */
const inferred: ReadonlySet<string> = new Set(["orderMachine", "orderSetup"])

/** Names of the exported functions of a source that leave their return type to inference. */
const undeclared = (file: string, source: string): ReadonlyArray<string> => {
  const found: Array<string> = []
  for (const statement of parseSync(file, source).program.body) {
    if (statement.type !== "ExportNamedDeclaration") continue
    const { declaration } = statement
    if (declaration?.type === "FunctionDeclaration" && !declaration.returnType) {
      found.push(declaration.id?.name ?? "default")
    }
    if (declaration?.type !== "VariableDeclaration") continue
    for (const { id, init } of declaration.declarations) {
      if (id.type !== "Identifier" || id.typeAnnotation) continue
      const isFunction = init?.type === "ArrowFunctionExpression" || init?.type === "FunctionExpression"
      if (isFunction && !init.returnType) found.push(id.name)
      // Effect.fn and its kind: the generator inside says it. What Effect.gen makes is no function.
      if (init?.type !== "CallExpression" || init.callee.type !== "MemberExpression") continue
      if (init.callee.property.type === "Identifier" && init.callee.property.name === "gen") continue
      const [body] = init.arguments
      if (body?.type === "FunctionExpression" && body.generator && !body.returnType) found.push(id.name)
    }
  }
  return found
}

const packages = fileURLToPath(new URL("../packages", import.meta.url))

const sources = ["core", "machine", "node"].flatMap((name) => {
  const folder = join(packages, name, "src")
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join(folder, file))
})

describe("exported functions state what they return", () => {
  it("in every package", () => {
    assert.isAbove(sources.length, 80)
    const found = sources.flatMap((file) => undeclared(file, readFileSync(file, "utf8")))
    assert.deepStrictEqual(new Set(found), inferred)
  })

  it.each([
    ["an arrow", "export const f = (x: number) => [x]"],
    ["a function", "export function f(x: number) { return [x] }"],
    ["an effect", "export const f = Effect.fnUntraced(function* (x: number) { return x })"]
  ])("an undeclared one is found: %s", (_, source) => {
    assert.deepStrictEqual(undeclared("made-up.ts", source), ["f"])
  })

  it.each([
    ["an arrow", "export const f = (x: number): ReadonlyArray<number> => [x]"],
    ["a typed constant", "export const f: (x: number) => number = (x) => x"],
    ["an effect", "export const f = Effect.fnUntraced(function* (): Effect.fn.Return<void> {})"],
    ["a local one", "const f = (x: number) => [x]"]
  ])("a declared one is let be: %s", (_, source) => {
    assert.deepStrictEqual(undeclared("made-up.ts", source), [])
  })
})
