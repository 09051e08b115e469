/** Examples in the documents, and a folder to run them in. */
import { execFile } from "node:child_process"
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

export const root = fileURLToPath(new URL("../..", import.meta.url))

/** The examples of a page in one language, in their order. */
export const examples = async (page: string, language: string): Promise<ReadonlyArray<string>> => {
  const text = await readFile(join(root, page), "utf8")
  const blocks = text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g"))
  return [...blocks].map((found) => found[1] ?? "")
}

/** A folder like a merchant's app: the packages installed, keys to be put beside the script. */
export const appFolder: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.promise(async () => {
    const folder = await mkdtemp(join(tmpdir(), "umf-app-"))
    await symlink(join(root, "node_modules"), join(folder, "node_modules"), "junction")
    return folder
  }),
  (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
)

/** Runs a program in that folder; gives what it printed. */
export const runIn = (
  folder: string,
  program: string,
  args: ReadonlyArray<string>,
  env: { readonly [name: string]: string }
): Effect.Effect<string> =>
  Effect.promise(async () => {
    const options = { cwd: folder, env: { ...process.env, ...env } }
    return (await promisify(execFile)(program, args, options)).stdout
  })

/** Runs TypeScript as an app's own script. */
export const runScript = (
  folder: string,
  name: string,
  code: string,
  baseUrl: string
): Effect.Effect<string> =>
  Effect.gen(function* () {
    const file = join(folder, `${name}.ts`)
    yield* Effect.promise(() => writeFile(file, code))
    return yield* runIn(folder, process.execPath, ["--preserve-symlinks-main", file], {
      UMF_BASE_URL: baseUrl
    })
  })
