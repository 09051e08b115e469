/**
 * What comes along with the packages: only what may be sold along, and nothing that runs when it is installed.
 * The same is held of what npm itself installs in test/packed.test.ts.
 */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { names } from "../../scripts/release/Release.ts"
import * as Closure from "../support/Closure.ts"
import * as Licences from "../support/Licences.ts"
import { root } from "../support/pages.ts"

const closure = [
  ...new Map(
    names.flatMap((name) => Closure.of(join(root, "packages", name))).map((one) => [one.folder, one])
  ).values()
]

/** Every package that is installed here, tools and their dependencies too. */
const everything = (): ReadonlyArray<Closure.Installed> => {
  const store = join(root, "node_modules/.pnpm")
  return readdirSync(store)
    .map((entry) => join(store, entry, "node_modules"))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder).flatMap((name) =>
        name.startsWith("@")
          ? readdirSync(join(folder, name)).map((below) => join(folder, name, below))
          : [join(folder, name)]
      )
    )
    .filter((folder) => !lstatSync(folder).isSymbolicLink() && existsSync(join(folder, "package.json")))
    .map(Closure.read)
}

describe("what a user of the packages gets", () => {
  it("may be used and sold by anybody", () => {
    assert.isAtLeast(closure.length, 10)
    assert.includeMembers(
      closure.map(({ manifest }) => manifest.name),
      ["effect", "xstate", "node-forge", "undici", "@effect/platform-node", "@effect/sql-pg"]
    )
    assert.deepStrictEqual(Licences.refused(closure), [])
  })

  it("runs nothing when it is installed", () => {
    assert.deepStrictEqual(
      closure.flatMap((one) => Closure.installSteps(one).map((step) => `${Closure.nameOf(one)}: ${step}`)),
      []
    )
  })

  it("is what the lock file pins", () => {
    const lock = readFileSync(join(root, "pnpm-lock.yaml"), "utf8")
    const pinned = new Set(
      [...lock.matchAll(/^ {2}'?(@?[^\s'@]+@[^\s':(]+)'?:\n {4}resolution: \{integrity: /gm)].map(
        ([, name]) => name
      )
    )
    assert.deepStrictEqual(
      closure.map(Closure.nameOf).filter((name) => !name.startsWith("@umf-order-sync/") && !pinned.has(name)),
      []
    )
  })
})

describe("what the project itself is made with", () => {
  it("may be used for that", () => {
    const all = everything()
    assert.isAbove(all.length, 200)
    assert.deepStrictEqual(Licences.unusable(all), [])
  })
})

describe("licences", () => {
  it.each([
    ["MIT", true],
    ["(BSD-3-Clause OR GPL-2.0)", true],
    ["MIT OR Apache-2.0", true],
    ["MIT AND ISC", true],
    ["MIT AND GPL-3.0-only", false],
    ["GPL-3.0-or-later", false],
    ["EPL-2.0 OR GPL-3.0-or-later", false],
    ["MPL-2.0", false],
    ["UNLICENSED", false],
    ["SEE LICENSE IN LICENSE.md", false],
    ["(MIT OR (ISC AND GPL-2.0))", false],
    ["", false]
  ])("given %s, to be passed on: %s", (expression, allowed) => {
    assert.strictEqual(Licences.allows(expression), allowed)
  })

  const installed = (license: unknown) => [{ folder: "", manifest: { name: "a", version: "1.0.0", license } }]

  it("refuses a package that says nothing, and in its tools what nobody may use", () => {
    assert.deepStrictEqual(Licences.refused(installed(undefined)), ["a@1.0.0: none"])
    assert.deepStrictEqual(Licences.refused(installed({ type: "MIT" })), ['a@1.0.0: {"type":"MIT"}'])
    for (const license of ["UNLICENSED", "BUSL-1.1", "SSPL-1.0", "SEE LICENSE IN x", undefined]) {
      assert.isNotEmpty(Licences.unusable(installed(license)), license)
    }
    assert.deepStrictEqual(Licences.unusable(installed("EPL-2.0 OR GPL-3.0-or-later")), [])
  })
})

describe("the search for what is installed", () => {
  const app = (packages: { readonly [path: string]: object }, look: (folder: string) => void) => {
    const folder = mkdtempSync(join(tmpdir(), "umf-closure-"))
    try {
      for (const [path, manifest] of Object.entries(packages)) {
        const file = join(folder, path, "package.json")
        mkdirSync(dirname(file), { recursive: true })
        writeFileSync(file, JSON.stringify({ name: path, version: "1.0.0", license: "MIT", ...manifest }))
      }
      look(folder)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }

  it("follows dependencies, optional ones and peers, beside and above", () => {
    app(
      {
        app: { dependencies: { a: "1", b: "1" } },
        "node_modules/a": { dependencies: { c: "1" }, scripts: { postinstall: "node steal.js" } },
        "node_modules/a/node_modules/c": { name: "c" },
        "node_modules/b": { optionalDependencies: { d: "1" }, peerDependencies: { e: "1", f: "1" } },
        "node_modules/d": { license: "GPL-3.0-only" },
        "node_modules/e": {},
        "node_modules/unused": {}
      },
      (folder) => {
        const all = Closure.of(join(folder, "app"))
        const tails = all.map((one) => Closure.nameOf(one).replace("node_modules/", ""))
        assert.deepStrictEqual(tails.sort(), [
          "a@1.0.0",
          "app@1.0.0",
          "b@1.0.0",
          "c@1.0.0",
          "d@1.0.0",
          "e@1.0.0"
        ])
        assert.deepStrictEqual(all.flatMap(Closure.installSteps), ["postinstall"])
        assert.strictEqual(Licences.refused(all).length, 1)
      }
    )
  })

  it("refuses to say anything where a dependency is not there, an optional one too", () => {
    for (const kind of ["dependencies", "optionalDependencies"]) {
      app({ app: { [kind]: { gone: "1" } } }, (folder) => {
        assert.throws(() => Closure.of(join(folder, "app")), /app needs gone/)
      })
    }
  })

  it("sees a build with node-gyp, which npm runs unasked", () => {
    app({ app: {} }, (folder) => {
      writeFileSync(join(folder, "app/binding.gyp"), "{}")
      assert.deepStrictEqual(Closure.of(join(folder, "app")).flatMap(Closure.installSteps), ["binding.gyp"])
    })
  })
})
