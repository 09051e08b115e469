/** What `umf-order` takes, as its own help says. */
import { execFile } from "node:child_process"
import { join } from "node:path"
import { promisify } from "node:util"
import { root } from "./pages.ts"

/** One command's help. */
export interface CommandHelp {
  readonly subcommands: ReadonlySet<string>
  /** By name, with the values that may follow, where those are listed. */
  readonly flags: ReadonlyMap<string, ReadonlySet<string> | undefined>
}

const bin = join(root, "packages/node/bin/umf-order.js")

/** The entries of a section: lines indented by two, with what is broken into the lines after them. */
const entries = (help: string, section: string): ReadonlyArray<string> => {
  const lines = help.split("\n")
  const start = lines.indexOf(section)
  if (start === -1) return []
  const found: Array<string> = []
  for (const line of lines.slice(start + 1)) {
    if (/^\S/.test(line)) break
    if (/^ {2}\S/.test(line)) found.push(line.trim())
    else if (line.trim() !== "") found.push(`${found.pop() ?? ""} ${line.trim()}`)
  }
  return found
}

const read = (help: string): CommandHelp => ({
  subcommands: new Set(entries(help, "SUBCOMMANDS").flatMap((entry) => entry.split(/\s+/, 1))),
  flags: new Map(
    [...entries(help, "FLAGS"), ...entries(help, "GLOBAL FLAGS")].map((entry) => {
      const choices = /\(choices: ([^)]*)\)/.exec(entry)?.[1]
      return [
        entry.split(/[\s,]/, 1)[0] ?? "",
        choices === undefined ? undefined : new Set(choices.split(/,\s*/))
      ] as const
    })
  )
})

const known = new Map<string, Promise<CommandHelp>>()

/** The help of a command, such as `["orders", "list"]`; asked for once. */
export const helpOf = (path: ReadonlyArray<string>): Promise<CommandHelp> => {
  const name = path.join(" ")
  const before = known.get(name)
  if (before !== undefined) return before
  const help = promisify(execFile)(process.execPath, [bin, ...path, "--help"]).then(({ stdout }) =>
    read(stdout)
  )
  known.set(name, help)
  return help
}

/** What the command would not take of these arguments; none, if all is well. Values are not looked at but for choices. */
export const faults = async (args: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
  const path: Array<string> = []
  const found: Array<string> = []
  let help = await helpOf(path)
  for (const [index, arg] of args.entries()) {
    if (arg.startsWith("--")) {
      const [flag = "", value = args[index + 1]] = arg.split("=", 2)
      if (!help.flags.has(flag)) found.push(`umf-order ${path.join(" ")} has no ${flag}`)
      const choices = help.flags.get(flag)
      if (choices !== undefined && value !== undefined && !choices.has(value)) {
        found.push(`umf-order ${path.join(" ")} ${flag} does not take ${value}`)
      }
    } else if (help.subcommands.has(arg) && args[index - 1]?.startsWith("--") !== true) {
      path.push(arg)
      help = await helpOf(path)
    } else if (help.subcommands.size > 0 && path.length === index) {
      found.push(`umf-order ${path.join(" ")} has no command ${arg}`)
      return found
    }
  }
  return found
}

/** Every flag of every command. */
export const allFlags = async (path: ReadonlyArray<string> = []): Promise<ReadonlySet<string>> => {
  const { flags, subcommands } = await helpOf(path)
  const below = await Promise.all([...subcommands].map((name) => allFlags([...path, name])))
  return new Set([...flags.keys(), ...below.flatMap((names) => [...names])])
}
