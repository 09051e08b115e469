/** The pages about configuration are written from the settings, and the settings are what the command takes. */
import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Sandbox } from "@umf-order-sync/node"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { run } from "../packages/node/src/cli/main.ts"
import * as Settings from "../packages/node/src/settings/Settings.ts"
import { page, pages } from "../scripts/configuration.ts"
import { appFolder, examples, root, runIn } from "./support/pages.ts"

/** What the command prints. */
const printed = (args: ReadonlyArray<string>): Effect.Effect<string> =>
  Effect.suspend(() => {
    const lines: Array<string> = []
    const log = (...texts: ReadonlyArray<unknown>) => lines.push(texts.join(" "))
    return run(args).pipe(
      Effect.provideService(Console.Console, { ...globalThis.console, log, error: log }),
      Effect.map(() => lines.join("\n"))
    )
  })

/** The flags in the help of `umf-order run`, each with its description in one line. */
const flagsOfRun = Effect.map(printed(["run", "--help"]), (help) => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is taken out.
  const lines = help.replaceAll(/\u001b\[[0-9;]*m/g, "").split("\n")
  const flags = new Map<string, string>()
  let last = ""
  for (const text of lines) {
    const [, name, description = ""] = /^ {2}--([a-z-]+)(?: \S+)*? {2,}(.*)$/.exec(text) ?? []
    const goesOn = name === undefined && /^ {8,}\S/.test(text) && flags.has(last)
    if (name !== undefined) flags.set(name, description)
    if (goesOn) flags.set(last, `${flags.get(last)} ${text.trim()}`)
    else last = name ?? ""
  }
  return flags
})

/** Flags of every command of Effect's, which set nothing here. */
const ofEveryCommand = ["help", "version", "completions", "log-level", "wizard"]

describe("the settings", () => {
  it.effect("have every flag of `umf-order run`, and no other", () =>
    Effect.gen(function* () {
      const flags = [...(yield* flagsOfRun).keys()].filter((flag) => !ofEveryCommand.includes(flag))
      assert.include(flags, "rate-limit")
      const known = new Set(Settings.all.flatMap(({ flag }) => (flag === undefined ? [] : [flag])))
      assert.deepStrictEqual(flags.toSorted(), [...known].sort())
    })
  )

  it.effect("have the defaults that the command's help tells", () =>
    Effect.gen(function* () {
      let told = 0
      for (const [flag, description] of yield* flagsOfRun) {
        const text = /\(default ([^\s)]+)/.exec(description)?.[1]?.replace(/,$/, "")
        const known = Settings.all.flatMap((setting) => (setting.flag === flag ? [setting.fallback] : []))
        if (text === undefined || ofEveryCommand.includes(flag)) continue
        told += 1
        assert.isNotEmpty(known, flag)
        for (const fallback of known) assert.strictEqual(text, String(fallback?.text).split(" ")[0], flag)
      }
      assert.isAbove(told, 8)
    })
  )

  it.effect("mark the variables that the command's help names", () =>
    Effect.gen(function* () {
      for (const [flag, description] of yield* flagsOfRun) {
        const named = /\((?:or )?(UMF_[A-Z_]+)\)/.exec(description)?.[1]
        const marked = Settings.all.find((setting) => setting.flag === flag && setting.isInCommand)
        assert.strictEqual(marked?.variable, named, flag)
      }
    })
  )
})

describe("the pages about configuration", () => {
  for (const [file, language] of pages) {
    it(`${file} is what scripts/configuration.ts writes now`, async () => {
      assert.strictEqual(await readFile(join(root, file), "utf8"), page(language))
    })

    it(`${file} has a row for each setting, in whole tables`, () => {
      const rows = page(language)
        .split("\n")
        .filter((line) => line.startsWith("|"))
      assert.strictEqual(rows.length, Settings.all.length + 2 * Settings.groups.length)
      for (const row of rows) assert.strictEqual(row.split(" | ").length, 6, row)
    })
  }

  it.live(
    "their example runs as it stands, with the variables of a sandbox",
    () =>
      Effect.gen(function* () {
        const folder = yield* appFolder
        const sandbox = yield* Sandbox.Sandbox.make({ keysDirectory: folder })
        const [code = "", ...more] = yield* Effect.promise(() => examples("docs/configuration.md", "ts"))
        assert.deepStrictEqual(more, [])
        const script = join(folder, "config.ts")
        yield* Effect.promise(() => writeFile(script, code))
        const told = yield* runIn(folder, process.execPath, ["--preserve-symlinks-main", script], {
          UMF_MER_ID: sandbox.merId,
          UMF_PRIVATE_KEY: "merchant.key.p8",
          UMF_PLATFORM_CERT: "platform.cert.crt",
          UMF_BASE_URL: sandbox.baseUrl,
          UMF_SCHEDULE_FIRST_EVERY: "100ms"
        })
        assert.strictEqual(told, "paid\n")
      }).pipe(Effect.scoped),
    30_000
  )
})
