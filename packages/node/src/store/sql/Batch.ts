/**
 * Many rows as something to select from, in a statement whose text is the same for batches of many sizes
 * and so stays prepared. Postgres takes one JSON text apart. SQLite is twice as fast with a parameter for
 * each value; there the rows are filled up with empty ones to one of a few sizes.
 */
import type { SqlClient } from "effect/sql/SqlClient"
import * as Statement from "effect/sql/Statement"

/** Columns with their types; whole numbers that JavaScript can't hold go as text. */
export type Columns = Readonly<Record<string, "TEXT" | "INTEGER" | "BIGINT">>

/** A row for the columns `C`; `undefined` and `null` are NULL. */
export type Row<C extends Columns> = {
  readonly [name in keyof C]: string | number | null | undefined
}

type Values = ReadonlyArray<string | number | null>

/** Values in the columns' order. */
const valuesOf = (names: ReadonlyArray<string>, row: Row<Columns>): Values =>
  names.map((name) => row[name] ?? null)

const json = (columns: Columns, rows: ReadonlyArray<Values>): Statement.Fragment => {
  const read = Object.entries(columns).map(
    ([name, type], index) => `(value ->> ${index})::${type} AS ${name}`
  )
  return Statement.fragment([
    Statement.literal(`(SELECT ${read.join(", ")} FROM jsonb_array_elements(`),
    Statement.parameter(JSON.stringify(rows)),
    Statement.literal("::jsonb)) AS v")
  ])
}

/** The next power of four: 1, 4, 16, 64, 256 … */
const sizeFor = (count: number): number => 4 ** Math.ceil(Math.log2(count) / 2)

/** The text for a size; the first column is never NULL in a row that counts. */
const makeText = (names: ReadonlyArray<string>, size: number): string => {
  const read = names.map((name, index) => `column${index + 1} AS ${name}`)
  const row = `(${names.map(() => "?").join(", ")})`
  return `(SELECT ${read.join(", ")} FROM (VALUES ${Array(size).fill(row).join(", ")}) WHERE column1 IS NOT NULL) AS v`
}
const texts = new WeakMap<Columns, Map<number, string>>()

const parameters = (columns: Columns, rows: ReadonlyArray<Values>): Statement.Fragment => {
  const names = Object.keys(columns)
  const size = sizeFor(rows.length)
  const known = texts.get(columns) ?? new Map<number, string>()
  const text = known.get(size) ?? makeText(names, size)
  texts.set(columns, known.set(size, text))
  const padding: Array<null> = Array((size - rows.length) * names.length).fill(null)
  return Statement.fragment([Statement.literal(text, [...rows.flat(), ...padding])])
}

/**
 * A table `v` with a column for each of `columns`, of which the first is never NULL, to be selected from.
 * There must be a row.
 */
export const from = <C extends Columns>(
  sql: SqlClient,
  columns: C,
  rows: ReadonlyArray<Row<C>>
): Statement.Fragment => {
  const names = Object.keys(columns)
  const values = rows.map((row) => valuesOf(names, row))
  return sql.onDialectOrElse({ pg: () => json(columns, values), orElse: () => parameters(columns, values) })
}

/** The columns' names, for an INSERT. */
export const names = (columns: Columns): string => Object.keys(columns).join(", ")
