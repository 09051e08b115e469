/** Finds, among the newest orders, those that changed without anybody's report: by another process, say. */
import type { OrderRow } from "./Protocol.ts"

/** A page may have read its list so many ms before it began to look. */
const OVERLAP = 10_000

export interface Newest {
  /** The rows that are newer than what was seen; the first time, those that changed shortly before `now`. */
  readonly news: (rows: ReadonlyArray<OrderRow>, now: number) => ReadonlyArray<OrderRow>
  /** Rows that were shown otherwise, and are no news any more. */
  readonly shown: (rows: ReadonlyArray<OrderRow>) => void
}

export const make = (): Newest => {
  let seen: Map<string, number> | undefined
  return {
    news: (rows, now) => {
      const before = seen
      const unseen = before === undefined ? now - OVERLAP : Number.NEGATIVE_INFINITY
      // A query that is under way was reported later than anything that is stored.
      seen = new Map(rows.map(({ id, updatedAt }) => [id, Math.max(before?.get(id) ?? 0, updatedAt)]))
      return rows.filter(({ id, updatedAt }) => updatedAt > (before?.get(id) ?? unseen))
    },
    shown: (rows) => {
      for (const { id, updatedAt } of rows) seen?.set(id, updatedAt)
    }
  }
}
