/**
 * The page's files. Which there are is found out once, at the start; a request can only name one of those, so
 * no path of a request ever reaches the file system.
 */
import { readdir, readFile } from "node:fs/promises"
import * as Effect from "effect/Effect"

/** Beside the sources and beside what is compiled of them, the same way. */
const folder = new URL("../../page/", import.meta.url)

const types = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
  js: "text/javascript; charset=utf-8"
} as const

export interface Asset {
  readonly type: string
  /** Fails where the file is gone. */
  readonly read: Effect.Effect<Uint8Array, unknown>
}

/** By path, such as "/page/main.js". */
export type Assets = ReadonlyMap<string, Asset>

const fixed = {
  "/": "index.html",
  "/style.css": "style.css",
  "/lifecycle.en.svg": "lifecycle.en.svg",
  "/lifecycle.zh.svg": "lifecycle.zh.svg"
} as const

const asset = (name: string): Asset => {
  const ending = name.slice(name.lastIndexOf(".") + 1)
  const file = new URL(name, folder)
  return {
    type: types[ending as keyof typeof types],
    read: Effect.tryPromise(() => readFile(file))
  }
}

/** Lists the page's files. Fails where the page, or what is compiled for it, is not there. */
export const list: Effect.Effect<Assets, unknown> = Effect.gen(function* () {
  const inFolder = new Set(yield* Effect.tryPromise(() => readdir(folder)))
  const scripts = yield* Effect.tryPromise(() => readdir(new URL("dist/", folder)))
  const found = new Map<string, Asset>()
  for (const [path, name] of Object.entries(fixed)) if (inFolder.has(name)) found.set(path, asset(name))
  for (const name of scripts) if (name.endsWith(".js")) found.set(`/page/${name}`, asset(`dist/${name}`))
  if (!found.has("/") || found.size === 1) return yield* Effect.fail("the page is not complete")
  return found
})
