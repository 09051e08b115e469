/** Mutants that no test noticed, and the list of those that change nothing that can be seen. */
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

/** Stryker's report, as far as it is read here (the schema of mutation-testing-elements). */
export interface Report {
  readonly files: {
    readonly [file: string]: {
      readonly source: string
      readonly mutants: ReadonlyArray<{
        readonly mutatorName: string
        readonly replacement?: string
        readonly status: string
        readonly location: { readonly start: Place; readonly end: Place }
      }>
    }
  }
}

interface Place {
  readonly line: number
  readonly column: number
}

/** One mutant, told by the text around it and not by its line, which moves. */
export interface Mutant {
  readonly file: string
  /** The first line of what was mutated, as it stands in the source. */
  readonly line: string
  readonly mutator: string
  readonly replacement: string
}

/** A mutant that no test can notice, and why. */
export interface Equivalent extends Mutant {
  readonly reason: string
}

const file = fileURLToPath(new URL("equivalent.json", import.meta.url))

export const equivalents = (): ReadonlyArray<Equivalent> => JSON.parse(readFileSync(file, "utf8"))

export const keyOf = ({ file, line, mutator, replacement }: Mutant): string =>
  [file, line, mutator, replacement].join(" ~ ")

export interface Score {
  readonly valid: number
  readonly killed: number
  readonly survived: ReadonlyArray<Mutant>
}

const isKilled = (status: string): boolean => status === "Killed" || status === "Timeout"

/** What a report says. Mutants that don't compile or that were left out on purpose don't count. */
export const score = (report: Report): Score => {
  let [valid, killed] = [0, 0]
  const survived: Array<Mutant> = []
  for (const [file, { mutants, source }] of Object.entries(report.files)) {
    const lines = source.split("\n")
    for (const { location, mutatorName, replacement = "", status } of mutants) {
      if (!isKilled(status) && status !== "Survived" && status !== "NoCoverage") continue
      valid += 1
      if (isKilled(status)) killed += 1
      else {
        const line = (lines[location.start.line - 1] ?? "").trim()
        survived.push({ file, line, mutator: mutatorName, replacement })
      }
    }
  }
  return { valid, killed, survived }
}
