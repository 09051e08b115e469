/**
 * What machines report, brought to those who look. Reporting is never held up and never throws: it marks
 * orders as changed, and each viewer takes the marks when it has time. With nobody looking it does nothing.
 */
import * as Latch from "effect/Latch"
import * as Inspected from "./Inspected.ts"

/** At most so many viewers at once. */
export const MOST_VIEWERS = 16
/** At most so many hints are remembered for a viewer. */
const MOST_HINTS = 50
/** At most so many changed orders are remembered for a viewer that takes none; the newest are kept. */
const MOST_CHANGED = 1_000

/** Changes that were not taken before. */
export interface Changes {
  /** Orders as they were reported last, the one that changed last at the beginning. */
  readonly orders: ReadonlyArray<Inspected.Inspected>
  /** How many orders had changed; those that are not among `orders` can be taken next. */
  readonly count: number
}

/** One viewer's part of the feed. */
export interface Seat {
  /** Open when something is there to be taken, and for good once the feed has ended. */
  readonly news: Latch.Latch
  readonly isEnded: () => boolean
  /** Whether something is there to be taken. */
  readonly hasChanges: () => boolean
  /** Takes at most so many changes, the newest. */
  readonly take: (most: number) => Changes
  /** Takes the chosen order as it was reported last; `undefined` where it was not since the last taking. */
  readonly takeChosen: () => Inspected.Inspected | undefined
  /** When the chosen order was given hints since this viewer looks, the last of them: nobody stores hints. */
  readonly hints: () => ReadonlyArray<number>
  readonly leave: () => void
}

export interface Feed {
  /** An XState inspector. */
  readonly inspect: (event: unknown) => void
  /** Whether somebody looks. */
  readonly isWatched: () => boolean
  /** Steps that were reported while somebody looked; `undefined` where none ever was. */
  readonly steps: () => number | undefined
  /** A seat, with the order that is looked at closely; `undefined` where all are taken, or the feed has ended. */
  readonly sit: (chosen: string | undefined) => Seat | undefined
  /** Sends all viewers away. */
  readonly end: () => void
}

interface Taken extends Seat {
  readonly mark: (inspected: Inspected.Inspected) => void
}

const takeSeat = (
  chosen: string | undefined,
  isEnded: () => boolean,
  leave: (seat: Taken) => void
): Taken => {
  const news = Latch.makeUnsafe()
  const changed = new Map<string, Inspected.Inspected>()
  let forgotten = 0
  let one: Inspected.Inspected | undefined
  let hints: ReadonlyArray<number> = []
  let isWaking = false
  /** Opening a latch runs who waits for it at once, which must not be on the reporter's time. */
  const wake = (): void => {
    if (isWaking) return
    isWaking = true
    queueMicrotask(() => {
      isWaking = false
      if (changed.size > 0) news.openUnsafe()
    })
  }
  const seat: Taken = {
    news,
    isEnded,
    hasChanges: () => changed.size > 0,
    mark: (inspected) => {
      const { name } = inspected
      if (name === chosen) {
        one = inspected
        const hint = Inspected.hintedAt(inspected)
        if (hint !== undefined) hints = [...hints, hint].slice(-MOST_HINTS)
      }
      changed.delete(name)
      changed.set(name, inspected)
      if (changed.size > MOST_CHANGED) {
        changed.delete(changed.keys().next().value ?? "")
        forgotten++
      }
      wake()
    },
    take: (most) => {
      const orders = [...changed.values()].slice(-most).reverse()
      const count = changed.size + forgotten
      for (const { name } of orders) changed.delete(name)
      forgotten = 0
      if (changed.size === 0 && !isEnded()) news.closeUnsafe()
      return { orders, count }
    },
    takeChosen: () => {
      const taken = one
      one = undefined
      return taken
    },
    hints: () => hints,
    leave: () => leave(seat)
  }
  return seat
}

/** A feed without viewers. `keep` sees every order's step, looked at or not; it must not throw. */
export const make = (keep?: (inspected: Inspected.Inspected) => void): Feed => {
  const seats = new Set<Taken>()
  let steps = 0
  let hasEnded = false
  const report = (event: unknown): void => {
    const inspected = Inspected.read(event)
    if (inspected === undefined) return
    keep?.(inspected)
    if (seats.size === 0) return
    steps++
    for (const seat of seats) seat.mark(inspected)
  }
  return {
    inspect: (event) => {
      if (hasEnded || (seats.size === 0 && keep === undefined)) return
      try {
        report(event)
      } catch {
        // An event that can't even be looked at is nobody's; whoever sent it must not be disturbed.
      }
    },
    isWatched: () => seats.size > 0,
    steps: () => (steps === 0 ? undefined : steps),
    sit: (chosen) => {
      if (hasEnded || seats.size >= MOST_VIEWERS) return undefined
      const seat = takeSeat(
        chosen,
        () => hasEnded,
        (left) => seats.delete(left)
      )
      seats.add(seat)
      return seat
    },
    end: () => {
      hasEnded = true
      for (const seat of seats) seat.news.openUnsafe()
      seats.clear()
    }
  }
}
