/** Pages of a real browser, each held to the end of its test: no script error, no refused resource. */
import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core"

export interface Opened {
  readonly page: Page
  /** What went wrong on the page so far: errors, and what its Content-Security-Policy refused. */
  readonly problems: ReadonlyArray<string>
}

export interface OpenOptions extends BrowserContextOptions {
  /** Problems that the test brings about on purpose. */
  readonly expected?: RegExp
}

/** Tells of what the policy refuses in the words of the platform, beside Chromium's own message. */
const watchPolicy = `addEventListener("securitypolicyviolation", (event) =>
  console.error("policy violated: " + event.violatedDirective + " by " + event.blockedURI))`

/** A step that a page takes. */
export const step = <A>(take: () => Promise<A>): Effect.Effect<A> => Effect.promise(take)

/** An empty page with storage of its own. When the scope ends it is closed, and must have had no problem. */
export const blank = (
  browser: Browser,
  { expected, ...options }: OpenOptions = {}
): Effect.Effect<Opened, never, Scope> =>
  Effect.map(
    Effect.acquireRelease(
      step(async () => {
        const context = await browser.newContext({
          viewport: { width: 1280, height: 860 },
          locale: "en-GB",
          timezoneId: "Asia/Shanghai",
          ...options
        })
        context.setDefaultTimeout(10_000)
        const problems: Array<string> = []
        const note = (problem: string): void => {
          if (expected?.test(problem) !== true) problems.push(problem)
        }
        await context.addInitScript(watchPolicy)
        const page = await context.newPage()
        page.on("pageerror", (error) => note(`error: ${error.stack ?? error.message}`))
        page.on("console", (message) => {
          if (message.type() === "error" || message.type() === "warning") note(`console: ${message.text()}`)
        })
        return { context, page, problems }
      }),
      ({ context, problems }) =>
        Effect.flatMap(
          step(() => context.close()),
          () =>
            problems.length === 0
              ? Effect.void
              : Effect.die(new Error(`The page had problems:\n${problems.join("\n")}`))
        )
    ),
    ({ page, problems }) => ({ page, problems })
  )

/** A page at this address. */
export const open = (
  browser: Browser,
  url: string,
  options?: OpenOptions
): Effect.Effect<Opened, never, Scope> =>
  Effect.tap(blank(browser, options), ({ page }) => step(() => page.goto(url)))

const whole = (text: string): RegExp => new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`)

/** The line of an order in the list, by its number. */
export const row = (page: Page, orderId: string): Locator =>
  page.locator(".row").filter({ has: page.locator(".row-order", { hasText: whole(orderId) }) })
