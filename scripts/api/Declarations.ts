/** A file of declarations (`.d.ts`), read as far as a report of an API needs: what it declares, imports, exports. */
import { readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { parseSync } from "vite"

/** A node of the syntax tree. */
export interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [field: string]: unknown
}

/** Something that another file, or another package, has under a name; all of it under `*`. */
export interface Place {
  /** An absolute path, or what an import of another package says. */
  readonly from: string
  readonly name: string
}

export interface Import extends Place {
  /** The line to show. */
  readonly text: string
}

export interface Declarations {
  readonly file: string
  /** The statements that declare a name: several where it is overloaded, or a type and a value. */
  readonly declared: ReadonlyMap<string, ReadonlyArray<Node>>
  readonly imported: ReadonlyMap<string, Import>
  /** What each exported name is: a name of this file, or a place elsewhere. */
  readonly exported: ReadonlyMap<string, string | Place>
  /** The files of `export * from`. */
  readonly passedOn: ReadonlyArray<string>
  /**
   * A statement as it stands, without comments; the parts of unions in the order of their letters, since the
   * compiler's own order may differ from build to build.
   */
  readonly text: (node: Node) => string
}

export const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string"

export const nodesIn = (value: unknown): ReadonlyArray<Node> =>
  Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : []

/** What stands right below a node, in the order of the text. */
const childrenOf = (node: Node): ReadonlyArray<Node> =>
  Object.values(node)
    .flatMap(nodesIn)
    .sort((a, b) => a.start - b.start)

/** What a name in an import or export says: `a`, or `"a-b"`. */
export const nameOf = (node: unknown): string => {
  if (isNode(node) && typeof node.name === "string") return node.name
  if (isNode(node) && typeof node.value === "string") return node.value
  return ""
}

/** The declarations that an import's specifier leads to; the specifier itself for another package's. */
export const resolve = (file: string, specifier: string): string =>
  specifier.startsWith(".") ? join(dirname(file), specifier).replace(/\.[jt]s$/, ".d.ts") : specifier

/** The names that a statement declares. */
const declares = (statement: Node): ReadonlyArray<string> =>
  statement.type === "VariableDeclaration"
    ? nodesIn(statement.declarations).map(({ id }) => nameOf(id))
    : [nameOf(statement.id)].filter((name) => name !== "")

export const read = (file: string): Declarations => {
  const source = readFileSync(file, "utf8")
  const { comments, errors, program } = parseSync(file, source)
  if (errors.length > 0) throw new Error(`${file} can't be read: ${errors[0]?.message}`)
  const declared = new Map<string, ReadonlyArray<Node>>()
  const imported = new Map<string, Import>()
  const exported = new Map<string, string | Place>()
  const passedOn: Array<string> = []
  const declare = (statement: Node, shown: Node) => {
    const names = declares(statement)
    for (const name of names) declared.set(name, [...(declared.get(name) ?? []), shown])
    return names
  }
  const take = (statement: Node) => {
    const from = isNode(statement.source) ? resolve(file, nameOf(statement.source)) : undefined
    if (statement.type === "ImportDeclaration" && from !== undefined) {
      for (const specifier of nodesIn(statement.specifiers)) {
        const isAll = specifier.type === "ImportNamespaceSpecifier"
        const name = isAll ? "*" : nameOf(specifier.imported) || "default"
        const local = nameOf(specifier.local)
        const as = isAll ? `* as ${local}` : name === local ? `{ ${name} }` : `{ ${name} as ${local} }`
        const text = `import ${as} from ${JSON.stringify(nameOf(statement.source))}`
        imported.set(local, { from, name, text })
      }
    } else if (statement.type === "ExportAllDeclaration" && from !== undefined) {
      if (isNode(statement.exported)) exported.set(nameOf(statement.exported), { from, name: "*" })
      else passedOn.push(from)
    } else if (statement.type === "ExportNamedDeclaration") {
      if (isNode(statement.declaration)) {
        for (const name of declare(statement.declaration, statement)) exported.set(name, name)
      }
      for (const specifier of nodesIn(statement.specifiers)) {
        const local = nameOf(specifier.local)
        exported.set(nameOf(specifier.exported), from === undefined ? local : { from, name: local })
      }
    } else if (statement.type === "ExportDefaultDeclaration") {
      throw new Error(`${file} has a default export, which this report can't show.`)
    } else declare(statement, statement)
  }
  for (const statement of nodesIn(program.body)) take(statement)
  const bare = (start: number, end: number): string => {
    const parts: Array<string> = []
    let at = start
    for (const comment of comments.filter((one) => one.start >= start && one.end <= end)) {
      parts.push(source.slice(at, comment.start))
      at = comment.end
    }
    return [...parts, source.slice(at, end)].join("")
  }
  const print = (node: Node): string => {
    if (node.type === "TSUnionType") return nodesIn(node.types).map(print).sort().join(" | ")
    const parts: Array<string> = []
    let at = node.start
    for (const below of childrenOf(node)) {
      // The name and the value of `{ a }` are one.
      if (below.start < at) continue
      parts.push(bare(at, below.start), print(below))
      at = below.end
    }
    return [...parts, bare(at, node.end)].join("")
  }
  const text = (node: Node): string =>
    print(node)
      .replaceAll(/[ \t]+$/gm, "")
      .replaceAll(/\n{2,}/g, "\n")
  return { file, declared, imported, exported, passedOn, text }
}
