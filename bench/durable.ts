/**
 * How fast durable tracking is on this machine: the real service with real HTTP and real signatures, against
 * a stand-in for the platform. Prints a table and writes bench/durable.json. Ends within 4 minutes; what
 * there was no time for is left out.
 *   npm run bench:durable
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { cpus, loadavg, release, tmpdir, totalmem, type } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Database from "./durable/Database.ts"
import * as Keys from "./durable/Keys.ts"
import * as Measure from "./durable/Measure.ts"
import * as Remote from "./durable/Remote.ts"
import * as Table from "./durable/Table.ts"

const TIME_IN_ALL = 230_000
/** How much of what was measured the steady load takes. */
const LOAD = 0.7
const WAITING = 100_000

type Writable<A> = { -readonly [K in keyof A]: A[K] }
const sqlite: Writable<Table.Results> = { polls: [] }
const postgres: Writable<Table.Results> = { polls: [] }

const began = Date.now()
const busy = loadavg()[0] ?? 0
const scratch = mkdtempSync(join(tmpdir(), "umf-bench-"))
const say = (what: string) =>
  process.stderr.write(`${String(Math.round((Date.now() - began) / 1000)).padStart(4)} s  ${what}\n`)

const versionOf = (name: string): string => {
  const path = new URL(`../node_modules/${name}/package.json`, import.meta.url)
  return String(JSON.parse(readFileSync(path, "utf8")).version)
}

let files = 0
const file = () => ({ file: join(scratch, `${files++}.db`) })

const measure = async (database: Database.Database): Promise<void> => {
  const bench = await Measure.bench(await Keys.make(scratch))
  const fresh = async () => ({ postgres: await database.fresh() })
  say("SQLite: as fast as can be")
  sqlite.stub = await Measure.stubbed(bench, file())
  const polls = await Measure.sustained(bench, file())
  sqlite.polls = [polls]
  say("Postgres: as fast as can be, with one process, two and three")
  postgres.stub = await Measure.stubbed(bench, await fresh())
  const { polls: ofEach, overlaps } = await Measure.shared(bench, await fresh())
  Object.assign(postgres, { polls: ofEach, overlaps })
  say("Postgres: one process of three is killed")
  postgres.takeover = await Measure.takeover(bench, await fresh())
  postgres.overlaps = overlaps + postgres.takeover.overlaps
  say("hand-over and hints")
  sqlite.handOver = await Measure.handOver(bench, file())
  postgres.handOver = await Measure.handOver(bench, await fresh())
  sqlite.hint = await Measure.hint(bench, file())
  postgres.hint = await Measure.hint(bench, await fresh())
  say("restart over many waiting orders")
  sqlite.restart = await Measure.restart(bench, file(), WAITING)
  postgres.restart = await Measure.restart(bench, await fresh(), WAITING)
  say("a steady load")
  sqlite.load = await Measure.load(bench, file(), polls.pollsPerSecond * LOAD)
  postgres.load = await Measure.load(bench, await fresh(), (ofEach[0]?.pollsPerSecond ?? 0) * LOAD)
}

const database = await Database.start()
const timeIsUp = new Promise<void>((resolve) =>
  setTimeout(() => {
    say("time is up: what is missing was not measured")
    resolve()
  }, TIME_IN_ALL).unref()
)
try {
  await Promise.race([measure(database), timeIsUp])
} finally {
  Remote.killAll()
  await database.stop()
  rmSync(scratch, { recursive: true, force: true })
}

const machine = {
  cpu: `${cpus().length} × ${cpus()[0]?.model.trim()}`,
  memoryGiB: Math.round(totalmem() / 1024 ** 3),
  system: `${type()} ${release()}`,
  /** Above a tenth or so, others had a part of the machine. */
  loadBefore: busy
}
const versions = {
  node: process.version,
  sqlite: process.versions.sqlite,
  postgres: database.version,
  effect: versionOf("effect")
}
const settings = { concurrency: 64, rsaBits: 1024, answerAfterMs: Measure.LATENCY }
const results = { at: new Date().toISOString(), machine, versions, settings, sqlite, postgres }
writeFileSync(
  fileURLToPath(new URL("./durable.json", import.meta.url)),
  `${JSON.stringify(results, undefined, 2)}\n`
)
console.log(`${machine.cpu}, ${machine.memoryGiB} GiB, ${machine.system}; load before ${busy.toFixed(1)}`)
console.log(
  Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(", ")
)
console.log(
  `Stand-in, database and service share the machine; the stand-in answers after ${Measure.LATENCY} ms.\n`
)
console.log(Table.text(sqlite, postgres))
process.exit()
