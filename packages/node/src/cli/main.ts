/** The command `umf-order`: its parts put together, failures turned into messages and exit codes. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Cause from "effect/Cause"
import * as Console from "effect/Console"
import * as CliError from "effect/cli/CliError"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Logger from "effect/Logger"
import { version } from "../Version.ts"
import { demoCommand } from "./demoCommand.ts"
import * as ExitCode from "./ExitCode.ts"
import { exportCommand } from "./exportCommand.ts"
import * as HelpText from "./HelpText.ts"
import { inspectCommand } from "./inspectCommand.ts"
import { keysCommand } from "./keysCommand.ts"
import { migrateCommand } from "./migrateCommand.ts"
import * as Options from "./Options.ts"
import * as Output from "./Output.ts"
import { ordersCommand } from "./ordersCommand.ts"
import { queryCommand } from "./queryCommand.ts"
import { runCommand } from "./runCommand.ts"
import { sandboxCommand } from "./sandboxCommand.ts"
import { signCommand, verifyCommand } from "./signCommand.ts"
import { trackCommand } from "./trackCommand.ts"

const command = Command.make("umf-order").pipe(
  Command.withDescription("Learn what became of a UMF (联动优势) payment, and never get it wrong."),
  Command.withSubcommands([
    queryCommand,
    trackCommand,
    runCommand,
    ordersCommand,
    inspectCommand,
    exportCommand,
    migrateCommand,
    signCommand,
    verifyCommand,
    keysCommand,
    sandboxCommand,
    demoCommand
  ]),
  Command.withGlobalFlags(Options.global)
)

/** Help that was not asked for, and all help with `--json`, goes to stderr: stdout is for results. */
const presenter = (json: boolean): CliOutput.Presenter => ({
  present: Effect.fnUntraced(function* (event) {
    const formatter = yield* CliOutput.Formatter
    if (event._tag === "InvalidInvocation") {
      yield* Console.error(formatter.formatErrors(event.errors))
      return yield* Console.error("\nRun umf-order --help, or the command with --help, for its options.")
    }
    if (event._tag !== "Help") return yield* CliOutput.defaultPresenter.present(event)
    const helpDoc = HelpText.fit(event.helpDoc)
    if (json) return yield* Console.error(formatter.formatHelpDoc(helpDoc))
    return yield* CliOutput.defaultPresenter.present({ ...event, helpDoc })
  })
})

const wantsJson = (args: ReadonlyArray<string>): boolean =>
  args.some((arg) => arg === "--json" || arg === "--json=true")

const wantsHelp = (args: ReadonlyArray<string>): boolean => args.includes("--help") || args.includes("-h")

/** Says what went wrong: on stderr for people, and as one JSON object on stdout with `--json`. */
const report = (
  error: Exclude<ExitCode.CommandError, ExitCode.Ended>,
  json: boolean
): Effect.Effect<void> => {
  const tag = "reason" in error && typeof error.reason === "object" ? error.reason._tag : error._tag
  const retryable = "isRetryable" in error && error.isRetryable === true
  return Effect.andThen(
    Output.note(`umf-order: ${Output.harmless(error.message)}`),
    json ? Output.json({ error: { tag, message: error.message, retryable } }) : Effect.void
  )
}

/** Runs the command with these arguments; gives the exit code. */
export const run = (args: ReadonlyArray<string>): Effect.Effect<number> =>
  Command.runWith(command, { version: version() })(args).pipe(
    Effect.as(ExitCode.OK),
    Effect.catch((error) => {
      if (CliError.isCliError(error)) {
        // Without a subcommand the help is shown too; with --json that is a mistake.
        const shown = error._tag === "ShowHelp" && error.errors.length === 0
        return Effect.succeed(shown && (wantsHelp(args) || !wantsJson(args)) ? ExitCode.OK : ExitCode.USAGE)
      }
      return error._tag === "Ended"
        ? Effect.succeed(error.code)
        : Effect.as(report(error, wantsJson(args)), ExitCode.of(error))
    }),
    Effect.provide([
      NodeServices.layer,
      CliOutput.layerPresenter(presenter(wantsJson(args))),
      // Logs are for people too: stderr.
      Logger.layer([Logger.withConsoleError(Logger.formatLogFmt)])
    ])
  )

/** The exit code of a program that ran, was interrupted (130, as shells have it), or met a defect. */
export const codeOf = (exit: Exit.Exit<unknown, unknown>): number => {
  if (Exit.isSuccess(exit)) return Number(exit.value)
  return Cause.hasInterruptsOnly(exit.cause) ? 130 : 70
}
