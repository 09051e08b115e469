/**
 * What a user of the packages gets, and what the repository holds; whole, with the tarballs, the history and
 * the registry's audit. Each rule has tests of its own in test/supply and test/packed.test.ts.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { claim } from "../../../../prove/claims/SupplyChain.ts"
import * as Proof from "../../../../prove/Proof.ts"
import * as ApiReport from "../../../../scripts/api/ApiReport.ts"
import * as Release from "../../../../scripts/release/Release.ts"
import * as Audit from "../../../../test/support/Audit.ts"
import * as Closure from "../../../../test/support/Closure.ts"
import * as Licences from "../../../../test/support/Licences.ts"
import { root } from "../../../../test/support/pages.ts"
import * as Repository from "../../../../test/support/Repository.ts"
import * as SecretRules from "../../../../test/support/SecretRules.ts"
import * as TarballFaults from "../../../../test/support/TarballFaults.ts"
import * as Tarballs from "../../../../test/support/Tarballs.ts"
import * as TestKeys from "../../../../test/support/TestKeys.ts"

const tarballs = (): ReadonlyArray<Tarballs.Tarball> => {
  const folder = mkdtempSync(join(tmpdir(), "umf-tarballs-"))
  try {
    Release.pack(folder)
    return Tarballs.read(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const secretsIn = (files: ReadonlyArray<Repository.File>): ReadonlyArray<string> =>
  files.flatMap(({ content, path }) =>
    SecretRules.findings(path, content)
      .filter((finding) => !TestKeys.isKnown(path, finding, new Set()))
      .map(({ line, rule }) => `${path}:${line}: ${rule}`)
  )

describe("the supply chain", () => {
  it("brings along what may be sold, runs nothing, packs what is meant, shows what was reviewed, keeps no secret", {
    timeout: 300_000
  }, () => {
    const began = Date.now()
    const closure = Closure.of(join(root, "packages/node"))
    const unsellable = Licences.refused(closure)
    const steps = closure.flatMap(Closure.installSteps)
    const reports = ApiReport.packages.map((name) => ApiReport.report(name))
    const unreviewed = ApiReport.packages.flatMap((name, at) =>
      ApiReport.difference(readFileSync(ApiReport.kept(name), "utf8"), reports[at] ?? "")
    )
    const files = Repository.isThere ? Repository.files() : []
    const history = Proof.isWhole ? Repository.history() : []
    const secrets = [...secretsIn(files), ...secretsIn(history)]
    const packed = Proof.isWhole ? tarballs() : []
    const notMeant = packed.flatMap(TarballFaults.of)
    const audit: Audit.Audit = Proof.isWhole ? Audit.run() : { isAnswered: false, why: "not asked" }
    const known = audit.isAnswered ? audit.known : []
    assert.deepStrictEqual([...unsellable, ...steps, ...notMeant, ...unreviewed, ...secrets, ...known], [])
    if (!audit.isAnswered) console.log(`${claim.id}: the audit is not available (${audit.why})`)
    Proof.record(claim, (Date.now() - began) / 1000, {
      installed: closure.length,
      unsellable: unsellable.length,
      installSteps: steps.length,
      packed: packed.reduce((sum, { entries }) => sum + entries.length, 0),
      notMeant: notMeant.length,
      declarations: reports.join("").split("\n### ").length - reports.length,
      unreviewed: unreviewed.length,
      searched: files.length,
      searchedHistory: history.length,
      secrets: secrets.length,
      audits: audit.isAnswered ? 1 : 0
    })
  })
})
