/**
 * A merchant's service as a process of its own, to be killed: takes orders over from a list, follows them,
 * and writes down what it was told. Its settings, as JSON, stand in the variable UMF_TEST_WORKER; it ends
 * when its standard input closes, so that no worker outlives its test.
 *   UMF_TEST_WORKER='{…}' node packages/node/test/durability/worker.ts
 */
import { appendFileSync, closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs"
import { setTimeout } from "node:timers/promises"

import type { InTransaction } from "../../src/NoticeOptions.ts"
import type { PlainNotice } from "../../src/promise.ts"
import { createOrderSync, type OrderSyncOptions } from "../../src/promise.ts"

/** What a worker is given. Everything named "file" is a path. */
export interface Settings {
  readonly options: OrderSyncOptions
  /** What is to be done, one `Job` a line; more lines may come at any time. */
  readonly jobsFile: string
  /** Where it says which lines are done, by their number: once it stands there, it has to last. */
  readonly doneFile: string
  /** Pause between two jobs, in ms. */
  readonly jobEveryMillis: number
  /** Where notices go: lines of JSON in this file, or rows of the store's own database; else nowhere. */
  readonly noticesFile?: string
  readonly noticesTable?: "SQLite" | "Postgres"
  /** How long it takes to write a notice down, and then again until it counts as taken, in ms. */
  readonly noticeMillis?: number
  /** For `settableClock.ts`. */
  readonly clockFile?: string
}

/** An order to be handed over, or something that happened to one. */
export type Job =
  | { readonly handOver: string; readonly amount: string; readonly orderedAt?: number }
  | { readonly refundRequested: string }
  | { readonly voidRequested: string }

const settings: Settings = JSON.parse(process.env.UMF_TEST_WORKER ?? "{}")
process.stdin.on("close", () => process.exit(0)).resume()

const toText = (notice: PlainNotice): string =>
  JSON.stringify(notice, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value))

const toFile = (file: string) => {
  const descriptor = openSync(file, "a")
  return async (notice: PlainNotice): Promise<void> => {
    await setTimeout(settings.noticeMillis ?? 0)
    writeSync(descriptor, `${toText(notice)}\n`)
    fsyncSync(descriptor)
    await setTimeout(settings.noticeMillis ?? 0)
  }
}

/** `nth` is how many notices of the order were there before, and tells the order in which they came. */
const toTable = (kind: "SQLite" | "Postgres") => async (notice: PlainNotice, sql: InTransaction) => {
  const p = kind === "SQLite" ? "?" : "$"
  await setTimeout(settings.noticeMillis ?? 0)
  if (kind === "SQLite") {
    await sql("CREATE TABLE IF NOT EXISTS told (id TEXT, order_id TEXT, nth INTEGER, notice TEXT)")
  }
  await sql(
    `INSERT INTO told (id, order_id, nth, notice)
     SELECT ${p}1, ${p}2, COUNT(*), ${p}3 FROM told WHERE order_id = ${p}2`,
    [notice.id, notice.orderId, toText(notice)]
  )
  await setTimeout(settings.noticeMillis ?? 0)
}

const { noticesFile, noticesTable } = settings
const sync = await createOrderSync({
  ...settings.options,
  ...(noticesFile === undefined ? {} : { onNotice: toFile(noticesFile) }),
  ...(noticesTable === undefined ? {} : { onNoticeInTransaction: toTable(noticesTable) })
})
let isClosing = false
process.on("SIGTERM", async () => {
  isClosing = true
  await sync.close()
  process.stdout.write("closed\n")
  process.exit(0)
})
process.stdout.write("ready\n")

const linesOf = (file: string): ReadonlyArray<string> =>
  existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : []

const carryOut = (job: Job): Promise<unknown> => {
  if ("handOver" in job) {
    const { handOver: orderId, amount, orderedAt } = job
    return sync.handOver({ orderId, amount }, { orderedAt })
  }
  return "refundRequested" in job
    ? sync.refundRequested(job.refundRequested)
    : sync.voidRequested(job.voidRequested)
}

closeSync(openSync(settings.doneFile, "a"))
const done = new Set(linesOf(settings.doneFile))
while (!isClosing) {
  for (const [index, line] of linesOf(settings.jobsFile).entries()) {
    if (isClosing || done.has(String(index))) continue
    try {
      await carryOut(JSON.parse(line))
      appendFileSync(settings.doneFile, `${index}\n`)
    } catch (error) {
      // As any caller has to: what was not taken over is tried again.
      process.stdout.write(`not done: ${String(error)}\n`)
      await setTimeout(200)
      break
    }
    done.add(String(index))
    await setTimeout(settings.jobEveryMillis)
  }
  await setTimeout(50)
}
