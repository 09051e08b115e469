/**
 * The workflows that test and publish: least rights, pinned actions, nothing secret, and nothing published that
 * the tests and the audit have not passed.
 */
import { execFileSync } from "node:child_process"
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Yaml from "effect/encoding/Yaml"
import * as Schema from "effect/Schema"
import * as Release from "../../scripts/release/Release.ts"
import { root } from "../support/pages.ts"

const folder = join(root, ".github/workflows")
const read = (file: string) => readFileSync(join(folder, file), "utf8")
const files = readdirSync(folder)

const Texts = Schema.Record(Schema.String, Schema.Union([Schema.String, Schema.Number, Schema.Boolean]))

const Step = Schema.Struct({
  uses: Schema.optionalKey(Schema.String),
  run: Schema.optionalKey(Schema.String),
  with: Schema.optionalKey(Texts),
  env: Schema.optionalKey(Texts),
  name: Schema.optionalKey(Schema.String)
})
type Step = typeof Step.Type

const Workflow = Schema.Struct({
  name: Schema.String,
  on: Schema.Record(Schema.String, Schema.Unknown),
  permissions: Schema.Record(Schema.String, Schema.String),
  concurrency: Schema.Unknown,
  jobs: Schema.Record(
    Schema.String,
    Schema.Struct({
      "runs-on": Schema.String,
      "timeout-minutes": Schema.Number,
      needs: Schema.optionalKey(Schema.String),
      environment: Schema.optionalKey(Schema.String),
      permissions: Schema.Record(Schema.String, Schema.String),
      steps: Schema.Array(Step)
    })
  )
})

/** Fields that are not named above are refused: `continue-on-error`, `if`, `container` and the like. */
const decode = Schema.decodeUnknownSync(Workflow, { onExcessProperty: "error" })

const parse = (text: string): typeof Workflow.Type => decode(Yaml.parse(text))

/** What GitHub puts in place of its expressions. */
const expression = (of: string): string => `"\${{ ${of} }}"`

const AUDIT = "npx --yes pnpm@12.21.0 audit --prod"

