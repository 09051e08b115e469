/**
 * Which orders are due, in memory: a binary heap of those whose time is to come, and a list of those whose
 * time has come. An entry that was replaced or removed stays in the heap until its time, and is then
 * passed over. So a read costs what it finds, however many orders wait.
 */
export interface DueQueue<A> {
  /** Plans an item, in place of an earlier one with this key; `undefined` for never. */
  readonly plan: (key: string, item: A, at: number | undefined) => void
  /** Those whose time has come by `now`, those first that have been due for longest. */
  readonly due: (now: number) => ReadonlyArray<A>
  /** When the next one becomes due after `now`. */
  readonly nextAt: (now: number) => number | undefined
}

interface Entry<A> {
  readonly key: string
  readonly at: number
  readonly item: A
}

export const make = <A>(): DueQueue<A> => {
  const heap: Array<Entry<A>> = []
  /** The valid entry of each key, wherever it is. */
  const entries = new Map<string, Entry<A>>()
  const arrived = new Map<string, Entry<A>>()

  const at = (index: number): number => heap[index]?.at ?? Number.POSITIVE_INFINITY
  const swap = (one: number, other: number): void => {
    const [first, second] = [heap[one], heap[other]]
    if (first === undefined || second === undefined) return
    heap[one] = second
    heap[other] = first
  }
  const push = (entry: Entry<A>): void => {
    let index = heap.push(entry) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (at(parent) <= at(index)) return
      swap(parent, index)
      index = parent
    }
  }
  const pop = (): Entry<A> | undefined => {
    const first = heap[0]
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return first
    heap[0] = last
    let index = 0
    while (true) {
      const left = 2 * index + 1
      const least = at(left + 1) < at(left) ? left + 1 : left
      if (at(least) >= at(index)) return first
      swap(least, index)
      index = least
    }
  }

  const isValid = (entry: Entry<A>): boolean => entries.get(entry.key) === entry
  const arrive = (now: number): void => {
    while (at(0) <= now) {
      const entry = pop()
      if (entry !== undefined && isValid(entry)) arrived.set(entry.key, entry)
    }
  }

  return {
    plan: (key, item, time) => {
      arrived.delete(key)
      entries.delete(key)
      if (time === undefined) return
      const entry = { key, at: time, item }
      entries.set(key, entry)
      push(entry)
    },
    due: (now) => {
      arrive(now)
      // A clock that was set back makes some of them wait again.
      return [...arrived.values()].filter((entry) => entry.at <= now).map(({ item }) => item)
    },
    nextAt: (now) => {
      arrive(now)
      while (heap[0] !== undefined && !isValid(heap[0])) pop()
      const waiting = [...arrived.values()].filter((entry) => entry.at > now).map((entry) => entry.at)
      const next = Math.min(at(0), ...waiting)
      return Number.isFinite(next) ? next : undefined
    }
  }
}
