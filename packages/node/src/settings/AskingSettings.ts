/** How orders are followed, and where they are kept. */
import { QuerySchedule } from "@umf-order-sync/core"
import * as Duration from "effect/Duration"
import * as Housekeeping from "../sync/Housekeeping.ts"
import * as OrderSync from "../sync/OrderSync.ts"
import * as Kind from "./Kind.ts"
import { make } from "./Setting.ts"

const { defaults, durable } = QuerySchedule

const millis = (value: number, inStore = value) => ({
  value: Duration.millis(value),
  ...(inStore !== value && { durable: Duration.millis(inStore) })
})
const all = (times: ReadonlyArray<number>) => times.map((time) => Duration.millis(time))

export const settings = {
  storeFile: make({
    scope: "both",
    option: "store.file",
    variable: "UMF_STORE",
    isInCommand: true,
    flag: "store",
    kind: Kind.file,
    meaning: {
      en: "Orders are kept in this SQLite file, for one process. Without this and the next, an app keeps them in memory",
      zh: "订单保存在此 SQLite 文件中，供一个进程使用。本项与下一项都没有时，应用把订单保存在内存中"
    }
  }),

  storePostgres: make({
    scope: "both",
    option: "store.postgres",
    variable: "UMF_POSTGRES",
    isInCommand: true,
    flag: "postgres",
    kind: Kind.postgresUrl,
    meaning: {
      en: "Orders are kept in this Postgres database, for any number of processes",
      zh: "订单保存在此 Postgres 数据库中，进程数不限"
    }
  }),

  concurrency: make({
    scope: "both",
    option: "concurrency",
    variable: "UMF_CONCURRENCY",
    flag: "concurrency",
    kind: Kind.count(1),
    fallback: { value: OrderSync.defaults.concurrency },
    meaning: { en: "Queries under way at once", zh: "同时进行的查询数" }
  }),

  grace: make({
    scope: "both",
    option: "grace",
    variable: "UMF_GRACE",
    flag: "grace",
    kind: Kind.length,
    fallback: {
      value: Duration.fromInputUnsafe(OrderSync.defaults.grace),
      note: { en: "none in memory", zh: "内存中则不等" }
    },
    meaning: {
      en: "How long queries under way may take to end at a stop (the flag: notices too)",
      zh: "停止时，进行中的查询可用多久结束（命令行参数：通知亦然）"
    }
  }),

  maxQueryTime: make({
    scope: "app",
    option: "maxQueryTime",
    variable: "UMF_MAX_QUERY_TIME",
    kind: Kind.length,
    fallback: {
      value: Duration.fromInputUnsafe(OrderSync.defaults.maxQueryTime),
      note: { en: "or twice `deadline`, if that is more", zh: "或 `deadline` 的两倍，取较大者" }
    },
    meaning: {
      en: "An answer that took longer was held up in this process, and counts as a time-out",
      zh: "耗时更长的应答是在本进程中被耽搁的，按超时处理"
    }
  }),

  keepHistory: make({
    scope: "both",
    option: "keepHistory",
    variable: "UMF_KEEP_HISTORY",
    flag: "keep-history",
    kind: Kind.length,
    fallback: { value: Duration.fromInputUnsafe(Housekeeping.defaults.keepHistory) },
    meaning: {
      en: "How long history entries and handed-over notices are kept; orders are kept for ever",
      zh: "历史条目和已送达通知的保留时间；订单永久保留"
    }
  }),

  countEvery: make({
    scope: "app",
    option: "countEvery",
    variable: "UMF_COUNT_EVERY",
    kind: Kind.length,
    fallback: { value: Duration.fromInputUnsafe(Housekeeping.defaults.countEvery) },
    meaning: { en: "How often the store is counted for the metrics", zh: "为指标统计存储的间隔" }
  }),

  inspect: make({
    scope: "app",
    option: "inspect",
    kind: Kind.callback,
    meaning: {
      en: "Takes each step of each order, once it is saved, as XState's `inspect` does",
      zh: "订单的每一步保存后交给它，形式同 XState 的 `inspect`"
    }
  }),

  rateLimitOf: make({
    scope: "app",
    option: "rateLimitOf",
    kind: Kind.callback,
    meaning: {
      en: "How fast each merchant's orders are asked, where they differ",
      zh: "各商户查询速率不同时，给出每个商户的速率"
    }
  }),

  firstEvery: make({
    scope: "both",
    option: "schedule.firstEvery",
    variable: "UMF_SCHEDULE_FIRST_EVERY",
    flag: "every",
    kind: Kind.length,
    fallback: millis(defaults.firstEvery, durable.firstEvery),
    meaning: {
      en: "The gap between queries of an order at first (the flag sets `schedule.backOff.base` too)",
      zh: "一笔订单最初的查询间隔（该参数同时设定 `schedule.backOff.base`）"
    }
  }),

  firstFor: make({
    scope: "app",
    option: "schedule.firstFor",
    variable: "UMF_SCHEDULE_FIRST_FOR",
    kind: Kind.length,
    fallback: millis(defaults.firstFor, durable.firstFor),
    meaning: { en: "For how long that gap holds", zh: "该间隔持续多久" }
  }),

  gaps: make({
    scope: "app",
    option: "schedule.gaps",
    variable: "UMF_SCHEDULE_GAPS",
    kind: Kind.lengths,
    fallback: { value: all(defaults.gaps), durable: all(durable.gaps) },
    meaning: {
      en: "The gaps that follow, one after the other; the last one repeats",
      zh: "其后依次的间隔；最后一个重复"
    }
  }),

  handOverAfter: make({
    scope: "both",
    option: "schedule.handOverAfter",
    variable: "UMF_SCHEDULE_HAND_OVER_AFTER",
    flag: "give-up-after",
    kind: Kind.length,
    fallback: millis(defaults.handOverAfter, durable.handOverAfter),
    meaning: {
      en: "How long after its start an order without a result goes to a person",
      zh: "没有结果的订单在开始后多久交人工处理"
    }
  }),

  maxQueries: make({
    scope: "both",
    option: "schedule.maxQueries",
    variable: "UMF_SCHEDULE_MAX_QUERIES",
    flag: "max-queries",
    kind: Kind.count(1),
    meaning: {
      en: "After so many queries an order without a result goes to a person; no such limit if left out",
      zh: "查询这么多次仍无结果的订单交人工处理；不设则无此限制"
    }
  }),

  confirmAfter: make({
    scope: "both",
    option: "schedule.confirmAfter",
    variable: "UMF_SCHEDULE_CONFIRM_AFTER",
    flag: "confirm-after",
    kind: Kind.length,
    fallback: millis(defaults.confirmAfter, durable.confirmAfter),
    meaning: {
      en: "How far apart two answers must lie to close an order, or to call a refund or void failed",
      zh: "使订单关闭（或认定退款、撤销失败）的两个应答至少相隔多久"
    }
  }),

  recheckAfter: make({
    scope: "both",
    option: "schedule.recheckAfter",
    variable: "UMF_SCHEDULE_RECHECK_AFTER",
    flag: "recheck-after",
    kind: Kind.lengths,
    fallback: { value: all(defaults.recheckAfter) },
    meaning: {
      en: "How long after they came to rest closed, failed and unresolved orders are asked again",
      zh: "已关闭、已失败、未决的订单在其后多久再次查询"
    }
  }),

  scheduleBackOffBase: make({
    scope: "app",
    option: "schedule.backOff.base",
    variable: "UMF_SCHEDULE_BACK_OFF_BASE",
    kind: Kind.length,
    fallback: millis(defaults.backOff.base, durable.backOff.base),
    meaning: {
      en: "The first pause of an order after faults; doubled with each one in a row",
      zh: "故障后一笔订单的首次间隔；连续故障时每次加倍"
    }
  }),

  scheduleBackOffCap: make({
    scope: "app",
    option: "schedule.backOff.cap",
    variable: "UMF_SCHEDULE_BACK_OFF_CAP",
    kind: Kind.length,
    fallback: millis(defaults.backOff.cap, durable.backOff.cap),
    meaning: { en: "The longest pause after faults", zh: "故障后间隔的上限" }
  }),

  maxContradictions: make({
    scope: "app",
    option: "schedule.maxContradictions",
    variable: "UMF_SCHEDULE_MAX_CONTRADICTIONS",
    kind: Kind.count(1),
    fallback: { value: defaults.maxContradictions },
    meaning: {
      en: "After so many answers in a row that can't be believed a person is asked",
      zh: "连续这么多个不可采信的应答后，交人工处理"
    }
  })
}
