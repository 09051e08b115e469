/**
 * What the inspector's page and its server say to each other: the list of what may leave the process.
 * Whatever is not here doesn't. Plain types without imports, shared with the page.
 *
 * All of /api wants `authorization: Bearer TOKEN`. Times are ms since the epoch, amounts fen as digits.
 *
 *   GET  /api/session                          Session
 *   GET  /api/orders?state=&search=&cursor=    OrderPage; `state` is a state or a tag, and may be repeated
 *   GET  /api/orders/ID                        OrderDetails; 404 where it is not known
 *   POST /api/orders/ID/hint, /resume          OrderDetails; 403 where the page may not act
 *   GET  /api/live?order=ID                    a stream of `LiveMessage`, one JSON text a line; `order` is optional
 *
 * Errors are `{ "error": string }` with a fitting status.
 */

export type Language = "en" | "zh"
export type Words = Readonly<Record<Language, string>>
export type Tag = "polling" | "settled" | "attention"
/** What the page may ask of an order. Marking it as paid is not among it. */
export type Act = "hint" | "resume"

/** What a state of the result is, and what to do about it. */
export interface StateInfo {
  readonly state: string
  readonly tag: Tag
  readonly meaning: Words
  readonly todo: Words
}

export interface Session {
  /** What is looked at: a running service, a store at rest, a service behind its API, or actors of an app. */
  readonly source: "service" | "store" | "api" | "actors"
  /** Its name for people, such as the store's file name. */
  readonly name: string
  /** Whether order numbers are shown in full. */
  readonly orderNumbers: "masked" | "shown"
  readonly acts: ReadonlyArray<Act>
  readonly states: ReadonlyArray<StateInfo>
  readonly version: string
}

/** An order in the list. */
export interface OrderRow {
  /** Stands for the order while this inspector runs; tells nothing of its number. */
  readonly id: string
  /** The merchant's order number, masked unless it is shown on purpose. */
  readonly order: string
  readonly state: string
  readonly tag: Tag
  /** A query is under way, waited for, or not planned. */
  readonly asking: "querying" | "waiting" | "idle"
  readonly amount?: string
  /** When it was stored; of an order that is known from its machine alone, when its asking began. */
  readonly createdAt: number
  readonly updatedAt: number
  readonly nextQueryAt?: number
  readonly paid: boolean
  readonly late?: string
  readonly reason?: string
}

/** Something that happened to an order. `cause` is few words in English, made of the machine's event alone. */
export type HistoryItem =
  | {
      readonly kind: "moved"
      readonly at: number
      readonly from: string
      readonly to: string
      readonly cause: string
      readonly verdict?: string
      readonly retCode?: string
      readonly transState?: string
      readonly amount?: string
    }
  | {
      readonly kind: "faults"
      readonly at: number
      readonly fault: string
      readonly count: number
      readonly first: number
      readonly last: number
      /** The run has not ended yet. */
      readonly goesOn?: true
    }
  | { readonly kind: "noted"; readonly at: number; readonly what: string }
  | { readonly kind: "told"; readonly at: number; readonly fact: string; readonly late?: string }
  | { readonly kind: "personAsked"; readonly at: number; readonly reason: string }

export interface NoticeItem {
  readonly type: string
  readonly at: number
  readonly told: boolean
  readonly attempts: number
}

/** An order with all that may be shown of it. */
export interface OrderDetails extends OrderRow {
  readonly operation: "payment" | "refund" | "void"
  readonly queries: number
  /** Faults in a row. */
  readonly faults: number
  readonly lastAnswer?: {
    readonly at: number
    readonly verdict: string
    readonly retCode: string
    readonly transState?: string
    readonly amount?: string
  }
  /** The edge that was taken last, by states of the result; absent where it never moved. */
  readonly lastMove?: { readonly at: number; readonly from: string; readonly to: string }
  /** Oldest first. */
  readonly history: ReadonlyArray<HistoryItem>
  readonly notices: ReadonlyArray<NoticeItem>
}

/** A page of orders, newest first. */
export interface OrderPage {
  readonly orders: ReadonlyArray<OrderRow>
  /** Gives the next page as `cursor`. */
  readonly next?: string
}

export interface Summary {
  readonly orders: number
  readonly polling: number
  readonly settled: number
  readonly attention: number
  /** Orders by state of the result. */
  readonly states: Readonly<Record<string, number>>
  readonly due: number
  readonly pendingNotices: number
}

/** At most 20 of these a second reach a page, however many transitions there are. */
export type LiveMessage =
  /** First, and then about every second. `serverTime` lets a page with a wrong clock count down rightly. */
  | {
      readonly kind: "summary"
      readonly serverTime: number
      readonly summary: Summary
      /** Transitions a second, over the last seconds; absent where they aren't seen. */
      readonly rate?: number
    }
  /**
   * Orders that changed and were not told yet: the newest of them (at most 50), and how many there are in all.
   * The others follow; where more than 1,000 wait, those that changed longest ago are left out.
   */
  | { readonly kind: "changed"; readonly orders: ReadonlyArray<OrderRow>; readonly count: number }
  /** The chosen order, first and whenever it changed. */
  | { readonly kind: "order"; readonly order: OrderDetails }
  /** The chosen order is not known. */
  | { readonly kind: "gone"; readonly id: string }
  /** The store or the service can't be asked now; the stream goes on. */
  | { readonly kind: "trouble"; readonly message: string }
