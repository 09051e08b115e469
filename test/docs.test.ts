/**
 * The documents: every block of code is run, type-checked or parsed, every command is one that there is, every
 * link leads somewhere, and both languages say the same.
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs"
import { join, posix } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Yaml from "effect/encoding/Yaml"
import * as Schema from "effect/Schema"
import * as MerchantsFile from "../packages/node/src/merchants/MerchantsFile.ts"
import * as NoticeBody from "../packages/node/src/telling/NoticeBody.ts"
import * as CodeBlocks from "./support/CodeBlocks.ts"
import * as CommandHelp from "./support/CommandHelp.ts"
import * as Markdown from "./support/Markdown.ts"
import { root } from "./support/pages.ts"
import * as Shell from "./support/Shell.ts"

const filesIn = (folder: string): ReadonlyArray<string> =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => posix.join(folder, name))

const foldersIn = (folder: string): ReadonlyArray<string> =>
  readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${folder}/${name}`)

/** By their paths from the workspace's root. */
const pages: ReadonlyMap<string, Markdown.Markdown> = new Map(
  [
    ...filesIn("").filter((name) => /^(?:README|SECURITY)\b/.test(name)),
    ...filesIn("docs"),
    ...[...foldersIn("packages"), ...foldersIn("examples")].flatMap((folder) => filesIn(folder))
  ].map((page) => [page, Markdown.parse(readFileSync(join(root, page), "utf8"))])
)

const pageOf = (page: string): Markdown.Markdown => {
  const found = pages.get(page)
  if (found === undefined) throw new Error(`There is no page ${page}.`)
  return found
}

const isChinese = (page: string): boolean => page.endsWith(".zh-CN.md")
const englishOf = (page: string): string => page.replace(".zh-CN.", ".")
const chineseOf = (page: string): string => page.replace(/\.md$/, ".zh-CN.md")

const blocks: ReadonlyArray<CodeBlocks.Block> = [...pages].flatMap(([page, { fences }]) =>
  fences.map((fence) => ({ page, ...fence }))
)
const blocksIn = (...languages: ReadonlyArray<string>): ReadonlyArray<CodeBlocks.Block> =>
  blocks.filter(({ language }) => languages.includes(language))
const place = ({ page, line }: { readonly page: string; readonly line: number }): string => `${page}:${line}`

/** The languages of blocks, and what is done with them. A block in another one is a fault. */
const languages = {
  "run where they say what they print, type-checked all": ["ts", "tsx", "js"],
  "their commands are looked up": ["sh", "bash"],
  "run by the test of the page": ["python"],
  "parsed, and decoded where this library reads them": ["json"],
  parsed: ["yaml"],
  "shown as they are": ["text"]
}

const Manifest = Schema.fromJsonString(
  Schema.Struct({ scripts: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)) })
)
const scriptsOf = (folder: string): ReadonlySet<string> => {
  const { scripts = {} } = Schema.decodeUnknownSync(Manifest)(
    readFileSync(join(root, folder, "package.json"), "utf8")
  )
  return new Set(Object.keys(scripts))
}

/** Programs that commands in the documents may use besides. */
const others: ReadonlySet<string> = new Set(
  "cat cd cp curl export kill mkdir mv openssl pg_dump rm sleep sqlite3 umask vite".split(" ")
)

/** npm's and pnpm's own commands, which are no scripts. */
const managers: ReadonlySet<string> = new Set(["add", "ci", "i", "install"])

