/**
 * The worker as one file, made from the sources: it starts in a third of the time, which is most of what a
 * kill costs. For tests that start hundreds of them.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { build } from "vite"
import { alias } from "../../../../vitest.alias.ts"

const entry = fileURLToPath(new URL("worker.ts", import.meta.url))

/** The path of the program, which goes with the scope. */
export const worker: Effect.Effect<string, never, Scope.Scope> = Effect.gen(function* () {
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "umf-order-worker-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
  )
  yield* Effect.promise(() =>
    build({
      configFile: false,
      logLevel: "error",
      resolve: { alias },
      ssr: { noExternal: true, target: "node" },
      build: {
        ssr: entry,
        outDir: folder,
        target: "node22",
        // In one piece, undici comes out of its dynamic import with the names that it has.
        rolldownOptions: { output: { codeSplitting: false } }
      }
    })
  )
  return join(folder, "worker.js")
})
