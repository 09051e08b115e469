/** Code blocks of the documents as programs of their own: type-checked together, or run one by one. */
import { execFile } from "node:child_process"
import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { promisify } from "node:util"
import { Sandbox } from "@umf-order-sync/node"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Fence } from "./Markdown.ts"
import { appFolder, root } from "./pages.ts"

/** A block of a page. */
export interface Block extends Fence {
  readonly page: string
}

/** Whether it is CommonJS, which `require` tells. */
const isCommonJs = ({ language, code }: Fence): boolean => language === "js" && /\brequire\(/.test(code)

const extensionOf = (block: Fence): string => (isCommonJs(block) ? "cjs" : block.language)

/** As strict as an app's own settings may be. */
const tsconfig = {
  compilerOptions: {
    target: "ES2023",
    lib: ["ES2023", "ESNext.Disposable", "DOM", "DOM.Iterable"],
    module: "NodeNext",
    moduleResolution: "NodeNext",
    moduleDetection: "force",
    types: ["node"],
    jsx: "preserve",
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noImplicitReturns: true,
    isolatedModules: true,
    erasableSyntaxOnly: true,
    skipLibCheck: true,
    allowJs: true,
    checkJs: true,
    noEmit: true
  },
  include: ["blocks"]
}

/** Type-checks blocks in one program; gives what the compiler says, by page and line. */
export const typeFaults = Effect.fnUntraced(function* (
  blocks: ReadonlyArray<Block>
): Effect.fn.Return<ReadonlyArray<string>, never, Scope.Scope> {
  const folder = yield* appFolder
  const names = blocks.map((block, index) => `block${index}.${extensionOf(block)}`)
  return yield* Effect.promise(async () => {
    await mkdir(join(folder, "blocks"))
    await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }))
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify(tsconfig))
    await Promise.all(
      blocks.map(({ code }, index) => writeFile(join(folder, "blocks", names[index] ?? ""), code))
    )
    const tsc = join(root, "node_modules/.bin/tsc")
    const said = await promisify(execFile)(tsc, ["-p", folder, "--pretty", "false"], { cwd: folder }).then(
      ({ stdout }) => stdout,
      (failure: { readonly stdout?: string; readonly message: string }) => failure.stdout || failure.message
    )
    return said
      .split("\n")
      .filter((line) => line.trim() !== "")
      .map((line) =>
        line.replace(/^blocks\/block(\d+)\.\w+\((\d+),/, (_, index, at) => {
          const block = blocks[Number(index)]
          return `${block?.page}:${Number(at) + (block?.line ?? 1) - 1} (column `
        })
      )
  })
})

/** What a block says that it prints: the comments behind its `console.log`, up to a semicolon. */
export const expectedOutput = (code: string): ReadonlyArray<string> =>
  [...code.matchAll(/^.*\bconsole\.log\(.*\) *\/\/ (.*)$/gm)].map(([, comment = ""]) =>
    (comment.split(/[;；]/, 1)[0] ?? "").trim().replaceAll(/"([^"]*)"/g, "$1")
  )

/** Whether it is a test of Node's own runner, which fails by its exit code. */
export const isNodeTest = ({ code }: Fence): boolean => /from "node:test"/.test(code)

/** Whether it can be run: it says what it prints, or it is a test. */
export const isRunnable = (block: Fence): boolean =>
  ["ts", "js"].includes(block.language) && (isNodeTest(block) || expectedOutput(block.code).length > 0)

/** Runs a block as an app's own script beside a sandbox with keys; gives the lines that it printed. */
export const run = Effect.fnUntraced(function* (
  block: Block
): Effect.fn.Return<ReadonlyArray<string>, never, Scope.Scope> {
  const folder = yield* appFolder
  const sandbox = yield* Effect.orDie(Sandbox.Sandbox.make({ keysDirectory: folder }))
  return yield* Effect.promise(async () => {
    const file = join(folder, `block.${extensionOf(block)}`)
    await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }))
    await writeFile(file, block.code)
    const env = {
      ...process.env,
      UMF_BASE_URL: sandbox.baseUrl,
      UMF_MER_ID: sandbox.merId,
      UMF_PRIVATE_KEY: "merchant.key.p8",
      UMF_PLATFORM_CERT: "platform.cert.crt"
    }
    const args = ["--preserve-symlinks-main", file]
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, env })
    return stdout.split("\n").filter((line) => line !== "")
  })
})
