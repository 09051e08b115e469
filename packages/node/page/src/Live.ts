/**
 * The live stream, kept up: connects again after it broke, with longer and longer pauses, and where nothing
 * was heard for too long. A page that nobody looks at lets its connection go: browsers allow six to a
 * server, and seven forgotten tabs would leave none for the next one.
 */

import type { Client } from "./Client.ts"
import { ClientError, kindOf } from "./ClientError.ts"
import * as Lines from "./Lines.ts"
import type { LiveMessage } from "./Protocol.ts"

/** How the stream is. `again` is when the next try begins, by this browser's clock, in ms. */
export type Status =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  | { readonly kind: "reconnecting"; readonly again: number }

export interface Listener {
  readonly message: (message: LiveMessage) => void
  readonly status: (status: Status) => void
  /** A new connection begins: what changed before it was not told. */
  readonly began: () => void
  /** The inspector answered, and has no stream for this page now. */
  readonly turnedAway: (why: string) => void
  /** The token was refused; there is no further try. */
  readonly refused: () => void
}

export interface Live {
  /** Follows this order too, instead of the one before. */
  readonly watch: (order: string | undefined) => void
  /** Tries at once, where a try is waited for. */
  readonly retry: () => void
}

/** A summary comes about every second; without anything for so long, in ms, the line is dead. */
const SILENCE = 5_000
/** How long a page may be hidden before it lets go, in ms. */
const PATIENCE = 60_000
const FIRST_PAUSE = 500
const LONGEST_PAUSE = 15_000

/** How long to wait after so many failures in a row, in ms. */
export const pauseAfter = (failures: number): number =>
  Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.max(0, failures - 1))

/** Begins, and goes on until the token is refused. */
export const start = (client: Client, listener: Listener): Live => {
  let order: string | undefined
  let failures = 0
  let current = new AbortController()
  let hidden: ReturnType<typeof setTimeout> | undefined
  let isPaused = false
  /** Ends the pause that is under way. */
  let wake = (): void => {}

  const pause = (length: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, length)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  /** Reads one connection to its end. Whether it was this page that ended it. */
  const connect = async (): Promise<boolean> => {
    const mine = new AbortController()
    current = mine
    let isSilent = false
    const deadline = () =>
      setTimeout(() => {
        isSilent = true
        mine.abort()
      }, SILENCE)
    let watchdog = deadline()
    try {
      const stream = await client.live(order, mine.signal)
      listener.began()
      for await (const line of Lines.of(stream)) {
        clearTimeout(watchdog)
        watchdog = deadline()
        failures = 0
        listener.status({ kind: "live" })
        listener.message(JSON.parse(line))
      }
    } catch (error) {
      if (kindOf(error) === "refused") throw error
      if (error instanceof ClientError && error.kind === "answered") listener.turnedAway(error.message)
    } finally {
      clearTimeout(watchdog)
    }
    return mine.signal.aborted && !isSilent
  }

  const run = async (): Promise<void> => {
    for (;;) {
      if (isPaused) await pause(2 ** 31 - 1)
      else if (!(await connect())) {
        failures += 1
        const length = pauseAfter(failures)
        listener.status({ kind: "reconnecting", again: Date.now() + length })
        await pause(length)
        listener.status({ kind: "connecting" })
      }
    }
  }

  const retry = (): void => wake()
  addEventListener("online", retry)
  document.addEventListener("visibilitychange", () => {
    clearTimeout(hidden)
    if (document.hidden) {
      hidden = setTimeout(() => {
        isPaused = true
        current.abort()
      }, PATIENCE)
    } else {
      isPaused = false
      wake()
    }
  })
  listener.status({ kind: "connecting" })
  run().catch(() => listener.refused())

  return {
    watch: (next) => {
      if (next === order) return
      order = next
      current.abort()
      wake()
    },
    retry
  }
}
