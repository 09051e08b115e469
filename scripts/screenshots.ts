/**
 * Takes the documents' pictures of the inspector: the sandbox's demo orders as the page shows them, in both
 * colour schemes and two widths.
 *   tsc -b && node scripts/screenshots.ts
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { start } from "../packages/node/test/browser/chromium.ts"

const command = fileURLToPath(new URL("../packages/node/bin/umf-order.js", import.meta.url))

/** The order whose picture is taken: one that was closed, and paid late. */
const ORDER = "till-0006"

const views = [
  { width: 1280, height: 900, scale: 1 },
  { width: 390, height: 844, scale: 2 }
]
const schemes = ["light", "dark"] as const

const demo = spawn(process.execPath, [command, "demo", "--inspect", "--json"], {
  stdio: ["ignore", "pipe", "inherit"]
})
const [first] = await once(demo.stdout, "data")
const { inspector } = JSON.parse(String(first).split("\n")[0] ?? "")
const browser = await start()
try {
  for (const { width, height, scale } of views) {
    for (const colorScheme of schemes) {
      const context = await browser.newContext({
        viewport: { width, height },
        deviceScaleFactor: scale,
        colorScheme,
        locale: "en-GB"
      })
      const page = await context.newPage()
      await page.goto(String(inspector))
      await page.getByText(ORDER).first().click()
      // Until its story is over, and the last move has stood still.
      await page.getByText("The merchant is told").nth(1).waitFor()
      await page.mouse.move(0, 0)
      await page.waitForTimeout(1000)
      const file = new URL(`../docs/inspector-${colorScheme}-${width}.png`, import.meta.url)
      await page.screenshot({ path: fileURLToPath(file) })
      await context.close()
    }
  }
} finally {
  await browser.close()
  demo.kill("SIGINT")
}
