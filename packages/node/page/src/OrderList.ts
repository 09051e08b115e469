/**
 * The list as it is looked at: which orders are wanted, what is loaded of them, and how it stays true while
 * orders change. Of orders that change faster than they are told, it reads again what is in view.
 */

import type { Client, Query } from "./Client.ts"
import { isForgotten, isGivenUp } from "./ClientError.ts"
import type { OrderPage, OrderRow } from "./Protocol.ts"
import * as Rows from "./Rows.ts"

/** What the list shows, and whether it is being read. */
export interface Shown {
  readonly rows: ReadonlyArray<OrderRow>
  readonly hasMore: boolean
  readonly query: Query
  /** `first`: nothing of this query has come yet. `more`: the next page is on its way. */
  readonly loading: "first" | "more" | undefined
  readonly failure: unknown
}

export interface OrderList {
  readonly shown: () => Shown
  /** Shows other orders: what was loaded stays on view until they come. */
  readonly want: (query: Query) => void
  /** Reads the first page again, after a failure. */
  readonly reload: () => void
  /** Reads the next page, unless there is none or it is on its way. */
  readonly more: () => void
  /** Orders changed; `count` says how many in all, also those that were not told. */
  readonly changed: (orders: ReadonlyArray<OrderRow>, count: number) => void
  /** What is loaded may be old: reads again what is in view. */
  readonly doubt: () => void
}

export interface Surroundings {
  /** Something to draw. */
  readonly drawn: () => void
  /** A request failed; the list shows its failures itself. */
  readonly failed: (error: unknown) => void
  /** Orders of another query have come; so many on the first page. */
  readonly arrived: (count: number) => void
  readonly chosen: () => string | undefined
  /** Which row is the first in view. */
  readonly firstInView: () => number
  /** Whether order numbers are whole, so that they can be searched here. */
  readonly isWhole: boolean
}

/** So many changes are told later; where there were more, some never are. */
const TOLD_LATER = 1000
/** What is in view is read again at most so often, in ms. */
const REREAD_EVERY = 2000

/** A list that asks this client. Nothing is loaded before `want`. */
export const make = (client: Client, around: Surroundings): OrderList => {
  let query: Query = { state: undefined, search: "" }
  let list: Rows.Rows = Rows.empty
  let loading: Shown["loading"]
  let failure: unknown
  let reading = new AbortController()
  let rereading: ReturnType<typeof setTimeout> | undefined
  let lastReread = 0
  /** What changed while the first page was on its way, which may not know of it. */
  const meanwhile = new Map<string, OrderRow>()

  const wanted = (): Rows.Wanted => ({
    matches: ({ state, tag }) => query.state === undefined || query.state === state || query.state === tag,
    mayEnter: ({ order }) => query.search === "" || (around.isWhole && order.includes(query.search)),
    chosen: around.chosen()
  })

  /** Reads a page. What a reading "again" finds out is worth nothing to a list that is being read anew. */
  const read = async (
    as: "first" | "more" | "again",
    cursor: string | undefined,
    arrived: (page: OrderPage) => void
  ): Promise<void> => {
    const { signal } = reading
    try {
      const page = await client.orders(query, cursor, signal)
      if (signal.aborted) return
      if (as !== "again") failure = undefined
      arrived(page)
    } catch (error) {
      if (signal.aborted || isGivenUp(error)) return
      if (as === "more" && isForgotten(error)) return first()
      if (as !== "again") failure = error
      around.failed(error)
    }
    if (as !== "again") loading = undefined
    around.drawn()
  }

  const first = (): void => {
    reading.abort()
    reading = new AbortController()
    clearTimeout(rereading)
    rereading = undefined
    loading = "first"
    around.drawn()
    const isOther = list.marks.length > 0
    void read("first", undefined, (page) => {
      if (isOther) around.arrived(page.orders.length)
      list = Rows.changed(Rows.appended(Rows.empty, page, undefined), [...meanwhile.values()], wanted())
      meanwhile.clear()
    })
  }

  const reread = (): void => {
    rereading = undefined
    lastReread = Date.now()
    if (loading === "first") return
    if (list.marks.length === 0) {
      first()
      return
    }
    const cursor = Rows.cursorAt(list, around.firstInView())
    void read("again", cursor, (page) => {
      // Not one that was known: the inspector was started anew and knows the same orders by other ids.
      if (list.rows.length > 0 && !Rows.knowsAny(list, page)) first()
      list = Rows.reread(list, page, cursor, wanted())
    })
  }

  const doubt = (): void => {
    rereading ??= setTimeout(reread, Math.max(0, lastReread + REREAD_EVERY - Date.now()))
  }

  return {
    shown: () => ({ rows: list.rows, hasMore: list.next !== undefined, query, loading, failure }),
    want: (next) => {
      query = next
      first()
    },
    reload: first,
    more: () => {
      const cursor = list.next
      if (cursor === undefined || loading !== undefined) return
      loading = "more"
      around.drawn()
      void read("more", cursor, (page) => {
        list = Rows.appended(list, page, cursor)
      })
    },
    changed: (orders, count) => {
      list = Rows.changed(list, orders, wanted())
      if (loading === "first") for (const row of orders) meanwhile.set(row.id, row)
      // Its end can go while its beginning is looked at. Where new orders alone made it so long, it has
      // no other page to end with, and begins anew.
      if (list.rows.length > Rows.MOST && loading === undefined && around.firstInView() < Rows.MOST / 2) {
        list = Rows.trimmed(list)
        if (list.rows.length > Rows.MOST) first()
      }
      // Whether an order with a masked number belongs here is for the inspector to say.
      if (count > TOLD_LATER || (query.search !== "" && !around.isWhole)) doubt()
      around.drawn()
    },
    doubt
  }
}
