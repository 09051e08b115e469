/**
 * Writes the pages about configuration from the table of settings that the code goes by.
 *   node scripts/configuration.ts
 *
 * A test keeps the committed pages current.
 */
import { writeFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import type { Words } from "../packages/node/src/settings/Kind.ts"
import type { Setting } from "../packages/node/src/settings/Setting.ts"
import * as Settings from "../packages/node/src/settings/Settings.ts"
import * as Table from "./Table.ts"

type Language = keyof Words

const example = `\`\`\`ts
import { Order } from "@umf-order-sync/core"
import { Sync, UmfConfig } from "@umf-order-sync/node"
import { Effect } from "effect"

const program = Effect.gen(function* () {
  const merId = yield* UmfConfig.merId
  const order = yield* Order.decode({ merId, orderId: "paid-after-2-config", amount: "8888" })
  const { result } = yield* (yield* Sync.OrderSync).track(order)
  console.log(result) // "paid"
})
await Effect.runPromise(program.pipe(Effect.provide(UmfConfig.layer)))
\`\`\``

const before: Words = {
  en: `# Configuration

[中文](configuration.zh-CN.md)

Written by \`scripts/configuration.ts\` from the table that the code goes by. What is not set is as by default.

**The command.** A flag comes before its variable, a variable before the default; an empty variable counts as none. \`umf-order run\` reads the variables with a †, and no others.

**Effect apps.** \`UmfConfig.layer\` is \`UmfOrderSync.layer\` with every variable of the first three tables, read through Effect's Config: from the environment, or whatever \`ConfigProvider\` is there (\`fromDotEnv\`, \`fromDir\` for a folder with a secret in each file, \`fromUnknown\`). \`UmfConfig.config\` gives the options alone, for an app that adds functions to them: \`Layer.unwrap(Effect.map(UmfConfig.config, (options) => UmfOrderSync.layer({ ...options, onNotice })))\`.

${example}

**Promise apps.** \`createOrderSync\` takes the options by the names of the first column, nested at the dots (\`rateLimit: { limit: 5, window: "1 second" }\`). It reads no variable by itself.

**Secrets** belong into files that only the service's user can read: keys and certificates are always files, and the flags \`--passphrase-file\`, \`--token-file\` and \`--webhook-secret-file\` name one (its last line break is no part of it). No secret is taken on the command line, where other users see it, but for a password in \`--postgres\`: set \`UMF_POSTGRES\` instead. A value that can't be used is refused with the name of its variable, and not shown.

**Lengths of time** are numbers with \`ms\`, \`s\`, \`m\`, \`h\` or \`d\`: \`500ms\`, \`90s\`, \`40m\`. Variables also take Effect's form, \`90 seconds\`, as options in code do; \`schedule\` has milliseconds there.
`,
  zh: `# 配置

[English](configuration.md)

本页由 \`scripts/configuration.ts\` 根据代码所用的设置表生成。未设置的项取默认值。

**命令行。** 参数优先于环境变量，环境变量优先于默认值；空的环境变量视为未设置。\`umf-order run\` 只读取带 † 的环境变量。

**Effect 应用。** \`UmfConfig.layer\` 即 \`UmfOrderSync.layer\`，选项为前三张表中的所有变量，经 Effect 的 Config 读取：来自环境变量，或当前的任何 \`ConfigProvider\`（\`fromDotEnv\`；\`fromDir\` 用于每个文件一个机密的目录；\`fromUnknown\`）。\`UmfConfig.config\` 只给出选项，供应用再加入函数：\`Layer.unwrap(Effect.map(UmfConfig.config, (options) => UmfOrderSync.layer({ ...options, onNotice })))\`。

${example}

**Promise 应用。** \`createOrderSync\` 按第一列的名称接受选项，在点号处嵌套（\`rateLimit: { limit: 5, window: "1 second" }\`）。它自身不读取任何环境变量。

**机密**应放在只有服务用户可读的文件中：密钥和证书总是文件，参数 \`--passphrase-file\`、\`--token-file\`、\`--webhook-secret-file\` 各给出一个文件（末尾的换行不算在内）。命令行上不直接接受机密，因为其他用户看得到命令行；唯一例外是 \`--postgres\` 中的密码：请改用 \`UMF_POSTGRES\`。不可用的值会被拒绝，只报变量名，不显示值。

**时长**为数字加 \`ms\`、\`s\`、\`m\`、\`h\` 或 \`d\`：\`500ms\`、\`90s\`、\`40m\`。变量也接受 Effect 的写法 \`90 seconds\`，代码中的选项亦然；其中 \`schedule\` 以毫秒计。
`
}

const heads: Readonly<Record<Language, ReadonlyArray<string>>> = {
  en: ["option", "variable", "flag", "takes", "default", "what it is"],
  zh: ["选项", "环境变量", "命令行参数", "取值", "默认值", "含义"]
}

const needed: Words = { en: "needed", zh: "必填" }
const onDisk: Words = { en: "with a store on disk", zh: "使用磁盘存储时" }
const separators: Words = { en: "; ", zh: "；" }

const code = (text: string | undefined): string => (text === undefined ? "" : `\`${text}\``)

const standard = ({ fallback, isNeeded }: Setting<unknown>, language: Language): string => {
  if (fallback === undefined) return isNeeded ? needed[language] : ""
  const { text, durable, note } = fallback
  return [
    code(text),
    ...(durable === undefined ? [] : [`${onDisk[language]} ${code(durable)}`]),
    ...(note === undefined ? [] : [note[language]])
  ].join(separators[language])
}

const row = (setting: Setting<unknown>, language: Language): ReadonlyArray<string> => {
  const { option, variable, isInCommand, flag, kind, meaning } = setting
  return [
    code(option),
    code(variable) + (isInCommand ? " †" : ""),
    code(flag === undefined ? undefined : `--${flag}`),
    kind.words[language],
    standard(setting, language),
    meaning[language]
  ]
}

/** The page in a language. */
export const page = (language: Language): string =>
  [
    before[language],
    ...Settings.groups.flatMap(({ title, settings }) => [
      `## ${title[language]}\n`,
      Table.from([heads[language], ...settings.map((setting) => row(setting, language))]),
      ""
    ])
  ].join("\n")

/** The committed pages and the languages that they are in. */
export const pages: ReadonlyArray<readonly [file: string, language: Language]> = [
  ["docs/configuration.md", "en"],
  ["docs/configuration.zh-CN.md", "zh"]
]

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [file, language] of pages) {
    await writeFile(new URL(`../${file}`, import.meta.url), page(language))
  }
}