/** What no workflow may do. */
const faults = (text: string): ReadonlyArray<string> => {
  const found: Array<string> = []
  const { jobs, on, permissions } = parse(text)
  if (!Object.keys(on).every((event) => ["push", "pull_request"].includes(event))) {
    found.push("it runs on other events than pushes and pull requests")
  }
  if (Object.keys(permissions).length > 0) found.push("all jobs have rights")
  if (/\bsecrets\s*[.:[]|github\.token|GITHUB_TOKEN/.test(text)) found.push("it has a secret")
  for (const [name, { permissions: rights, steps }] of Object.entries(jobs)) {
    for (const [right, level] of Object.entries(rights)) {
      const isMeant = right === "contents" ? level === "read" : right === "id-token"
      if (!isMeant) found.push(`${name} has the right ${right}: ${level}`)
    }
    const publishes = steps.some(({ run }) => run?.includes("npm publish"))
    if (rights["id-token"] !== undefined && !publishes) found.push(`${name} could publish`)
    for (const { run = "", uses, with: given = {} } of steps) {
      // What comes from outside reaches a script through its environment only, never as a part of it.
      if (run.includes("${{")) found.push(`${name}: an expression in a script`)
      if (
        /set -\w*x|\b(?:env|printenv|export -p)\b(?!\s*[=:])|\|\| true\n|ignore-registry-errors/.test(run)
      ) {
        found.push(`${name}: a script tells its environment, or goes on after a failure`)
      }
      if (uses?.startsWith("actions/checkout@") && given["persist-credentials"] !== false) {
        found.push(`${name}: the checkout keeps its credentials`)
      }
      if (Object.keys(given).some((key) => key.includes("cache") || key.includes("token"))) {
        found.push(`${name}: a cache or a token`)
      }
    }
  }
  const pins = [...text.matchAll(/uses: *(.*)$/gm)].map(([, pin = ""]) => pin)
  if (pins.length !== Object.values(jobs).flatMap(({ steps }) => steps.filter((step) => step.uses)).length) {
    found.push("a use that is not seen")
  }
  for (const pin of pins) {
    if (!/^actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(pin)) found.push(`${pin} is not pinned`)
  }
  return found
}

/** What holds for publishing besides. */
const publishingFaults = (text: string): ReadonlyArray<string> => {
  const found: Array<string> = []
  const { jobs, on } = parse(text)
  const { pack, publish, ...others } = jobs
  if (pack === undefined || publish === undefined || Object.keys(others).length > 0) return ["other jobs"]
  if (JSON.stringify(on) !== '{"push":{"tags":["v[0-9]+.[0-9]+.[0-9]+"]}}') found.push("not for tags alone")
  const at = (steps: ReadonlyArray<Step>, wanted: (run: string) => boolean) =>
    steps.findIndex(({ run = "" }) => wanted(run.trim()))
  const order = [
    at(pack.steps, (run) => run === "npm test"),
    at(pack.steps, (run) => run === AUDIT),
    at(pack.steps, (run) => run.startsWith("node scripts/release.ts ")),
    pack.steps.findIndex(({ uses }) => uses?.startsWith("actions/upload-artifact@"))
  ]
  if (order.includes(-1) || order.some((step, index) => step < (order[index - 1] ?? 0))) {
    found.push("what is packed was not tested and audited before")
  }
  if (publish.needs !== "pack") found.push("it publishes without the tests")
  if (publish.environment !== "npm") found.push("nobody has to agree")
  if (JSON.stringify(publish.permissions) !== '{"id-token":"write"}') found.push("other rights to publish")
  const used = publish.steps.flatMap(({ uses = "" }) => (uses === "" ? [] : [uses.replace(/@.*/, "")]))
  if (used.join() !== "actions/setup-node,actions/download-artifact") found.push("more than npm and tarballs")
  const runs = publish.steps.flatMap(({ run = "" }) => (run === "" ? [] : [run])).join("\n")
  if (!/^ *npm publish ".*\.tgz" --provenance --access public$/m.test(runs)) found.push("without provenance")
  if (/npm (?:ci|install|i|run|exec|test)\b|npx|node /.test(runs)) found.push("it runs code besides npm")
  return found
}

describe("the workflows", () => {
  it.each(files)("%s: least rights, pinned actions, nothing secret", (file) => {
    assert.deepStrictEqual(faults(read(file)), [])
  })

  it("publish what the tests and the audit have passed, with provenance", () => {
    assert.deepStrictEqual([...files].sort(), ["ci.yml", "publish.yml"])
    assert.deepStrictEqual(publishingFaults(read("publish.yml")), [])
  })

  it.each<readonly [what: string, file: string, from: string | RegExp, to: string]>([
    ["pull_request_target", "ci.yml", "  pull_request:", "  pull_request_target:"],
    ["another event", "publish.yml", "on:\n", "on:\n  workflow_run:\n"],
    ["rights for all jobs", "publish.yml", "permissions: {}", "permissions:\n  contents: read"],
    ["the right to write", "publish.yml", "contents: read", "contents: write"],
    ["the right to publish among the tests", "publish.yml", "contents: read", "id-token: write"],
    ["an action by its tag", "publish.yml", /checkout@[0-9a-f]{40} # v5\.0\.0/, "checkout@v5"],
    ["an action of somebody else", "publish.yml", "actions/setup-node@", "somebody/setup-node@"],
    ["a pin that says no version", "publish.yml", " # v6.0.0", ""],
    ["a secret", "publish.yml", "environment: npm", `environment: ${expression("secrets.NPM_TOKEN")}`],
    ["a script that tells what it runs", "publish.yml", "set -euo", "set -x -euo"],
    ["a script that tells its environment", "publish.yml", "set -euo pipefail", "env | sort"],
    ["an expression in a script", "publish.yml", '"$RELEASE_TAG"', expression("github.ref_name")],
    ["credentials that are kept", "publish.yml", "persist-credentials: false", "persist-credentials: true"],
    ["a cache", "publish.yml", "node-version: 24.21.0", "cache: npm"],
    ["an audit that may fail", "ci.yml", "audit --prod", "audit --prod --ignore-registry-errors"],
    [
      "a test that may fail",
      "publish.yml",
      "run: npm test",
      "run: npm test\n        continue-on-error: true"
    ],
    ["no limit of time", "publish.yml", "    timeout-minutes: 90\n", ""]
  ])("given %s, a workflow is refused", (_, file, from, to) => {
    const text = read(file).replace(from, () => to)
    assert.notStrictEqual(text, read(file))
    const refused = () => {
      try {
        return faults(text)
      } catch (error) {
        return [String(error)]
      }
    }
    assert.isNotEmpty(refused())
  })

  it.each<readonly [what: string, from: string | RegExp, to: string]>([
    ["no provenance", " --provenance --access", " --access"],
    ["no test", "run: npm test", "run: npm run lint"],
    ["no audit", AUDIT, "npx --yes pnpm@12.21.0 outdated"],
    ["an audit of less", "audit --prod", "audit --prod --audit-level high"],
    ["nobody who has to agree", "    environment: npm\n", ""],
    ["a publishing that waits for nothing", "    needs: pack\n", ""],
    ["code that is run with the right to publish", "set -euo pipefail", "npm ci"],
    ["branches", /tags: .*/, 'branches: ["main"]'],
    ["more rights", "id-token: write", "id-token: write\n      contents: read"],
    [
      "another job",
      "jobs:\n",
      "jobs:\n  other:\n    runs-on: a\n    timeout-minutes: 1\n    permissions: {}\n    steps: []\n"
    ]
  ])("given %s, nothing is published", (_, from, to) => {
    const text = read("publish.yml").replace(from, () => to)
    assert.notStrictEqual(text, read("publish.yml"))
    assert.isNotEmpty(publishingFaults(text))
  })
})

describe.skipIf(process.platform === "win32")("the script that publishes", () => {
  const script = parse(read("publish.yml")).jobs.publish?.steps.at(-1)?.run ?? ""

  /** Runs it with an npm that says what it was called with, and knows these versions. */
  const published = (known: ReadonlyArray<string>, tag = "v1.2.3") => {
    const place = mkdtempSync(join(tmpdir(), "umf-publish-"))
    try {
      const npm = join(place, "bin/npm")
      mkdirSync(join(place, "bin"))
      const views = known.map((name) => `"view @umf-order-sync/${name} version") echo 1.2.3;;`).join("\n")
      writeFileSync(npm, `#!/bin/sh\ncase "$*" in\n${views}\nview*) exit 1;;\n*) echo "npm $*";;\nesac\n`)
      chmodSync(npm, 0o755)
      const PATH = [join(place, "bin"), process.env.PATH].join(delimiter)
      return execFileSync("bash", ["-c", script], {
        cwd: place,
        env: { ...process.env, PATH, GITHUB_REF_NAME: tag },
        encoding: "utf8"
      })
    } finally {
      rmSync(place, { recursive: true, force: true })
    }
  }
  const call = (name: string) =>
    `npm publish ./tarballs/umf-order-sync-${name}-1.2.3.tgz --provenance --access public\n`

  it("publishes each package, those first that others need", () => {
    assert.strictEqual(published([]), Release.names.map(call).join(""))
  })

  it("given a run that broke off, publishes the rest", () => {
    const told = "@umf-order-sync/core@1.2.3 is there already.\n"
    assert.strictEqual(published(["core@1.2.3"]), told + call("machine") + call("node"))
  })
})

describe("the release", () => {
  const versions = { core: "1.2.3", machine: "1.2.3", node: "1.2.3" }

  it("is of the version that the tag names, with no change left out", () => {
    assert.deepStrictEqual(Release.troubles("v1.2.3", versions, []), [])
    assert.lengthOf(Release.troubles("v1.2.4", versions, []), 3)
    assert.lengthOf(Release.troubles("v1.2.3", { ...versions, machine: "1.2.2" }, []), 1)
    assert.lengthOf(Release.troubles("v1.2.3", versions, ["some-change.md"]), 1)
    assert.isNotEmpty(Release.troubles("v1.2.3-rc.1", versions, []))
    assert.isNotEmpty(Release.troubles("main", versions, []))
  })

  it("sees the changes that are in no version, and the packages' versions", () => {
    assert.isTrue(Release.changesets().every((file) => file.endsWith(".md")))
    assert.match(Release.versions().core, /^\d+\.\d+\.\d+/)
  })

  it("says where the source is kept, and leaves all else as it was", () => {
    const manifest = '{"name":"a","dependencies":{"b":"1.0.0"}}'
    assert.deepStrictEqual(JSON.parse(Release.withRepository(manifest, "https://host/o/r", "node")), {
      ...JSON.parse(manifest),
      repository: { type: "git", url: "git+https://host/o/r.git", directory: "packages/node" }
    })
  })

  it.each(Release.names)("%s may be published for all, and with provenance only", (name) => {
    const { publishConfig } = JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8"))
    assert.deepStrictEqual(publishConfig, { access: "public", provenance: true })
  })
})
