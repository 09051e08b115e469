/**
 * Opens an address in the person's browser. Addresses may hold a token, and a program's arguments can be read
 * by others on the machine: what the browser is started with is a file that only this user can read, which
 * leads to the address and is gone a moment later.
 */
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

const opener = (): readonly [program: string, args: ReadonlyArray<string>] => {
  switch (process.platform) {
    case "darwin":
      return ["open", []]
    case "win32":
      return ["explorer", []]
    default:
      return ["xdg-open", []]
  }
}

const quoted = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;")

/** A page that leads to the address at once. */
export const leadingTo = (url: string): string =>
  `<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer"><meta http-equiv="refresh" content="0;url=${quoted(url)}"><a href="${quoted(url)}">umf-order</a>\n`

/** How long a browser may take to read the file. */
const READ_WITHIN = "20 seconds"

/** What has not failed within so many ms has opened a browser. */
const SETTLED_AFTER = 1_000

/** Opens the address, where there is a browser to open it with; gives whether one was started. */
export const open = (url: string): Effect.Effect<boolean, never, Scope.Scope> =>
  Effect.gen(function* () {
    const folder = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "umf-order-"))),
      (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true }))
    )
    const file = join(folder, "open.html")
    writeFileSync(file, leadingTo(url), { mode: 0o600 })
    yield* Effect.forkScoped(
      Effect.andThen(
        Effect.sleep(READ_WITHIN),
        Effect.sync(() => rmSync(file, { force: true }))
      )
    )
    const [program, args] = opener()
    return yield* Effect.callback<boolean>((resume) => {
      const child = spawn(program, [...args, file], { stdio: "ignore", detached: true })
      child.once("error", () => resume(Effect.succeed(false)))
      // Openers that find no browser say so soon, by their exit code.
      const opened = setTimeout(() => {
        child.unref()
        resume(Effect.succeed(true))
      }, SETTLED_AFTER)
      child.once("exit", (code) => {
        clearTimeout(opened)
        resume(Effect.succeed(code === 0))
      })
    })
  })
