/** Writes docs/evidence.md and docs/evidence.zh-CN.md from the figures of the last whole runs. */
import { writeFileSync } from "node:fs"
import * as Table from "../scripts/Table.ts"
import type { Claim, Words } from "./Claim.ts"
import { claims } from "./claims.ts"
import type { Result, Results } from "./Results.ts"

type Language = keyof Words

const before: Words = {
  en: `# Evidence

[中文](evidence.zh-CN.md)

What is claimed of this library, how it is proved, and the figures of the last whole run of each proof, with the commit that it proved. This page is written by \`npm run prove\`, and never by hand: a run that fails, or that is smaller than what is claimed here, writes nothing.

\`\`\`sh
npm run prove
\`\`\`

It takes at most 20 minutes on two cores, and writes this page anew with the figures of your machine. It needs this repository, \`openssl\` on the PATH, and Linux with the superuser's rights, as in a container: a small disk that fills up has to be mounted, and limits set to running processes. A part alone needs less: \`npm run prove -- signatures\`. \`npm test\` runs the same tests small. Each run draws its cases anew; a seed repeats them: \`UMF_TEST_SEED=… npm run prove -- histories\` (RSA keys are made anew all the same). What an attacker can do, and what none of this stops: [threat-model.md](threat-model.md).
`,
  zh: `# 证据

[English](evidence.md)

本库作出哪些保证、如何证明、每项证明最近一次完整运行的数字及其所证明的提交。本页由 \`npm run prove\` 写成，从不手工修改：运行失败，或规模小于此处所述，则什么也不写。

\`\`\`sh
npm run prove
\`\`\`

在双核机器上最多 20 分钟，并以您机器上的数字重写本页。它需要本仓库、PATH 中的 \`openssl\`，以及具有超级用户权限的 Linux（例如容器）：要挂载一个会写满的小磁盘，并给运行中的进程设限。只运行一部分则不必：\`npm run prove -- signatures\`。\`npm test\` 以小规模运行同样的测试。每次运行都重新抽取用例；种子可重现：\`UMF_TEST_SEED=… npm run prove -- histories\`（RSA 密钥仍每次新建）。攻击者能做什么、以上都挡不住什么：[threat-model.zh-CN.md](threat-model.zh-CN.md)。
`
}

const heads: Readonly<Record<Language, ReadonlyArray<string>>> = {
  en: ["figure", "measured", "claimed"],
  zh: ["数字", "实测", "承诺"]
}

const notYet: Words = { en: "Not measured yet.", zh: "尚未测量。" }

const shown = (figure: number | undefined): string =>
  figure === undefined ? "" : figure.toLocaleString("en-US", { maximumFractionDigits: 2 })

const claimed = (words: Claim["figures"][string], language: Language): string => {
  const { atLeast, atMost } = words
  if (atLeast !== undefined && atLeast === atMost) return shown(atLeast)
  const bounds = [
    ...(atLeast === undefined ? [] : [`${language === "en" ? "at least" : "不少于"} ${shown(atLeast)}`]),
    ...(atMost === undefined ? [] : [`${language === "en" ? "at most" : "不超过"} ${shown(atMost)}`])
  ]
  return bounds.join(language === "en" ? ", " : "，")
}

const circumstances = ({ commit, date, machine, seconds, seed }: Result, language: Language): string =>
  language === "en"
    ? `Measured ${date} at commit \`${commit}\`, seed ${seed}, ${seconds} s, ${machine}.`
    : `测于 ${date}，提交 \`${commit}\`，种子 ${seed}，${seconds} 秒，${machine}。`

const section = (claim: Claim, result: Result | undefined, language: Language): ReadonlyArray<string> => [
  `## ${claim.title[language]}\n`,
  `${claim.holds[language]}\n`,
  `${language === "en" ? "Proved by" : "证明"}: ${claim.tests.map((test) => `\`${test}\``).join(", ")}.\n`,
  Table.from([
    heads[language],
    ...Object.entries(claim.figures).map(([key, words]) => [
      words[language],
      shown(result?.figures[key]),
      claimed(words, language)
    ])
  ]),
  "",
  `${result === undefined ? notYet[language] : circumstances(result, language)}\n`
]

/** The page in a language. */
export const page = (results: Results, language: Language): string =>
  [before[language], ...claims.flatMap((claim) => section(claim, results[claim.id], language))].join("\n")

/** The committed pages and the languages that they are in. */
export const pages: ReadonlyArray<readonly [file: string, language: Language]> = [
  ["docs/evidence.md", "en"],
  ["docs/evidence.zh-CN.md", "zh"]
]

export const write = (results: Results): void => {
  for (const [file, language] of pages) {
    writeFileSync(new URL(`../${file}`, import.meta.url), page(results, language))
  }
}
