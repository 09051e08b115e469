/** The measurements, each with processes of its own. The store is whatever it is given. */
import { clock, quantile, sleep, sum } from "./Figures.ts"
import type { BenchKeys } from "./Keys.ts"
import type { Platform } from "./platform.ts"
import * as Remote from "./Remote.ts"
import type { Options, Usage, Worker } from "./worker.ts"

/** What the measurements share. */
export interface Bench {
  readonly keys: BenchKeys
  readonly platform: Remote.Remote<Platform>
  readonly baseUrl: string
}

type Store = Options["store"]

export interface Polls {
  readonly pollsPerSecond: number
  /** Of the service's processes alone: the database's and the stand-in's don't count. */
  readonly cpuMicrosPerPoll: number
}

export interface Shared {
  /** With one process, two and three. */
  readonly polls: ReadonlyArray<Polls>
  readonly overlaps: number
}

export interface Takeover {
  readonly overlaps: number
  /** As planned, ms. */
  readonly gap: number
  /** The longest time between two questions about one order before a process was killed, and across that, ms. */
  readonly worstGapBefore: number
  readonly worstGapAcross: number
}

export interface Load {
  readonly orders: number
  readonly rssMiB: number
  readonly lagP50: number
  readonly lagP99: number
  /** Part of one core that the service took. */
  readonly cores: number
}

export interface Restart {
  readonly waiting: number
  /** From the start of the process to its first question, ms. */
  readonly firstPoll: number
  readonly rssMiB: number
}

export interface HandOver {
  readonly onePerSecond: number
  readonly bulkPerSecond: number
}

/** Time from question to answer, ms. */
export const LATENCY = 10
const IN_FLIGHT = 2000
/** Short enough that there is always more due than can be asked. */
const SHORT_GAP = 100
const GAP = 30_000
/** What three processes bear without a backlog, even on a busy machine. */
const EASY_GAP = 1000
const EASY_ORDERS = 200
const WINDOW = 4000
const MIB = 1024 * 1024

export const bench = async (keys: BenchKeys): Promise<Bench> => {
  const platform = Remote.start<Platform>("./platform.ts", { answer: keys.answer, latency: LATENCY })
  return { keys, platform, baseUrl: await platform.call("listen") }
}

const worker = (
  { keys: { privateKey, platformCert }, baseUrl }: Bench,
  store: Store,
  gateway: Options["gateway"],
  gap: number
) => {
  const options: Options = { store, gateway, gap, baseUrl, privateKey, platformCert }
  return Remote.start<Worker>("./worker.ts", options)
}

const cpuBetween = (before: ReadonlyArray<Usage>, after: ReadonlyArray<Usage>) =>
  sum(after.map(({ cpuMicros }) => cpuMicros)) - sum(before.map(({ cpuMicros }) => cpuMicros))

/** Polls of these workers, through the stand-in, for a while. */
const window = async ({ platform }: Bench, workers: ReadonlyArray<Remote.Remote<Worker>>) => {
  const usages = () => Promise.all(workers.map((one) => one.call("usage")))
  const before = await usages()
  await platform.call("begin")
  await sleep(WINDOW)
  const [seen, after] = [await platform.call("seen"), await usages()]
  const polls: Polls = {
    pollsPerSecond: seen.questions / seen.seconds,
    cpuMicrosPerPoll: cpuBetween(before, after) / seen.questions
  }
  return { polls, seen }
}

/** As fast as one process can ask where asking itself costs nothing; and how many rows that changes. */
export const stubbed = async (
  bench: Bench,
  store: Store
): Promise<Polls & { readonly changesPerPoll: number }> => {
  const one = worker(bench, store, "stub", SHORT_GAP)
  await one.call("start")
  await one.call("handOver", "stub", IN_FLIGHT)
  await sleep(2000)
  const [before, began] = [await one.call("usage"), clock()]
  await sleep(WINDOW)
  const [after, millis] = [await one.call("usage"), clock() - began]
  const polls = after.stubbed - before.stubbed
  const changesPerPoll = await one.call("changesPerPoll")
  await one.kill()
  return {
    pollsPerSecond: (polls / millis) * 1000,
    cpuMicrosPerPoll: cpuBetween([before], [after]) / polls,
    changesPerPoll
  }
}

/** As fast as one process can ask by HTTP, with signatures. */
export const sustained = async (bench: Bench, store: Store): Promise<Polls> => {
  await bench.platform.call("forget")
  const one = worker(bench, store, "http", SHORT_GAP)
  await one.call("start")
  await one.call("handOver", "http", IN_FLIGHT)
  await sleep(3000)
  const { polls } = await window(bench, [one])
  await one.kill()
  return polls
}

