/**
 * The types of the promise interface are plain: an app that uses it needs no type of Effect, and none of Node.
 * Read from the emitted declarations, as a merchant's compiler reads them.
 */
import { execFile } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join, resolve } from "node:path"
import { promisify } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { parseSync } from "vite"
import { root } from "./support/pages.ts"

const dist = join(root, "packages/node/dist")

interface Node {
  readonly type: string
  readonly [name: string]: unknown
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string"

/** Every module that a declaration names: imports, re-exports, `import("…")` types and reference comments. */
const importsOf = (path: string, text: string): ReadonlyArray<string> => {
  const { errors, program } = parseSync(path, text)
  assert.deepStrictEqual(errors, [], path)
  const found = [...text.matchAll(/^\/\/\/ <reference (?:types|path)="([^"]+)"/gm)].map(
    ([, name]) => name ?? ""
  )
  const enter = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) enter(item)
    if (!isNode(value)) return
    const { source } = value
    if (isNode(source) && typeof source.value === "string") found.push(source.value)
    for (const held of Object.values(value)) enter(held)
  }
  enter({ type: "Program", body: program.body })
  return found
}

/** The declaration that a relative import in another one means. */
const declarationOf = (from: string, specifier: string): string =>
  resolve(dirname(from), specifier).replace(/\.(?:ts|js)$/, ".d.ts")

/** The declarations that are reached from this one, and the packages that they name. */
const closure = (entry: string) => {
  const files = new Set<string>()
  const packages = new Set<string>()
  const visit = (file: string): void => {
    if (files.has(file)) return
    assert.isTrue(existsSync(file), `${file} is not there: build first`)
    files.add(file)
    for (const specifier of importsOf(file, readFileSync(file, "utf8"))) {
      if (specifier.startsWith(".")) visit(declarationOf(file, specifier))
      else packages.add(specifier)
    }
  }
  visit(entry)
  return { files: [...files].map((file) => file.slice(dist.length + 1)), packages: [...packages] }
}

describe("the types of the promise interface", () => {
  it("given the declarations that the door reaches, none imports a package", () => {
    const { files, packages } = closure(join(dist, "promise.d.ts"))
    assert.deepStrictEqual(packages, [])
    assert.includeMembers(files, [
      "promise.d.ts",
      "promise/OrderSync.d.ts",
      "promise/PlainHistoryEntry.d.ts",
      "promise/PlainNotice.d.ts",
      "promise/PlainOptions.d.ts",
      "promise/PlainOrder.d.ts",
      "promise/PlainState.d.ts",
      "promise/PlainVerdict.d.ts",
      "promise/UmfError.d.ts",
      "promise/createOrderSync.d.ts"
    ])
  })

  it("given a declaration that does use Effect, the walk finds it, however deep", () => {
    const { files, packages } = closure(join(dist, "promise/fromLayer.d.ts"))
    assert.include(packages, "effect/Layer")
    assert.include(files, "sync/OrderSync.d.ts")
    assert.deepStrictEqual(importsOf("a.d.ts", 'export declare const a: import("effect/Effect").Effect<1>'), [
      "effect/Effect"
    ])
    assert.deepStrictEqual(
      importsOf("a.d.ts", 'export type * from "effect/Schema"\nimport type { B } from "b"'),
      ["effect/Schema", "b"]
    )
    assert.deepStrictEqual(importsOf("a.d.ts", '/// <reference types="node" />\nexport {}'), ["node"])
  })

  /** A merchant's folder with this package alone, and what its compiler says of a program there. */
  const complaints = async (program: string): Promise<string> => {
    const folder = await mkdtemp(join(tmpdir(), "umf-types-"))
    try {
      await mkdir(join(folder, "node_modules/@umf-order-sync/node"), { recursive: true })
      const here = join(folder, "node_modules/@umf-order-sync/node")
      await writeFile(join(here, "package.json"), readFileSync(join(dist, "../package.json")))
      await symlink(dist, join(here, "dist"), "junction")
      await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }))
      await writeFile(join(folder, "app.ts"), program)
      const compilerOptions = {
        strict: true,
        exactOptionalPropertyTypes: true,
        noEmit: true,
        // Every declaration is checked, and nothing but these is there to check it with.
        skipLibCheck: false,
        preserveSymlinks: true,
        types: [],
        target: "ES2022",
        lib: ["ES2023", "DOM", "ESNext.Disposable"],
        module: "NodeNext"
      }
      await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["app.ts"] }))
      const compiler = join(root, "node_modules/typescript/bin/tsc")
      await promisify(execFile)(process.execPath, [compiler, "-p", folder])
      return ""
    } catch (error) {
      if (error instanceof Error && "stdout" in error) return String(error.stdout)
      throw error
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  const program = `
import { createOrderSync, UmfQueryError, type PlainNotice, type OrderSyncOptions } from "@umf-order-sync/node/promise"

const options: OrderSyncOptions = {
  merId: "90000001",
  privateKey: new Uint8Array(),
  platformCert: "platform.cert.crt",
  timeout: "70 seconds",
  deadline: 120_000,
  store: { postgres: "postgres://localhost/umf" },
  schedule: { gaps: ["10 seconds", 30_000] },
  onNotice: async (notice: PlainNotice) => notice.at.getTime()
}
const sync = await createOrderSync(options)
const stop: () => void = sync.onSettled(({ orderId, late }) => [orderId, late === "AfterClosed"])
try {
  const { verdict, amount = 0n } = await sync.query({ orderId: "a", amount: 1n }, { signal: AbortSignal.timeout(1) })
  const fen: bigint = amount
  const isPaid: boolean = verdict === "Paid"
  for await (const { at } of sync.transitions({ orderId: "a" })) at.toISOString()
  for (const entry of await sync.history("a")) {
    if (entry.kind === "faults") entry.last.getTime() - entry.first.getTime() + entry.count
  }
} catch (error) {
  if (error instanceof UmfQueryError && error.code === "GATEWAY_TIMEOUT") error.retryable
}
stop()
await sync.close()
`

  it("given an app with nothing else installed, its compiler takes every type", {
    timeout: 60_000
  }, async () => {
    assert.strictEqual(await complaints(program), "")
  })

  it("given a wrong value, the same compiler says so", { timeout: 60_000 }, async () => {
    const found = await complaints(
      program.replace('"70 seconds"', '"70 sekunden"').replace("late ===", "at ===")
    )
    assert.match(found, /70 sekunden/)
    assert.match(found, /'at'/)
  })
})
