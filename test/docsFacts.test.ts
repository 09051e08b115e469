/** What the documents say is what the code does: tables, rules, codes and figures, held against their sources. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import {
  LosslessJson,
  Order,
  OrderQueryAnswer,
  Plausibility,
  QuerySchedule,
  RetCode,
  TransState,
  Verdict
} from "@umf-order-sync/core"
import { OrderCommand, OrderSnapshot } from "@umf-order-sync/machine"
import {
  GatewayConfig,
  GatewayError,
  HistoryEntry,
  Notice,
  Relay,
  StoreError,
  Sync as Syncs,
  UmfClosedError,
  type UmfError,
  Webhook
} from "@umf-order-sync/node"
import * as Duration from "effect/Duration"
import * as ApiGuard from "../packages/node/src/api/ApiGuard.ts"
import * as ApiServer from "../packages/node/src/api/ApiServer.ts"
import * as PlainDesk from "../packages/node/src/api/PlainDesk.ts"
import * as Feed from "../packages/node/src/inspector/Feed.ts"
import * as KeyFile from "../packages/node/src/keys/KeyFile.ts"
import * as HintLimits from "../packages/node/src/notification/HintLimits.ts"
import * as NotificationFields from "../packages/node/src/notification/NotificationFields.ts"
import * as Rejection from "../packages/node/src/promise/Rejection.ts"
import * as Bucket from "../packages/node/src/store/Bucket.ts"
import * as Housekeeping from "../packages/node/src/sync/Housekeeping.ts"
import * as Sync from "../packages/node/src/sync/OrderSync.ts"
import * as WebhookSignature from "../packages/node/src/telling/WebhookSignature.ts"
import { page as lifecyclePage, pages as lifecyclePages } from "../scripts/lifecyclePages.ts"
import * as Markdown from "./support/Markdown.ts"
import { root } from "./support/pages.ts"

const read = (page: string): string => readFileSync(join(root, page), "utf8")
const rowsOf = (page: string): ReadonlyArray<ReadonlyArray<string>> => Markdown.parse(read(page)).rows

/** The rows of a page whose first cell is one of these. */
const rowsBeginning = (page: string, firsts: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> =>
  rowsOf(page).filter(([first = ""]) => firsts.includes(first))

const twins = (page: string): ReadonlyArray<string> => [page, page.replace(".md", ".zh-CN.md")]

/** Everything that the library's sources say. */
const sources: string = readdirSync(join(root, "packages/node/src"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => readFileSync(join(root, "packages/node/src", file), "utf8"))
  .join("\n")

describe.each(twins("docs/decisions.md"))("%s", (page) => {
  /** Rows with a code, the state and the verdicts for each operation. */
  const table = rowsOf(page).filter((row) => row.length === 6)
  const codes = rowsOf(page).filter((row) => row.length === 3)
  const other = ["any other", "其他"]
  const states = [...TransState.TransState.literals, undefined]

  const codesOf = (cell: string): ReadonlyArray<string> =>
    // Codes that nobody listed, among them one that looks like an amount and one that looks like a date.
    other.includes(cell) ? ["00060780", "A1B2", "20261125", "0001"] : cell.split(/[,、]\s*/)

  const statesOf = (cell: string) =>
    ["any", "任意"].includes(cell)
      ? states
      : cell
          .split(/[,、]\s*/)
          .map((word) =>
            ["absent", "无"].includes(word) ? undefined : TransState.TransState.make(word as never)
          )

  it("has the verdict of every code, state and operation, once each", () => {
    const seen = new Map<string, ReadonlyArray<string>>()
    for (const [code = "", state = "", ...verdicts] of table.slice(1)) {
      for (const retCode of codesOf(code)) {
        for (const transState of statesOf(state)) {
          const key = `${retCode} ${transState ?? "absent"}`
          assert.isFalse(seen.has(key), key)
          seen.set(key, verdicts.slice(0, 3))
          assert.deepStrictEqual(
            verdicts.slice(0, 3),
            Order.Operation.literals.map((operation) =>
              Verdict.decide(RetCode.kindOf(retCode), transState, operation)
            ),
            key
          )
        }
      }
    }
    const listed = [...RetCode.table.map(({ retCode }) => retCode), ...codesOf("any other")]
    assert.deepStrictEqual(
      [...seen.keys()].sort(),
      listed.flatMap((retCode) => states.map((state) => `${retCode} ${state ?? "absent"}`)).sort()
    )
  })

  it("has the codes of the table, with their sources", () => {
    const rows = codes.filter(([code = ""]) => /^\d{4,8}$/.test(code))
    assert.deepStrictEqual(
      rows.map(([code]) => code),
      RetCode.table.map(({ retCode }) => retCode)
    )
    if (page.includes("zh-CN")) return
    assert.deepStrictEqual(
      rows.map(([, meaning, source]) => [meaning, source]),
      RetCode.table.map(({ meaning, source }) => [meaning, source])
    )
  })

  it("names the rules of disbelief, in their order", () => {
    const rules: ReadonlyArray<string> = Plausibility.Rule.literals
    assert.deepStrictEqual(
      codes.flatMap(([first = ""]) => (/^[A-Z][a-z]+[A-Z]/.test(first) ? [first] : [])),
      rules
    )
  })

  it("says of every verdict what follows from it", () => {
    const told = rowsOf(page)
      .filter((row) => row.length === 2)
      .flatMap(([first = ""]) => first.split(/[,、]\s*/))
    assert.includeMembers(told, [...Verdict.Verdict.literals])
  })
})

describe("the lifecycle pages", () => {
  it.each(lifecyclePages)("%s is what scripts/lifecyclePages.ts writes now", (file, language) => {
    assert.strictEqual(read(file), lifecyclePage(language))
  })

  it.each(lifecyclePages)("%s has every state", (file) => {
    const anchors = Markdown.parse(read(file)).headings.map(({ anchor }) => anchor)
    assert.includeMembers(
      anchors,
      OrderSnapshot.ResultState.literals.map((state) => state.toLowerCase())
    )
  })
})

describe.each(twins("docs/operating.md"))("%s", (page) => {
  it("tells of every metric", () => {
    const defined = [...sources.matchAll(/Metric\.\w+\(\s*"(umf_\w+)"/g)].map(([, name = ""]) => name)
    assert.isAbove(defined.length, 15)
    const text = read(page)
    assert.deepStrictEqual(
      defined.filter((name) => !text.includes(name)),
      []
    )
  })

  it("says what to do for every reason that needs a person", () => {
    const reasons = OrderCommand.Reason.literals.map((reason) => `\`${reason}\``)
    assert.deepStrictEqual(
      rowsBeginning(page, reasons).map(([first]) => first),
      reasons
    )
  })

  it("quotes lines of the log as they are written", () => {
    const lines = rowsOf(page).flatMap(([first = ""]) => /^`([A-Z][^`]*\.)`$/.exec(first)?.[1] ?? [])
    assert.isAbove(lines.length, 8)
    assert.deepStrictEqual(
      lines.filter((line) => !sources.includes(line)),
      []
    )
  })
})

/** Of each code at least one error, and of those that may pass or not, one that may and one that does not. */
const errors: ReadonlyArray<UmfError> = [
  ...[
    new GatewayError.Unreachable({ origin: "https://example.com", code: "ECONNREFUSED" }),
    new GatewayError.Unreachable({ origin: "https://example.com", code: "CERT_HAS_EXPIRED" }),
    new GatewayError.TimedOut({ milliseconds: 65_000 }),
    new GatewayError.DeadlineReached({ milliseconds: 100_000 }),
    ...[307, 404, 429, 502].map((status) => new GatewayError.HttpStatus({ status })),
    new GatewayError.Unreadable({ what: "it is compressed" }),
    ...OrderQueryAnswer.UnverifiedReason.literals.map(
      (reason) => new OrderQueryAnswer.Unverified({ reason, message: "" })
    ),
    new Plausibility.Implausible({ rule: "OtherAmount", field: "amount", message: "" }),
    new GatewayError.CircuitOpen({ retryAfterMillis: 1 }),
    new GatewayError.NotSent({ what: "" })
  ].map((reason) => Rejection.fromFailure(new GatewayError.GatewayError({ reason }))),
  ...[
    new StoreError.StoreUnavailable({ what: "" }),
    new StoreError.StoreLocked({ file: "", holder: "" }),
    new StoreError.StoreIncompatible({ what: "" }),
    new StoreError.StoreRefused({ what: "" })
  ].map((reason) => Rejection.fromFailure(new StoreError.StoreError({ reason }))),
  Rejection.fromFailure(new Syncs.OrderConflict({ orderId: "", field: "amount" })),
  Rejection.fromFailure(new Syncs.UnknownOrder({ orderId: "" })),
  Rejection.fromFailure(new KeyFile.KeyError({ source: "", reason: new KeyFile.PassphraseNeeded() })),
  Rejection.fromFailure(new GatewayConfig.ConfigInvalid({ setting: "", message: "" })),
  Rejection.input("The order", []),
  new UmfClosedError(),
  Rejection.fromFailure(new TypeError("a defect"))
]

describe.each(twins("docs/embedding.md"))("%s", (page) => {
  it("has every code with its class, and says whether it may pass", () => {
    const declared = readFileSync(join(root, "packages/node/src/promise/UmfError.ts"), "utf8")
    const codes = [...declared.matchAll(/^ +\| "([A-Z_]+)"/gm)].map(([, code = ""]) => code)
    assert.sameMembers([...new Set(errors.map(({ code }) => code as string))], codes)
    const told = rowsOf(page).filter(([first = ""]) => /^`[A-Z_]+`$/.test(first))
    assert.deepStrictEqual(
      told.map(([code]) => code?.slice(1, -1)),
      codes
    )
    const word = new Map([
      ["yes", "true"],
      ["no", "false"],
      ["是", "true"],
      ["否", "false"]
    ])
    for (const [code = "", name, retryable = ""] of told) {
      const ofCode = errors.filter((error) => `\`${error.code}\`` === code)
      const answers = new Set(ofCode.map((error) => String(error.retryable)))
      assert.strictEqual(`\`${ofCode[0]?.name}\``, name, code)
      // Anything but yes and no stands for: it depends.
      assert.strictEqual(answers.size === 1 ? [...answers][0] : undefined, word.get(retryable), code)
    }
  })
})