/** The same with one, two and three processes on one database. */
export const shared = async (bench: Bench, store: Store): Promise<Shared> => {
  await bench.platform.call("forget")
  const workers: Array<Remote.Remote<Worker>> = []
  const polls: Array<Polls> = []
  let overlaps = 0
  for (const processes of [1, 2, 3]) {
    const one = worker(bench, store, "http", SHORT_GAP)
    workers.push(one)
    await bench.platform.call("begin")
    await one.call("start")
    if (processes === 1) await one.call("handOver", "shared", IN_FLIGHT)
    // The buckets have to find their way to the new process.
    await sleep(6000)
    overlaps += (await bench.platform.call("seen")).overlaps
    const { polls: measured, seen } = await window(bench, workers)
    polls.push(measured)
    overlaps += seen.overlaps
  }
  await Promise.all(workers.map((one) => one.kill()))
  return { polls, overlaps }
}

/** Three processes at a load that they can bear; one of them is killed. */
export const takeover = async (bench: Bench, store: Store): Promise<Takeover> => {
  await bench.platform.call("forget")
  const workers = [1, 2, 3].map(() => worker(bench, store, "http", EASY_GAP))
  await Promise.all(workers.map((one) => one.call("start")))
  await workers[0]?.call("handOver", "taken", EASY_ORDERS)
  await sleep(6000)
  const { seen: before } = await window(bench, workers)
  await bench.platform.call("begin")
  await workers[0]?.kill()
  await sleep(17_000)
  const across = await bench.platform.call("seen")
  await Promise.all(workers.slice(1).map((one) => one.kill()))
  return {
    overlaps: before.overlaps + across.overlaps,
    gap: EASY_GAP,
    worstGapBefore: before.worstGap,
    worstGapAcross: across.worstGap
  }
}

/** Many orders, asked every 30 s: about so many questions a second. */
export const load = async (bench: Bench, store: Store, pollsPerSecond: number): Promise<Load> => {
  await bench.platform.call("forget")
  const orders = Math.round((pollsPerSecond * GAP) / 1000)
  const one = worker(bench, store, "http", GAP)
  await one.call("start")
  await one.call("handOver", "load", orders, GAP)
  await sleep(1000)
  const before = await one.call("usage")
  await bench.platform.call("begin", GAP)
  await sleep(10_000)
  const [{ lagP50, lagP99, seconds }, after] = [await bench.platform.call("seen"), await one.call("usage")]
  await one.kill()
  const cores = cpuBetween([before], [after]) / (seconds * 1e6)
  return { orders, rssMiB: after.rssBytes / MIB, lagP50, lagP99, cores }
}

/** A process starts over a store in which many orders wait: some of them are due, the others within the hour. */
export const restart = async (bench: Bench, store: Store, waiting: number): Promise<Restart> => {
  const filler = worker(bench, store, "silent", GAP)
  await filler.call("fill", waiting, 0, 3_600_000)
  await filler.kill()
  const [first, began] = [bench.platform.call("nextQuestion"), clock()]
  const one = worker(bench, store, "http", GAP)
  await one.call("start")
  const firstPoll = (await first) - began
  await sleep(3000)
  const { rssBytes } = await one.call("usage")
  await one.kill()
  return { waiting, firstPoll, rssMiB: rssBytes / MIB }
}

/** Orders handed over for good, while nothing else is done. */
export const handOver = async (bench: Bench, store: Store): Promise<HandOver> => {
  const one = worker(bench, store, "silent", GAP)
  await one.call("start")
  const onePerSecond = await one.call("handOverRate", "one", 1, 2000)
  const bulkPerSecond = await one.call("handOverRate", "bulk", 1000, 2000)
  await one.kill()
  return { onePerSecond, bulkPerSecond }
}

/** From a hint to its question, ms, where nothing else is due. */
export const hint = async (
  bench: Bench,
  store: Store
): Promise<{ readonly p50: number; readonly max: number }> => {
  const one = worker(bench, store, "http", GAP)
  await one.call("start")
  const all = bench.platform.call("nextQuestion")
  await one.call("handOver", "hinted", 1)
  await all
  const millis: Array<number> = []
  for (let index = 0; index < 30; index++) {
    await sleep(50)
    const [question, at] = await Promise.all([
      bench.platform.call("nextQuestion"),
      one.call("hint", "hinted", 0)
    ])
    millis.push(question - at)
  }
  await one.kill()
  return { p50: quantile(millis, 0.5), max: Math.max(...millis) }
}