/** What is wrong with a command that stands on a page; none, if all is well. */
const commandFaults = async (
  page: string,
  [program, ...args]: Shell.Command
): Promise<ReadonlyArray<string>> => {
  if (program === "npx") return args[0] === undefined ? [] : commandFaults(page, [args[0], ...args.slice(1)])
  const name = posix.basename(program)
  if (name === "umf-order") return CommandHelp.faults(args)
  if (name === "npm" || name === "pnpm") {
    const filter = args.indexOf("--filter")
    const folder = filter === -1 ? "" : `examples/${args[filter + 1]}`
    const rest = args.filter((arg, index) => !arg.startsWith("-") && args[index - 1] !== "--filter")
    const script = rest[0] === "run" ? rest[1] : rest[0]
    if (script === undefined || managers.has(script)) return []
    // What is said in an example's own page may be meant from its own folder.
    const folders = [folder, page.startsWith("examples/") ? posix.dirname(page) : folder]
    return folders.some((one) => scriptsOf(one).has(script)) ? [] : [`${name} has no script ${script}`]
  }
  if (name === "node") {
    const file = args.find((arg) => !arg.startsWith("-"))
    const from = ["", posix.dirname(page)]
    return file === undefined || from.some((folder) => existsSync(join(root, folder, file)))
      ? []
      : [`there is no file ${file}`]
  }
  return others.has(name) ? [] : [`${name} is no program that is known here`]
}

const jsonFaults = async ({ code }: CodeBlocks.Block): Promise<ReadonlyArray<string>> => {
  const value: unknown = JSON.parse(code)
  if (typeof value !== "object" || value === null) return []
  if ("merchants" in value) {
    const { faults } = await Effect.runPromise(MerchantsFile.parse("merchants.json", code))
    return faults.map(({ message }) => message)
  }
  if ("type" in value && String(value.type).startsWith("order.")) {
    await Effect.runPromise(NoticeBody.decode(code))
  }
  return []
}

describe("blocks of code", () => {
  it("are in languages that are looked at", () => {
    assert.isAbove(blocks.length, 20)
    const known = new Set(Object.values(languages).flat())
    assert.deepStrictEqual(blocks.filter(({ language }) => !known.has(language)).map(place), [])
  })

  it.live(
    "in TypeScript and JavaScript fit the library's types",
    () =>
      Effect.gen(function* () {
        const programs = blocksIn(...languages["run where they say what they print, type-checked all"])
        assert.isAbove(programs.length, 0)
        assert.deepStrictEqual(yield* CodeBlocks.typeFaults(programs), [])
      }).pipe(Effect.scoped),
    120_000
  )

  it.live(
    "that don't fit the types are found, with their page and line",
    () =>
      Effect.gen(function* () {
        const wrong = {
          page: "made-up.md",
          language: "ts",
          line: 10,
          code: 'import { createOrderSync } from "@umf-order-sync/node"\ncreateOrderSync({ merId: 1 })\n'
        }
        const [fault, ...more] = yield* CodeBlocks.typeFaults([wrong])
        assert.match(fault ?? "", /^made-up\.md:11 .*TS2\d+/)
        assert.isAbove(more.length + 1, 0)
      }).pipe(Effect.scoped),
    120_000
  )

  // The README's and the service's own tests run theirs.
  const ownTests = ["README.md", "docs/service.md"]
  const programs = blocks.filter(
    (block) => CodeBlocks.isRunnable(block) && !isChinese(block.page) && !ownTests.includes(block.page)
  )
  describe.concurrent("run against a sandbox", () => {
    for (const block of programs) {
      it.live(
        `${place(block)} prints what it says`,
        () =>
          Effect.gen(function* () {
            const printed = yield* CodeBlocks.run(block)
            if (CodeBlocks.isNodeTest(block)) return
            assert.deepStrictEqual(printed, CodeBlocks.expectedOutput(block.code))
          }).pipe(Effect.scoped),
        60_000
      )
    }
  })

  it("of shells hold programs, commands, options and scripts that there are", {
    timeout: 120_000
  }, async () => {
    const found: Array<string> = []
    for (const block of blocksIn("sh", "bash")) {
      for (const command of Shell.commands(block.code)) {
        const faults = await commandFaults(block.page, command)
        found.push(...faults.map((fault) => `${place(block)}: ${fault}`))
      }
    }
    assert.deepStrictEqual(found, [])
  })

  it.each([
    ["umf-order runs --store x", /has no command runs/],
    ["umf-order run --stor x", /has no --stor/],
    ["FOO=1 umf-order orders list --merchant x | cat", /orders list has no --merchant/],
    ["(umask 077; umf-order export --format=xml > x)", /--format does not take xml/],
    ["npm run dmo", /no script dmo/],
    ["node scripts/none.ts", /no file scripts\/none.ts/],
    ["wget http://example.com", /wget is no program/]
  ])("of shells that hold none are found: %s", { timeout: 30_000 }, async (script, fault) => {
    const found = await Promise.all(
      Shell.commands(script).map((command) => commandFaults("README.md", command))
    )
    assert.match(found.flat().join(), fault)
  })

  it("in JSON parse, and what this library reads it can read", async () => {
    const found: Array<string> = []
    for (const block of blocksIn("json")) {
      const faults = await jsonFaults(block).catch((error: unknown) => [String(error)])
      found.push(...faults.map((fault) => `${place(block)}: ${fault}`))
    }
    assert.deepStrictEqual(found, [])
  })

  it("in YAML parse, to a mapping", () => {
    for (const block of blocksIn("yaml")) {
      const value = Yaml.parse(block.code)
      assert.isTrue(typeof value === "object" && value !== null && !Array.isArray(value), place(block))
    }
  })
})