/** Pages that list all words of a kind, and where those come from. */
const lists: ReadonlyArray<readonly [page: string, what: string, words: ReadonlyArray<string>]> = [
  ["docs/embedding.md", "reasons why a webhook is refused", WebhookSignature.WebhookReason.literals],
  ["docs/concepts.md", "kinds of late payments", OrderCommand.Late.literals],
  [
    "docs/testing.md",
    "words for answers and troubles",
    [
      ...readFileSync(join(root, "packages/node/src/testing/PlainReply.ts"), "utf8").matchAll(
        /^ +\| "([a-z-]+)"/gm
      )
    ].map(([, word = ""]) => word)
  ]
]

describe.each(lists.flatMap(([page, ...rest]) => twins(page).map((twin) => [twin, ...rest] as const)))(
  "%s",
  (page, what, words) => {
    it(`has all ${what}`, () => {
      assert.isAbove(words.length, 2)
      const text = read(page)
      assert.deepStrictEqual(
        words.filter((word) => !text.includes(`\`${word}\``)),
        []
      )
    })
  }
)

describe.each(twins("docs/service.md"))("%s", (page) => {
  it("names every type of notice", () => {
    const text = read(page)
    assert.deepStrictEqual(
      Notice.NoticeType.literals.filter((type) => !text.includes(`\`${type}\``)),
      []
    )
  })
})

