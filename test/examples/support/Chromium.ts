/** A real browser, where this machine can run one: it comes with its npm package, but needs libraries of the system. */
import sparticuz from "@sparticuz/chromium"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core"

const launch = async (): Promise<Browser> =>
  chromium.launch({
    executablePath: await sparticuz.executablePath(),
    // Nothing but this machine can be reached from it.
    args: ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1"]
  })

/** Whether a browser starts here; says so where the system lacks its libraries. Any other failure is thrown. */
export const isAvailable = async (): Promise<boolean> => {
  // The package holds a binary for Linux alone.
  if (process.platform !== "linux") return false
  try {
    await (await launch()).close()
    return true
  } catch (error) {
    if (!/shared librar|ENOEXEC/i.test(String(error))) throw error
    console.warn("No browser starts here (libnss3 and libnspr4 are needed): what wants one is not tested.")
    return false
  }
}

/** An empty page of a browser that ends with its scope. */
export const page = (options: BrowserContextOptions = {}): Effect.Effect<Page, never, Scope.Scope> =>
  Effect.acquireRelease(Effect.promise(launch), (browser) => Effect.promise(() => browser.close())).pipe(
    Effect.flatMap((browser) => Effect.promise(() => browser.newPage({ locale: "en-GB", ...options })))
  )
