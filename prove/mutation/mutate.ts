/**
 * Mutation testing of core and machine: breaks each of their sources in every way that Stryker knows, and
 * looks whether a test notices. Writes the figures to docs/evidence. Takes about an hour on two cores; what
 * neither source nor tests changed is not tried again (its memory is in node_modules/.cache).
 *   node prove/mutation/mutate.ts [core|machine]
 *
 * Ends with 1 where a mutant survives that equivalent.json does not name, or a named one survives no more.
 */
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as Chance from "../Chance.ts"
import { claim } from "../claims/Mutants.ts"
import * as Evidence from "../Evidence.ts"
import type { Record } from "../Proof.ts"
import * as Results from "../Results.ts"
import * as Survivors from "./Survivors.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))

const mutate = (name: string): Survivors.Score => {
  const { status } = spawnSync(`${root}/node_modules/.bin/stryker`, ["run"], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, UMF_MUTATE: name }
  })
  if (status !== 0) throw new Error(`Stryker ended with ${status}.`)
  return Survivors.score(
    JSON.parse(readFileSync(`${root}/node_modules/.cache/mutation-${name}.json`, "utf8"))
  )
}

const names = process.argv.length > 2 ? process.argv.slice(2) : ["machine", "core"]
const began = performance.now()
const scores = new Map(names.map((name) => [name, mutate(name)]))
const all = [...scores.values()]
const survived = all.flatMap((score) => score.survived)
const looked = (file: string): boolean => names.some((name) => file.startsWith(`packages/${name}/`))
const named = new Set(
  Survivors.equivalents()
    .filter(({ file }) => looked(file))
    .map(Survivors.keyOf)
)
const unnamed = survived.filter((mutant) => !named.has(Survivors.keyOf(mutant)))
const found = new Set(survived.map(Survivors.keyOf))
const gone = [...named].filter((key) => !found.has(key))

for (const mutant of unnamed) console.error(`survives, and is not named: ${JSON.stringify(mutant)}`)
for (const key of gone) console.error(`is named, and survives no more: ${key}`)
const percent = (name: string): number => {
  const { killed = 0, valid = 1 } = scores.get(name) ?? {}
  return Math.floor((10_000 * killed) / valid) / 100
}
const record: Record = {
  seed: Chance.seed,
  seconds: Math.round((performance.now() - began) / 1000),
  figures: {
    mutants: all.reduce((sum, { valid }) => sum + valid, 0),
    killed: all.reduce((sum, { killed }) => sum + killed, 0),
    core: percent("core"),
    machine: percent("machine"),
    equivalent: survived.length - unnamed.length,
    unnamed: unnamed.length
  }
}
console.log(record.figures)
if (unnamed.length > 0 || gone.length > 0) process.exitCode = 1
else if (scores.size === 2) {
  const troubles = Results.shortfalls(claim, record)
  for (const trouble of troubles) console.error(trouble)
  if (troubles.length > 0) process.exitCode = 1
  else Evidence.write(Results.keep({ [claim.id]: record }))
}
