/**
 * What a package's users see of its types: for each door what it exports, then every declaration that can be
 * reached from there, file by file, as the build emits it, without comments. A name keeps the file that gives
 * it its meaning, and a change shows where it was made and nowhere else.
 */
import { readFileSync } from "node:fs"
import { relative, sep } from "node:path"
import { fileURLToPath } from "node:url"
import * as Declarations from "./Declarations.ts"

export const packages = ["core", "machine", "node"] as const
export type Package = (typeof packages)[number]

const pathOf = (name: Package, path: string): string =>
  fileURLToPath(new URL(`../../packages/${name}/${path}`, import.meta.url))

/** Where the report that is in the repository stands. */
export const kept = (name: Package): string => pathOf(name, "api/declarations.md")

type Visit = (name: string, rest: ReadonlyArray<string>) => void

/** A dotted name, such as `Verdict.Paid`, as its parts. */
const parts = (node: Declarations.Node): ReadonlyArray<string> =>
  node.type === "TSQualifiedName" && Declarations.isNode(node.left)
    ? [...parts(node.left), Declarations.nameOf(node.right)]
    : node.type === "MemberExpression" && Declarations.isNode(node.object)
      ? [...parts(node.object), Declarations.nameOf(node.property)]
      : [Declarations.nameOf(node)]

/** Calls `visit` with every name that is used below a node, but for names of properties. */
const walk = (node: Declarations.Node, visit: Visit, other: (node: Declarations.Node) => void): void => {
  if (node.type === "Identifier" || node.type === "TSQualifiedName" || node.type === "MemberExpression") {
    const [name = "", ...rest] = parts(node)
    visit(name, rest)
    if (node.type === "Identifier") {
      for (const below of Declarations.nodesIn(node.typeAnnotation)) walk(below, visit, other)
    }
    return
  }
  if (node.type === "TSImportType") other(node)
  for (const [field, value] of Object.entries(node)) {
    if (field === "key" && node.computed !== true) continue
    for (const below of Declarations.nodesIn(value)) walk(below, visit, other)
  }
}

/** Everything that can be reached from the doors: by file, the names of what is declared there. */
class Reached {
  readonly files = new Map<string, Declarations.Declarations>()
  readonly names = new Map<string, Set<string>>()
  readonly imports = new Map<string, Set<string>>()

  fileOf(path: string): Declarations.Declarations | undefined {
    // Another package's: its name is shown in an import, and its own report shows the rest.
    if (!path.endsWith(".d.ts")) return undefined
    const known = this.files.get(path) ?? Declarations.read(path)
    this.files.set(path, known)
    return known
  }

  /** All names that a file exports, its own and those of others that it passes on. */
  exportsOf(path: string): ReadonlyMap<string, Declarations.Place> {
    const file = this.fileOf(path)
    const all = new Map<string, Declarations.Place>()
    for (const from of file?.passedOn ?? []) {
      for (const [name, place] of this.exportsOf(from)) all.set(name, place)
    }
    for (const [name, what] of file?.exported ?? []) {
      const imported = typeof what === "string" ? file?.imported.get(what) : undefined
      all.set(name, this.origin(imported ?? (typeof what === "string" ? { from: path, name: what } : what)))
    }
    return all
  }

  /** Where what is exported at a place is declared. */
  origin(place: Declarations.Place): Declarations.Place {
    if (place.name === "*") return place
    if (this.fileOf(place.from)?.declared.has(place.name) === true) return place
    return this.exportsOf(place.from).get(place.name) ?? place
  }

  /** Takes in what an exported name means, with all that its declaration speaks of. */
  add(place: Declarations.Place, rest: ReadonlyArray<string> = []): void {
    const file = this.fileOf(place.from)
    if (file === undefined) return
    if (place.name === "*") {
      const all = this.exportsOf(place.from)
      const [first, ...more] = rest
      if (first === undefined) for (const each of all.values()) this.add(each)
      else this.add(all.get(first) ?? this.missing(place.from, first), more)
      return
    }
    const { from, name } = this.origin(place)
    if (from !== place.from) this.add({ from, name }, rest)
    else if (file.declared.has(name)) this.include(file, name)
    else this.missing(from, name)
  }

  private missing(path: string, name: string): never {
    throw new Error(`${path} doesn't export ${name}; is the build up to date?`)
  }

