/** The figures of the last whole runs, kept in results.json; docs/evidence is written from them. */
import { execFileSync } from "node:child_process"
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { cpus, platform } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { Claim } from "./Claim.ts"
import type { Record } from "./Proof.ts"

/** The figures of one claim, and under which circumstances they were measured. */
export interface Result extends Record {
  /** yyyy-mm-dd, UTC */
  readonly date: string
  /** The commit that was proved; with a plus sign where files had been changed since. */
  readonly commit: string
  readonly machine: string
}

/** By the claims' ids. */
export type Results = { readonly [id: string]: Result }

const file = fileURLToPath(new URL("results.json", import.meta.url))

export const read = (): Results => JSON.parse(readFileSync(file, "utf8"))

const git = (...args: ReadonlyArray<string>): string =>
  execFileSync("git", args, { encoding: "utf8", cwd: fileURLToPath(new URL("..", import.meta.url)) }).trim()

/** Files that a run writes itself don't count as changed. */
const written = [":!prove/results.json", ":!docs/evidence.md", ":!docs/evidence.zh-CN.md"]

/** What holds of this moment and this machine. */
export const circumstances = (): Pick<Result, "date" | "commit" | "machine"> => {
  const isChanged = git("status", "--porcelain", "--", ".", ...written) !== ""
  const processors = cpus()
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: git("rev-parse", "--short=10", "HEAD") + (isChanged ? "+" : ""),
    machine: `${processors.length} × ${processors[0]?.model ?? "?"}, ${platform()}, Node ${process.versions.node}`
  }
}

/** The records that the tests of a run left in a folder. */
export const recordsIn = (folder: string): { readonly [id: string]: Record } =>
  Object.fromEntries(
    readdirSync(folder)
      .filter((name) => name.endsWith(".json"))
      .map((name) => [name.slice(0, -".json".length), JSON.parse(readFileSync(join(folder, name), "utf8"))])
  )

/** What keeps a record from proving its claim: a figure that is missing, too small or too large. */
export const shortfalls = (claim: Claim, record: Record | undefined): ReadonlyArray<string> => {
  if (record === undefined) return [`${claim.id}: there are no figures.`]
  return Object.entries(claim.figures).flatMap(([key, { atLeast, atMost }]) => {
    const figure = record.figures[key]
    if (typeof figure !== "number" || !Number.isFinite(figure)) {
      return [`${claim.id}: the figure "${key}" is missing.`]
    }
    if (atLeast !== undefined && figure < atLeast)
      return [`${claim.id}: ${key} is ${figure}, below ${atLeast}.`]
    if (atMost !== undefined && figure > atMost) return [`${claim.id}: ${key} is ${figure}, above ${atMost}.`]
    return []
  })
}

/** Keeps these records as the last figures of their claims. */
export const keep = (records: { readonly [id: string]: Record }): Results => {
  const around = circumstances()
  const results: Results = {
    ...read(),
    ...Object.fromEntries(Object.entries(records).map(([id, record]) => [id, { ...record, ...around }]))
  }
  writeFileSync(file, `${JSON.stringify(results, undefined, 2)}\n`)
  return results
}