/** Everything that the library's sources say. */
const sources: string = foldersIn("packages")
  .flatMap((folder) =>
    readdirSync(join(root, folder, "src"), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => readFileSync(join(root, folder, "src", file), "utf8"))
  )
  .join("\n")

describe("names within the text", () => {
  it("commands of umf-order, and options, are ones that there are", { timeout: 120_000 }, async () => {
    const flags = await CommandHelp.allFlags()
    const found: Array<string> = []
    for (const [page, { spans }] of pages) {
      for (const { code, line } of spans) {
        const at = `${page}:${line}`
        if (/^(?:npx )?umf-order [a-z]/.test(code)) {
          const [command] = Shell.commands(code.replaceAll("…", ""))
          if (command !== undefined) {
            found.push(...(await commandFaults(page, command)).map((fault) => `${at}: ${fault}`))
          }
        }
        const flag = /^(--[a-z][\w-]*)/.exec(code)?.[1]
        if (flag !== undefined && !flags.has(flag)) found.push(`${at}: no command has ${flag}`)
      }
    }
    assert.deepStrictEqual(found, [])
  })

  it("metrics, tables and variables of the environment are the library's", () => {
    const names = /\b(?:umf_[a-z_]*[a-z]|UMF_[A-Z_]*[A-Z])\b/g
    // The folder with the platform's published vectors and the seed of chance are the tests' own.
    const known = new Set<string>([...(sources.match(names) ?? []), "UMF_VECTORS", "UMF_TEST_SEED"])
    const found: Array<string> = []
    for (const [page, { prose, fences }] of pages) {
      const text = [prose, ...fences.map(({ code }) => code)].join("\n")
      for (const [name] of text.matchAll(names)) {
        if (!known.has(name.replace(/_(?:bucket|sum|count)$/, ""))) found.push(`${page}: ${name}`)
      }
    }
    assert.deepStrictEqual(found, [])
  })
})

