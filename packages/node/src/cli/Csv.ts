/** CSV as RFC 4180 has it: quoted cells, lines that end with CR LF when written, with either when read. */

const quoted = (cell: string): string =>
  /[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell

/** What a spreadsheet takes for a formula when a cell begins with it. */
const FORMULA = /^[=+\-@\t\r]/

/** A cell that no spreadsheet takes for a formula: the text behind an apostrophe, where it would. */
export const harmless = (cell: string): string => (FORMULA.test(cell) ? `'${cell}` : cell)

/** One line, with its end. An absent cell is empty. */
export const line = (cells: ReadonlyArray<string | undefined>): string =>
  `${cells.map((cell) => quoted(cell ?? "")).join(",")}\r\n`

/** A row, and the line that it begins on, from 1. */
export interface Row {
  readonly line: number
  readonly cells: ReadonlyArray<string>
}

/** The rows of a text; those without any character don't count. A quote that is not closed ends with the text. */
export const parse = (text: string): ReadonlyArray<Row> => {
  const rows: Array<Row> = []
  let cells: Array<string> = []
  let cell = ""
  let isQuoted = false
  let lineNumber = 1
  let began = 1
  const endRow = () => {
    cells.push(cell)
    if (cells.length > 1 || cells[0] !== "") rows.push({ line: began, cells })
    cells = []
    cell = ""
    began = lineNumber + 1
  }
  const source = text.replace(/^\ufeff/, "")
  for (let place = 0; place < source.length; place += 1) {
    const character = source[place]
    if (isQuoted) {
      if (character === '"' && source[place + 1] === '"') {
        cell += '"'
        place += 1
      } else if (character === '"') isQuoted = false
      else cell += character
      if (character === "\n") lineNumber += 1
    } else if (character === '"' && cell === "") isQuoted = true
    else if (character === ",") {
      cells.push(cell)
      cell = ""
    } else if (character === "\n") {
      endRow()
      lineNumber += 1
    } else if (character !== "\r") cell += character
  }
  if (cell !== "" || cells.length > 0) endRow()
  return rows
}
