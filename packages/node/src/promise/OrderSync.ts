/** What apps without Effect are given. */
import type { PlainHistoryEntry } from "./PlainHistoryEntry.ts"
import type { PlainInspectOptions } from "./PlainOptions.ts"
import type { PlainOrder, PlainTrackOptions, WaitOptions } from "./PlainOrder.ts"
import type { PlainListRequest, PlainPage, PlainState, PlainTransition } from "./PlainState.ts"
import type { PlainVerdict } from "./PlainVerdict.ts"

/** The live inspector of a running service. */
export interface RunningInspection extends AsyncDisposable {
  readonly url: string
  /** Stops serving; the service goes on. */
  readonly close: () => Promise<void>
}

/**
 * Follows the orders of one merchant. Every rejection is a `UmfError`: its `code` says what happened, its
 * `retryable` whether the same call may do better later. An aborted signal rejects with its own reason.
 */
export interface OrderSync extends AsyncDisposable {
  /**
   * One query. Rejects with `UmfQueryError` where no answer came that can be believed, with `UmfInputError`
   * where a field can't be used.
   */
  readonly query: (order: PlainOrder, options?: WaitOptions) => Promise<PlainVerdict>
  /**
   * Hands an order over and waits until it is settled or a person is needed. The same order again is the same
   * order. An aborted signal ends the waiting, not the following. Rejects with `UmfOrderConflictError`,
   * `UmfInputError` or `UmfStoreError`.
   */
  readonly track: (order: PlainOrder, options?: PlainTrackOptions & WaitOptions) => Promise<PlainState>
  /**
   * Waits until an order that was handed over before, by whichever process, is settled or a person is needed;
   * at once, if it is. An aborted signal ends the waiting, not the following. Rejects with
   * `UmfOrderUnknownError` where no such order was handed over, with `UmfClosedError` at the close, and with
   * `UmfStoreError` where a store is away, after which it can be waited for again.
   */
  readonly waitFor: (orderId: string, options?: WaitOptions) => Promise<PlainState>
  /**
   * Stores an order and returns: with a store on disk it is followed to its end through crashes and restarts,
   * and told by a notice. The same order again is the same order. Rejects with `UmfOrderConflictError`,
   * `UmfInputError` or `UmfStoreError`.
   */
  readonly handOver: (order: PlainOrder, options?: PlainTrackOptions) => Promise<PlainState>
  /** Where an order is; `undefined` where it was never handed over. */
  readonly get: (orderId: string) => Promise<PlainState | undefined>
  /** Orders of this merchant, newest first; of some states or tags ("polling", "settled", "attention") only. */
  readonly list: (request?: PlainListRequest) => Promise<PlainPage>
  /** What happened to an order, oldest first; empty for an order that was never handed over. */
  readonly history: (orderId: string) => Promise<ReadonlyArray<PlainHistoryEntry>>
  /**
   * The order's machine as it is now, as a JSON text: `OrderSnapshot.decode` of `@umf-order-sync/machine` reads
   * it, for a page that renders the machine or an actor that goes on from it. `undefined` where the order was
   * never handed over. It holds all that is known of the order: a browser gets what its server leaves of it.
   */
  readonly snapshot: (orderId: string) => Promise<string | undefined>
  /** There may be news: ask now. Concludes nothing. */
  readonly hint: (orderId: string) => Promise<void>
  /** A refund was asked of the platform: follow it. */
  readonly refundRequested: (orderId: string) => Promise<void>
  /** A void was asked of the platform: follow it. */
  readonly voidRequested: (orderId: string) => Promise<void>
  /** Ask an unresolved or rejected order again, with its limits counted anew. */
  readonly resume: (orderId: string) => Promise<void>
  /** Ask all of them again; gives how many. */
  readonly resumeAll: () => Promise<number>
  /**
   * Hands an order over and gives its transitions until it is at rest; empty for an order at rest. Leaving the
   * loop ends the watching, and frees what it took, not the following. Throws what `track` rejects with,
   * `UmfClosedError` at the close included: the order is then not at rest.
   */
  readonly transitions: (
    order: PlainOrder,
    options?: PlainTrackOptions & WaitOptions
  ) => AsyncIterable<PlainTransition>
  /**
   * The transitions that this process makes, of all orders, from the loop's beginning on; those after an
   * order's end (late payments) included. Ends with the close. A loop that falls more than 4,096 behind loses
   * the oldest: what must not be missed is told by `onNotice`.
   */
  readonly allTransitions: (options?: WaitOptions) => AsyncIterable<PlainTransition>
  /**
   * Calls a function for each order that comes to a result in this process, from now on, late payments
   * included; gives a function that ends this. What it throws, or rejects with, is logged and disturbs nothing;
   * it is not waited for, and not called again. What must not be missed is told by `onNotice`, which
   * survives restarts and tries again.
   */
  readonly onSettled: (listener: (transition: PlainTransition) => unknown) => () => void
  /**
   * Serves the live inspector of this service on 127.0.0.1 until it or the service is closed. `url` is for a
   * browser on this machine, and for those who may look: it holds the page's token. Rejects with
   * `UmfConfigError` where it can't be served.
   */
  readonly inspect: (options?: PlainInspectOptions) => Promise<RunningInspection>
  /**
   * Ends everything: sockets, timers, waiting calls, which reject with `UmfClosedError`. Orders in a store on
   * disk are kept, and followed on by the next process. A second call waits for the first.
   */
  readonly close: () => Promise<void>
}
