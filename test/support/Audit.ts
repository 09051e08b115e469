/** What the registry knows of flaws in the packages that users get, by `pnpm audit`. */
import { spawnSync } from "node:child_process"
import { root } from "./pages.ts"

/** `known` are the flaws; without an answer nothing is known, which is not the same as none. */
export type Audit =
  | { readonly isAnswered: true; readonly known: ReadonlyArray<string> }
  | { readonly isAnswered: false; readonly why: string }

const objectOf = (value: unknown): { readonly [name: string]: unknown } =>
  typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {}

const parse = (text: string): { readonly [name: string]: unknown } => {
  try {
    return objectOf(JSON.parse(text))
  } catch {
    return {}
  }
}

/** Reads what `pnpm audit --json` printed; only a full report is an answer. */
export const read = (stdout: string, stderr: string): Audit => {
  const report = parse(stdout)
  const { totalDependencies, vulnerabilities } = objectOf(report.metadata)
  if (report.advisories === undefined || vulnerabilities === undefined || !(Number(totalDependencies) > 0)) {
    return { isAnswered: false, why: /ERR_\w+/.exec(stderr)?.[0] ?? "no report" }
  }
  const known = Object.values(objectOf(report.advisories)).map((each) => {
    const { github_advisory_id, module_name, severity } = objectOf(each)
    return `${module_name}: ${severity} (${github_advisory_id})`
  })
  const counted = Object.values(objectOf(vulnerabilities)).reduce(
    (sum: number, each) => sum + Number(each),
    0
  )
  return { isAnswered: true, known: known.length < counted ? [...known, `${counted} in all`] : known }
}

/** Asks the registry. */
export const run = (): Audit => {
  const { stderr, stdout } = spawnSync("npx", ["--yes", "pnpm@12.21.0", "audit", "--prod", "--json"], {
    cwd: root,
    encoding: "utf8",
    timeout: 120_000,
    // npx is npx.cmd on Windows, which only a shell can start.
    shell: process.platform === "win32"
  })
  return read(stdout, stderr)
}
