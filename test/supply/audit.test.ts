/** An audit without an answer is not one that found nothing. `npm run prove` and the workflows make it. */
import { assert, describe, it } from "@effect/vitest"
import * as Audit from "../support/Audit.ts"

const none = { info: 0, low: 0, moderate: 0, high: 0, critical: 0 }
const report = (advisories: object, vulnerabilities: object = none, totalDependencies = 75) =>
  JSON.stringify({ advisories, metadata: { vulnerabilities, totalDependencies } })

const flaw = { module_name: "undici", severity: "low", github_advisory_id: "GHSA-1" }

describe("an audit", () => {
  it("given a report without flaws, knows of none", () => {
    assert.deepStrictEqual(Audit.read(report({}), ""), { isAnswered: true, known: [] })
  })

  it("given flaws, tells each, of whatever severity, and those that are only counted", () => {
    const known = ["undici: low (GHSA-1)"]
    const counted = { ...none, low: 1 }
    assert.deepStrictEqual(Audit.read(report({ 1: flaw }, counted), ""), { isAnswered: true, known })
    assert.deepStrictEqual(Audit.read(report({}, counted), ""), { isAnswered: true, known: ["1 in all"] })
  })

  it.each([
    ["a registry that refuses", "", "Error: ERR_PNPM_AUDIT_BAD_RESPONSE\n", "ERR_PNPM_AUDIT_BAD_RESPONSE"],
    ["nothing", "", "", "no report"],
    ["half a report", report({}).slice(0, 40), "", "no report"],
    ["an empty object", "{}", "", "no report"],
    ["a list", "[]", "", "no report"],
    ["a report on nothing", report({}, none, 0), "", "no report"]
  ])("given %s, says that it had no answer", (_, stdout, stderr, why) => {
    assert.deepStrictEqual(Audit.read(stdout, stderr), { isAnswered: false, why })
  })
})
