/**
 * Effect's TestClock, moved from one sleep to the next, with everything settled in between: what a woken
 * fiber does, what it wakes in turn, and what promises do with that (a merchant's handler, whoever awaits an
 * order). So what happens at an instant is over before time goes on, as if all of it took no time.
 *
 * TestClock alone waits for fibers only, and not for what goes through a promise.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Scheduler from "effect/Scheduler"
import type * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"

export interface SteppedClock {
  /** The clock and the scheduler that everything has to run under. */
  readonly context: Context.Context<never>
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Goes so many ms on. Calls that come meanwhile wait for their turn. */
  readonly advance: (millis: number) => Promise<void>
  /** Time stands still until this has ended, as long as that takes less than `PATIENCE` of real time. */
  readonly hold: <A>(work: Promise<A>) => Promise<A>
}

/** How long time stands still for one piece of work, in real ms: a handler that never ends must not stop the test. */
const PATIENCE = 1000

// Taken now: a test framework may put its own in their place, and then nothing would run.
const { setImmediate, clearImmediate, setTimeout, clearTimeout } = globalThis

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A scheduler like Effect's own, which knows whether it has anything to run. */
const makeScheduler = () => {
  let pending = 0
  const scheduler = new Scheduler.MixedScheduler("async", (run) => {
    pending += 1
    const immediate = setImmediate(() => {
      pending -= 1
      run()
    })
    return () => {
      pending -= 1
      clearImmediate(immediate)
    }
  })
  return { scheduler, isIdle: () => pending === 0 }
}

/** A clock that stands at `startAt`, ms since the epoch. */
export const make = Effect.fnUntraced(function* (
  startAt: number
): Effect.fn.Return<SteppedClock, never, Scope.Scope> {
  const { scheduler, isIdle } = makeScheduler()
  const built = yield* Layer.build(TestClock.layer()).pipe(
    Effect.provideService(Scheduler.Scheduler, scheduler)
  )
  const testClock = Context.get(built, Clock.Clock) as TestClock.TestClock

  /** When each sleeper wakes. */
  const ends = new Set<{ readonly at: number }>()
  const sleep: Clock.Clock["sleep"] = (duration) =>
    Effect.acquireUseRelease(
      Effect.sync(() => {
        const end = { at: testClock.currentTimeMillisUnsafe() + Duration.toMillis(duration) }
        ends.add(end)
        return end
      }),
      () => testClock.sleep(duration),
      (end) => Effect.sync(() => ends.delete(end))
    )
  const context = Context.add(built, Clock.Clock, { ...testClock, sleep }) as Context.Context<never>
  const run = Effect.runPromiseWith(context)

  const held = new Set<object>()
  /** Ends when nothing is left to be done at this instant. */
  const settle = async (): Promise<void> => {
    // One turn for what promises have to say, and another one for what follows from that.
    for (let quiet = 0; quiet < 2; ) {
      await turn()
      quiet = isIdle() && held.size === 0 ? quiet + 1 : 0
    }
  }

  const nextEnd = (): number => {
    let least = Number.POSITIVE_INFINITY
    for (const { at } of ends) if (at < least) least = at
    return least
  }

  const advanceTo = async (target: number): Promise<void> => {
    await settle()
    for (let next = nextEnd(); next <= target; next = nextEnd()) {
      await run(testClock.setTime(next))
      await settle()
    }
    await run(testClock.setTime(target))
    await settle()
  }

  // Once it was set, TestClock no longer warns that nobody moves it.
  yield* testClock.setTime(startAt)

  let last = Promise.resolve()
  return {
    context,
    now: () => testClock.currentTimeMillisUnsafe(),
    advance: (millis) => {
      last = last.then(() => advanceTo(testClock.currentTimeMillisUnsafe() + millis))
      return last
    },
    hold: async (work) => {
      const holding = {}
      held.add(holding)
      const timer = setTimeout(() => held.delete(holding), PATIENCE)
      try {
        return await work
      } finally {
        clearTimeout(timer)
        held.delete(holding)
      }
    }
  }
})