const seconds = (length: Duration.Input): number => Duration.toSeconds(length)
const kib = (bytes: number): string => `${bytes / 1024} KiB`

/** What the rows of the figures must say, by their place; the same in both languages. */
const figures: ReadonlyArray<ReadonlyArray<string>> = [
  [kib(LosslessJson.defaultLimits.maxLength), `${LosslessJson.defaultLimits.maxDepth}`],
  ["64", "32", "8"],
  ["18"],
  ["256", "1536"],
  [kib(KeyFile.maxBytes), "4 MiB"],
  [`${seconds(GatewayConfig.defaults.timeout)}`, "60"],
  [`${seconds(GatewayConfig.defaults.deadline)}`],
  [`${Sync.defaults.concurrency}`],
  [`${GatewayConfig.defaults.rateLimit.limit}`],
  ["1"],
  [`${HistoryEntry.MOST}`, `${Duration.toDays(Housekeeping.defaults.keepHistory)}`],
  [
    `${Duration.toMinutes(Relay.defaults.timeout)}`,
    `${seconds(Webhook.defaults.timeout)}`,
    `${seconds(Relay.defaults.backOff.base)}`,
    `${Duration.toHours(Relay.defaults.backOff.cap)}`
  ],
  ["200"],
  [PlainDesk.MOST_IN_BULK.toLocaleString("en"), `${PlainDesk.MOST_ON_PAGE}`],
  [kib(ApiGuard.BODY), `${ApiGuard.BULK_BODY / 1024 ** 2} MiB`],
  [`${ApiServer.defaults.requestsPerSecond}`],
  [kib(NotificationFields.MAX_BYTES), `${HintLimits.defaults.perSecond}`],
  ["4,096"],
  [`${Feed.MOST_VIEWERS}`],
  ["2^31-1"]
]

describe.each(twins("docs/limits.md"))("%s", (page) => {
  const rows = rowsOf(page).slice(1)

  it("has the figures of the code", () => {
    assert.strictEqual(rows.length, figures.length)
    for (const [index, [what = "", limit = ""]] of rows.entries()) {
      for (const figure of figures[index] ?? []) assert.include(limit, figure, what)
    }
  })

  it("has the schedule's and the store's figures in its text", () => {
    const text = read(page)
    const { confirmAfter, handOverAfter, recheckAfter } = QuerySchedule.defaults
    const isEnglish = !page.includes("zh-CN")
    for (const figure of [
      isEnglish ? `${confirmAfter / 1000} s apart` : `${confirmAfter / 1000} 秒`,
      isEnglish ? `${(recheckAfter[0] ?? 0) / 60_000} minutes` : `${(recheckAfter[0] ?? 0) / 60_000} 分钟`,
      isEnglish ? `${handOverAfter / 60_000} minutes` : `${handOverAfter / 60_000} 分钟`,
      isEnglish ? `${QuerySchedule.durable.handOverAfter / 86_400_000} days` : "3 天",
      isEnglish ? `${Bucket.BUCKETS} parts` : `${Bucket.BUCKETS} 份`
    ]) {
      assert.include(text, figure)
    }
  })
})