describe("links", () => {
  const isLocal = ({ target }: Markdown.Link): boolean => !/^[a-z]+:/.test(target)

  /** The file and the heading that a link means, from the workspace's root. */
  const targetOf = (page: string, { target }: Markdown.Link): readonly [file: string, anchor: string] => {
    const [path = "", anchor = ""] = target.split("#", 2)
    return [path === "" ? page : posix.join(posix.dirname(page), path), decodeURIComponent(anchor)]
  }

  it("lead to files and headings that there are", () => {
    const found: Array<string> = []
    for (const [page, { links }] of pages) {
      for (const link of links.filter(isLocal)) {
        const [file, anchor] = targetOf(page, link)
        if (file.startsWith("..") || !existsSync(join(root, file)))
          found.push(`${page}:${link.line} ${link.target}`)
        else if (anchor !== "" && !pages.get(file)?.headings.some((heading) => heading.anchor === anchor)) {
          found.push(`${page}:${link.line} ${link.target}: no such heading`)
        }
      }
    }
    assert.deepStrictEqual(found, [])
  })

  it("lead from the README to every page", () => {
    const reached = new Set<string>()
    const visit = (page: string): void => {
      if (reached.has(page)) return
      reached.add(page)
      for (const link of pages.get(page)?.links.filter(isLocal) ?? []) {
        const [file] = targetOf(page, link)
        const isFolder = existsSync(join(root, file)) && statSync(join(root, file)).isDirectory()
        visit(isFolder ? posix.join(file, "README.md") : file)
      }
    }
    visit("README.md")
    assert.deepStrictEqual(
      [...pages.keys()].filter((page) => !reached.has(page)),
      []
    )
  })

  it("to test files, in code, lead to tests that there are", () => {
    const found: Array<string> = []
    for (const [page, { spans }] of pages) {
      for (const { code, line } of spans) {
        if (!/^[\w./-]+\.test\.ts$/.test(code)) continue
        const file = code.startsWith("test/") || code.startsWith("packages/") ? code : `packages/${code}`
        if (!existsSync(join(root, file))) found.push(`${page}:${line} ${code}`)
      }
    }
    assert.deepStrictEqual(found, [])
  })
})

describe("both languages", () => {
  const twins = [...pages.keys()].filter((page) => !isChinese(page) && pages.has(chineseOf(page)))

  it("have all pages of docs and the README, linked to each other at their tops", () => {
    assert.deepStrictEqual(
      [...pages.keys()].filter(
        (page) =>
          /^(?:docs\/|README)/.test(page) && !pages.has(isChinese(page) ? englishOf(page) : chineseOf(page))
      ),
      []
    )
    for (const page of twins) {
      const twin = chineseOf(page)
      assert.strictEqual(pageOf(page).links[0]?.target, posix.basename(twin), page)
      assert.strictEqual(pageOf(twin).links[0]?.target, posix.basename(page), twin)
    }
  })

  it.each(twins)("%s: the same headings, level by level", (page) => {
    const levels = (name: string) => pageOf(name).headings.map(({ level }) => level)
    assert.deepStrictEqual(levels(chineseOf(page)), levels(page))
  })

  it.each(twins)("%s: the same blocks of code, but for their comments", (page) => {
    const code = (name: string) =>
      pageOf(name).fences.map((fence) => [
        fence.language,
        Markdown.withoutComments(fence.language, fence.code)
      ])
    assert.deepStrictEqual(code(chineseOf(page)), code(page))
  })

  it.each(twins)("%s: the same links", (page) => {
    /** The target by its English page; an anchor by its heading's place, since its words differ. */
    const links = (name: string) =>
      pageOf(name)
        .links.slice(1)
        .map(({ target }) => {
          const [path = "", anchor] = target.split("#", 2)
          const english = englishOf(path)
          if (anchor === undefined) return english
          const file = path === "" ? name : posix.join(posix.dirname(name), path)
          return `${english}#${pages.get(file)?.headings.findIndex((heading) => heading.anchor === decodeURIComponent(anchor))}`
        })
        .sort()
    assert.deepStrictEqual(links(chineseOf(page)), links(page))
  })

  it.each(twins)("%s: as many rows in its tables, with as many cells", (page) => {
    const cells = (name: string) => pageOf(name).rows.map((row) => row.length)
    assert.deepStrictEqual(cells(chineseOf(page)), cells(page))
  })
})