  private include(file: Declarations.Declarations, name: string): void {
    const names = this.names.get(file.file) ?? new Set()
    this.names.set(file.file, names)
    if (names.has(name)) return
    names.add(name)
    for (const statement of file.declared.get(name) ?? []) {
      walk(
        statement,
        (used, rest) => this.use(file, used, rest),
        (node) => {
          const argument = node.source ?? node.argument
          const specifier = Declarations.nameOf(
            Declarations.isNode(argument) ? (argument.literal ?? argument) : argument
          )
          const rest = Declarations.isNode(node.qualifier) ? parts(node.qualifier) : []
          this.add({ from: Declarations.resolve(file.file, specifier), name: "*" }, rest)
        }
      )
    }
  }

  private use(file: Declarations.Declarations, name: string, rest: ReadonlyArray<string>): void {
    if (file.declared.has(name)) this.include(file, name)
    const imported = file.imported.get(name)
    if (imported === undefined) return
    const lines = this.imports.get(file.file) ?? new Set()
    this.imports.set(file.file, lines.add(imported.text))
    this.add(imported, rest)
  }
}

interface Manifest {
  readonly name: string
  readonly exports: { readonly [door: string]: string | null }
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** The report of a package, from what the build has left in its `dist`. */
export const report = (name: Package): string => {
  const manifest: Manifest = JSON.parse(readFileSync(pathOf(name, "package.json"), "utf8"))
  const dist = pathOf(name, "dist")
  const titleOf = (file: string) =>
    relative(dist, file)
      .split(sep)
      .join("/")
      .replace(/\.d\.ts$/, "")
  const reached = new Reached()
  const doors = Object.entries(manifest.exports).flatMap(([door, target]) => {
    if (target === null || !target.endsWith(".js")) return []
    const all = reached.exportsOf(pathOf(name, target.replace(/\.js$/, ".d.ts")))
    for (const place of all.values()) reached.add(place)
    const lines = [...all].map(([exported, place]) => {
      const from = place.from.endsWith(".d.ts") ? titleOf(place.from) : place.from
      return `${exported}: ${from}${place.name === "*" ? "" : `.${place.name}`}`
    })
    return [`## ${manifest.name}${door.slice(1)}\n\n\`\`\`text\n${lines.sort(byText).join("\n")}\n\`\`\`\n`]
  })
  const files = [...reached.names].map(([path, names]) => {
    const file = reached.files.get(path)
    const statements = new Set([...names].flatMap((one) => file?.declared.get(one) ?? []))
    const inOrder = [...statements].sort((a, b) => a.start - b.start).map((one) => file?.text(one))
    const imports = [...(reached.imports.get(path) ?? [])].sort(byText)
    const code = [...imports, ...inOrder].join("\n")
    return `### ${titleOf(path)}\n\n\`\`\`ts\n${code}\n\`\`\`\n`
  })
  return [
    `# What ${manifest.name} shows\n`,
    "Written by `npm run api` from the declarations that the build emits; never by hand. The test fails where this and the build differ. First what each door opens, then every declaration that can be reached from one, by its file.\n",
    ...doors,
    "## Declarations\n",
    ...files.sort(byText)
  ].join("\n")
}

const sections = (text: string): ReadonlyMap<string, ReadonlyArray<string>> =>
  new Map(
    text
      .split(/^(?=#{1,3} )/m)
      .map((section) => section.trimEnd().split("\n"))
      .map(([title = "", ...lines]) => [title, lines])
  )

/** How two reports differ, section by section, as lines with `-` and `+`; no lines where they are equal. */
export const difference = (before: string, after: string): ReadonlyArray<string> => {
  const [old, made] = [sections(before), sections(after)]
  return [...new Set([...old.keys(), ...made.keys()])].flatMap((title) => {
    const [was = [], is = []] = [old.get(title), made.get(title)]
    let first = 0
    while (first < Math.min(was.length, is.length) && was[first] === is[first]) first++
    let last = 0
    while (last < Math.min(was.length, is.length) - first && was.at(-1 - last) === is.at(-1 - last)) last++
    const removed = was.slice(first, was.length - last).map((line) => `- ${line}`)
    const added = is.slice(first, is.length - last).map((line) => `+ ${line}`)
    return removed.length + added.length === 0 ? [] : [title, ...removed, ...added]
  })
}
