/** Tables of Markdown with their columns aligned, as formatters leave them. */

const isWide = (character: string): boolean => /[\u2e80-\u9fff\uff00-\uffef]/.test(character)
const widthOf = (text: string): number =>
  [...text].reduce((sum, character) => sum + (isWide(character) ? 2 : 1), 0)

/** A table, without a line break at its end; the first row is its head. */
export const from = (rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const [head = [], ...others] = rows
  const widths = head.map((_, column) => Math.max(3, ...rows.map((cells) => widthOf(cells[column] ?? ""))))
  const line = (cells: ReadonlyArray<string>) =>
    `| ${cells.map((cell, column) => cell + " ".repeat((widths[column] ?? 0) - widthOf(cell))).join(" | ")} |`
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...others.map(line)].join("\n")
}
