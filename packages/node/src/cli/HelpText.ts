/** Help that fits a terminal: descriptions broken into lines of at most 100 columns, each under its first. */
import * as CliOutput from "effect/cli/CliOutput"
import type { FlagDoc, HelpDoc, SubcommandGroupDoc } from "effect/cli/HelpDoc"
import * as Option from "effect/Option"

const WIDTH = 100

/** The formatter's own measures: what stands before a left column and behind its longest entry … */
const MARGIN = 2
const GAP = 4
/** … and the widest that it makes the column of subcommands. */
const WIDEST_OF_COMMANDS = 20

/** `text` in lines; all but the first begin with so many spaces. */
const broken = (text: string, indent: number): string => {
  const lines: Array<string> = []
  let line = ""
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`
    if (line !== "" && CliOutput.displayWidth(longer) > WIDTH - indent) {
      lines.push(line)
      line = word
    } else line = longer
  }
  return [...lines, line].join(`\n${" ".repeat(indent)}`)
}

/** The choices of a flag stand in its description; a type that spells them out again widens the table. */
const plainType = (flag: FlagDoc): FlagDoc =>
  /^<.*\|.*>$/.test(flag.type) ? { ...flag, type: "choice" } : flag

const leftOf = ({ name, aliases, type }: FlagDoc): number =>
  CliOutput.displayWidth([`--${name}`, ...aliases].join(", ") + (type === "boolean" ? "" : ` ${type}`))

const fitFlags = (given: ReadonlyArray<FlagDoc>): ReadonlyArray<FlagDoc> => {
  const flags = given.map(plainType)
  const indent = MARGIN + Math.max(0, ...flags.map(leftOf)) + GAP
  return flags.map((flag) => ({
    ...flag,
    description: Option.map(flag.description, (text) => broken(text, indent))
  }))
}

const fitCommands = (group: SubcommandGroupDoc): SubcommandGroupDoc => {
  const widest = Math.max(...group.commands.map(({ name }) => CliOutput.displayWidth(name))) + GAP
  const indent = MARGIN + Math.min(widest, WIDEST_OF_COMMANDS)
  const [first, ...more] = group.commands
  const fitted = (command: typeof first) => ({
    ...command,
    description: broken(command.description, indent)
  })
  return { ...group, commands: [fitted(first), ...more.map(fitted)] }
}

/** The same help, in lines that fit. */
export const fit = (doc: HelpDoc): HelpDoc => ({
  ...doc,
  description: broken(doc.description, MARGIN),
  flags: fitFlags(doc.flags),
  ...(doc.globalFlags === undefined ? {} : { globalFlags: fitFlags(doc.globalFlags) }),
  ...(doc.subcommands === undefined ? {} : { subcommands: doc.subcommands.map(fitCommands) })
})
