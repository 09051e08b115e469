/** A page in Markdown taken apart: what the tests of the documents look at. */

/** A fenced block. */
export interface Fence {
  /** The first word after the fence; "" where there is none. */
  readonly language: string
  readonly code: string
  /** The line of its first line of code, from 1. */
  readonly line: number
}

export interface Heading {
  readonly level: number
  /** As GitHub makes it of the text. */
  readonly anchor: string
  readonly line: number
}

/** A link or a picture. */
export interface Link {
  readonly target: string
  readonly line: number
}

/** Code within a line. */
export interface Span {
  readonly code: string
  readonly line: number
}

export interface Markdown {
  readonly fences: ReadonlyArray<Fence>
  readonly headings: ReadonlyArray<Heading>
  readonly links: ReadonlyArray<Link>
  readonly spans: ReadonlyArray<Span>
  /** Cells of the tables' rows, without the lines between head and body. */
  readonly rows: ReadonlyArray<ReadonlyArray<string>>
  /** The text without fenced code. */
  readonly prose: string
}

/** The anchor that GitHub gives a heading that is the first one of its text. */
export const anchorOf = (heading: string): string =>
  heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, "")
    .replaceAll(" ", "-")

const cellsOf = (line: string): ReadonlyArray<string> =>
  line
    .replace(/^\|/, "")
    .replace(/\|\s*$/, "")
    .split("|")
    .map((cell) => cell.trim())

/** Takes a page apart. Throws for a fence that is not closed. */
export const parse = (text: string): Markdown => {
  const fences: Array<Fence> = []
  const headings: Array<Heading> = []
  const links: Array<Link> = []
  const spans: Array<Span> = []
  const rows: Array<ReadonlyArray<string>> = []
  const prose: Array<string> = []
  const anchors = new Map<string, number>()
  let open: { readonly language: string; readonly line: number; readonly code: Array<string> } | undefined
  for (const [index, line] of text.split("\n").entries()) {
    const fence = /^\s*```(\S*)/.exec(line)
    if (open !== undefined) {
      if (fence === null) open.code.push(line)
      else {
        fences.push({ ...open, code: `${open.code.join("\n")}\n` })
        open = undefined
      }
      continue
    }
    if (fence !== null) {
      open = { language: fence[1] ?? "", line: index + 2, code: [] }
      continue
    }
    prose.push(line)
    const heading = /^(#{1,6}) +(.+?) *$/.exec(line)
    if (heading !== null) {
      const anchor = anchorOf(heading[2] ?? "")
      const before = anchors.get(anchor) ?? 0
      anchors.set(anchor, before + 1)
      headings.push({
        level: heading[1]?.length ?? 0,
        anchor: before === 0 ? anchor : `${anchor}-${before}`,
        line: index + 1
      })
    }
    if (line.startsWith("|") && !/^[|\s:-]+$/.test(line)) rows.push(cellsOf(line))
    for (const [, code = ""] of line.matchAll(/`([^`]+)`/g)) spans.push({ code, line: index + 1 })
    // A link inside of code is none.
    for (const [, target = ""] of line.replaceAll(/`[^`]*`/g, "").matchAll(/\]\(([^)\s]+)\)/g)) {
      links.push({ target, line: index + 1 })
    }
  }
  if (open !== undefined) throw new Error(`The fence of line ${open.line - 1} is not closed.`)
  return { fences, headings, links, spans, rows, prose: prose.join("\n") }
}

/** Code without its comments, of any of the languages; strings with comment signs in them are not meant to be here. */
export const withoutComments = (language: string, code: string): string => {
  const isScript = ["ts", "tsx", "js", "jsx"].includes(language)
  const hash = ["sh", "bash", "python", "yaml"].includes(language)
  const kept = isScript ? code.replaceAll(/(^|\s)\/\*[\s\S]*?\*\//g, "$1") : code
  return kept
    .split("\n")
    .map((line) =>
      isScript ? line.replace(/(^|\s)\/\/ .*$/, "") : hash ? line.replace(/(^|\s)# .*$/, "") : line
    )
    .map((line) => line.trimEnd())
    .filter((line, index, lines) => line !== "" || lines[index - 1] !== "")
    .join("\n")
}
