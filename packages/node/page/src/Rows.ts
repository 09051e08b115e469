/**
 * The loaded part of the list: rows newest first, without gaps, as far as it was loaded. Pure: what was
 * loaded and what changed goes in, a new list comes out.
 */
import type { OrderPage, OrderRow } from "./Protocol.ts"

/** Where a page began: the cursor that gives it, and the creation of its first row. */
interface Mark {
  readonly cursor: string | undefined
  readonly createdAt: number
}

export interface Rows {
  readonly rows: ReadonlyArray<OrderRow>
  readonly marks: ReadonlyArray<Mark>
  /** Gives what comes after the last row; absent where nothing does. */
  readonly next: string | undefined
}

/** What is asked of the list: whether a row belongs, whether a new one may, and which row stays in any case. */
export interface Wanted {
  readonly matches: (row: OrderRow) => boolean
  /** Of a row that was not in the list it may be unknown whether it belongs. */
  readonly mayEnter: (row: OrderRow) => boolean
  readonly chosen: string | undefined
}

export const empty: Rows = { rows: [], marks: [], next: undefined }

/** A list that is longer may be trimmed: what is cut off is loaded again when somebody gets there. */
export const MOST = 20_000

/** Where a row created then belongs: before all that are as old, or older. */
const placeOf = (rows: ReadonlyArray<OrderRow>, createdAt: number): number => {
  let [low, high] = [0, rows.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((rows[middle]?.createdAt ?? 0) > createdAt) low = middle + 1
    else high = middle
  }
  return low
}

/** With the next page at its end; `cursor` gave that page. */
export const appended = ({ rows, marks }: Rows, page: OrderPage, cursor: string | undefined): Rows => {
  const had = new Set(rows.map(({ id }) => id))
  const added = page.orders.filter(({ id }) => !had.has(id))
  const createdAt = page.orders[0]?.createdAt ?? 0
  return { rows: [...rows, ...added], marks: [...marks, { cursor, createdAt }], next: page.next }
}

/** With rows as they are now: changed in place, entered, or gone because they don't belong any more. */
export const changed = (list: Rows, news: ReadonlyArray<OrderRow>, wanted: Wanted): Rows => {
  const fresh = new Map(news.map((row) => [row.id, row]))
  const rows: Array<OrderRow> = []
  for (const row of list.rows) {
    const now = fresh.get(row.id)
    fresh.delete(row.id)
    // What is told late is not what is true now.
    if (now === undefined || now.updatedAt < row.updatedAt) rows.push(row)
    else if (wanted.matches(now) || now.id === wanted.chosen) rows.push(now)
  }
  for (const row of fresh.values()) {
    if (!wanted.matches(row) || !wanted.mayEnter(row)) continue
    const place = placeOf(rows, row.createdAt)
    // What is older than all that was loaded is on a page that was not.
    if (place < rows.length || list.next === undefined) rows.splice(place, 0, row)
  }
  return { ...list, rows }
}

/** Without the end of a list that has grown too long. It ends where a page began, so that it can go on. */
export const trimmed = (list: Rows): Rows => {
  for (let index = list.marks.length - 1; index > 0; index--) {
    const mark = list.marks[index]
    if (mark?.cursor === undefined) continue
    const end = placeOf(list.rows, mark.createdAt)
    if (end > 0 && end <= MOST) {
      return { rows: list.rows.slice(0, end), marks: list.marks.slice(0, index), next: mark.cursor }
    }
  }
  return list
}

/** The cursor of the page that the row at this place came with. */
export const cursorAt = ({ rows, marks }: Rows, index: number): string | undefined => {
  const createdAt = rows[index]?.createdAt ?? Number.POSITIVE_INFINITY
  return marks.findLast((mark) => mark.createdAt >= createdAt)?.cursor
}

/** Whether any of a page's rows is in the list; that of an empty page counts as known. */
export const knowsAny = ({ rows }: Rows, page: OrderPage): boolean => {
  const known = new Set(rows.map(({ id }) => id))
  return page.orders.length === 0 || page.orders.some(({ id }) => known.has(id))
}

/** With a page that was read again: what it tells is true now, and what it leaves out is gone. */
export const reread = (list: Rows, page: OrderPage, cursor: string | undefined, wanted: Wanted): Rows => {
  const told = new Set(page.orders.map(({ id }) => id))
  const newest = page.orders[0]?.createdAt ?? (cursor === undefined ? Number.POSITIVE_INFINITY : 0)
  const oldest = page.next === undefined ? Number.NEGATIVE_INFINITY : (page.orders.at(-1)?.createdAt ?? 0)
  const rows = list.rows.filter(
    // At the very ends of the page, rows of the same instant may be on the page before or after.
    ({ id, createdAt }) => told.has(id) || id === wanted.chosen || createdAt >= newest || createdAt <= oldest
  )
  return changed({ ...list, rows }, page.orders, { ...wanted, mayEnter: () => true })
}
