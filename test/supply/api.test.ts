/** What each package shows of its types is what was reviewed: a change of it stands in a file of its own. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "@effect/vitest"
import * as ApiReport from "../../scripts/api/ApiReport.ts"
import * as Declarations from "../../scripts/api/Declarations.ts"

const kept = (name: ApiReport.Package) => readFileSync(ApiReport.kept(name), "utf8")

/** Many lines would hide the first. */
const SHOWN = 60

describe("the report of the API", () => {
  it.each(ApiReport.packages)("of %s is what the build shows", (name) => {
    const differing = ApiReport.difference(kept(name), ApiReport.report(name))
    const more = differing.length > SHOWN ? [`and ${differing.length - SHOWN} lines more`] : []
    const told = [...differing.slice(0, SHOWN), ...more].join("\n")
    const advice = `What @umf-order-sync/${name} shows has changed. If that is meant, 'npm run api' writes it down:`
    assert.isEmpty(differing, `${advice}\n${told}\n`)
  })

  it("holds what a door opens, what that speaks of, and nothing of other packages", () => {
    const node = kept("node")
    assert.include(node, "\ncreateOrderSync: promise/createOrderSync.createOrderSync\n")
    assert.include(node, "\n### promise/createOrderSync\n")
    // No door opens the file of `Ledger`; `OrderDesk` speaks of its errors.
    assert.include(node, "\n### sync/Ledger\n")
    assert.notMatch(node, /^### .*(?:node_modules|\.\.)/m)
    assert.notInclude(node, "### cli/")
    assert.notInclude(node, "/**")
  })

  it("says what differs, where", () => {
    const before = kept("core")
    const after = before.replace("toWire: (amount: Amount) => string", "toWire: (amount: Amount) => number")
    assert.deepStrictEqual(ApiReport.difference(before, before), [])
    assert.deepStrictEqual(ApiReport.difference(before, after), [
      "### Amount",
      "- export declare const toWire: (amount: Amount) => string;",
      "+ export declare const toWire: (amount: Amount) => number;"
    ])
    const without = before.replace("\nVerdict: Verdict\n", "\n")
    assert.deepStrictEqual(ApiReport.difference(before, without), [
      "## @umf-order-sync/core",
      "- Verdict: Verdict"
    ])
  })
})

describe("declarations", () => {
  const folder = mkdtempSync(join(tmpdir(), "umf-declarations-"))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const shown = (source: string, name: string) => {
    const file = join(folder, "a.d.ts")
    writeFileSync(file, source)
    const { declared, text } = Declarations.read(file)
    return declared.get(name)?.map(text)
  }

  it("are shown without comments, overloads one after the other", () => {
    const source = `/** What it is. */
export declare function f(a: string): /* here too */ void;
export declare function f(a: number): void; // and here
`
    assert.deepStrictEqual(shown(source, "f"), [
      "export declare function f(a: string):  void;",
      "export declare function f(a: number): void;"
    ])
  })

  it("given unions in whatever order the compiler has them, are the same", () => {
    const union = (...parts: ReadonlyArray<string>) =>
      shown(`export type A = X<{ a: ${parts.join(" | ")} }>;`, "A")
    const ordered = union("B", "(C | D)[]", "{\n    b: 1 | 2;\n}", "{}")
    assert.deepStrictEqual(union("{}", "{\n    b: 2 | 1;\n}", "(D | C)[]", "B"), ordered)
    assert.notDeepEqual(union("{}", "{\n    b: 2 | 3;\n}", "(D | C)[]", "B"), ordered)
  })

  it("given a build that lacks a file or a name, say so", () => {
    assert.throws(() => shown("export declare const = 1", "a"), /can't be read/)
    assert.throws(() => shown("declare const a: 1; export default a", "a"), /default export/)
  })
})
