/**
 * A real Chromium for tests, out of a package. Where it can't start because the system lacks libraries, tests
 * are left out and say why; under CI they fail.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import sparticuz from "@sparticuz/chromium"
import { type Browser, chromium } from "playwright-core"

const version = (): string => {
  const entry = createRequire(import.meta.url).resolve("@sparticuz/chromium")
  const manifest: { readonly version: string } = JSON.parse(
    readFileSync(join(dirname(dirname(entry)), "package.json"), "utf8")
  )
  return manifest.version
}

/**
 * Where Chromium lies, unpacked. It is unpacked elsewhere and moved there whole: the package itself takes a
 * file that another process is still writing for the finished one.
 */
export const unpacked = async (): Promise<string> => {
  const place = join(tmpdir(), `umf-order-chromium-${version()}`)
  if (existsSync(place)) return place
  const before = process.env.TMPDIR
  mkdirSync(tmpdir(), { recursive: true })
  const making = mkdtempSync(join(tmpdir(), "umf-order-chromium-"))
  try {
    // The package unpacks into the folder for temporary files, whatever that is.
    process.env.TMPDIR = making
    await sparticuz.executablePath()
  } finally {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  }
  try {
    renameSync(making, place)
  } catch (error) {
    rmSync(making, { recursive: true, force: true })
    // Another process was faster.
    if (!existsSync(place)) throw error
  }
  return place
}

/** Nothing but loopback has a name or an address: a page that asks for anything else gets an error. */
const args = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1"]

/** Starts a Chromium. `env` is added to this process's own. */
export const start = async (env: Readonly<Record<string, string>> = {}): Promise<Browser> =>
  chromium.launch({
    executablePath: join(await unpacked(), "chromium"),
    args,
    env: { ...process.env, ...env }
  })

/** The browser of a test file, closed after its last test; or why there is none. */
export type Started = { readonly browser: Browser } | { readonly missing: string }

/** Starts the browser of a test file; `atEnd` is the runner's `afterAll`. */
export const launch = async (atEnd: (close: () => Promise<void>) => void): Promise<Started> => {
  try {
    const browser = await start()
    atEnd(() => browser.close())
    return { browser }
  } catch (error) {
    const library = /error while loading shared libraries: ([^:\s]+)/.exec(String(error))?.[1]
    if (library === undefined || process.env.CI === "true") throw error
    const missing = `Chromium can't start: ${library} is missing. On Debian: apt-get install libnss3 libnspr4`
    process.stderr.write(`The tests of the inspector's page are left out. ${missing}\n`)
    return { missing }
  }
}
