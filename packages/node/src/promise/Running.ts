/**
 * A layer that was built for an app without Effect: what is run on it, as promises and async iterables, until
 * it is closed. Everything that fails comes out as a `UmfError`, or as the reason of an aborted signal.
 */
import type * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import type * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Stream from "effect/Stream"
import type { WaitOptions } from "./PlainOrder.ts"
import * as Rejection from "./Rejection.ts"
import { UmfClosedError, type UmfError } from "./UmfError.ts"

export interface Running<R> {
  /** What the layer gave. */
  readonly context: Context.Context<R>
  /** An aborted signal, or the close, rejects at once and interrupts what was run. */
  readonly run: <A, E>(effect: Effect.Effect<A, E, R>, signal?: AbortSignal) => Promise<A>
  /** At the close the iteration ends, or else throws `UmfClosedError`. Leaving it frees what it took. */
  readonly iterate: <A, E>(
    stream: Stream.Stream<A, E, R>,
    options: WaitOptions & { readonly atClose: "ends" | "throws" }
  ) => AsyncIterable<A>
  /** Runs until it is ended, by what is given back or by the close. Throws `UmfClosedError` once closed. */
  readonly start: (effect: Effect.Effect<void, never, R>) => () => void
  /** Has this done before everything ends; gives what takes it back. */
  readonly onClose: (end: () => Promise<void>) => () => void
  readonly close: () => Promise<void>
}

/** Fails with the signal's reason once it is aborted. */
const aborted = (signal: AbortSignal): Effect.Effect<never, unknown> =>
  Effect.callback((resume) => {
    const abort = () => resume(Effect.fail(signal.reason))
    if (signal.aborted) return abort()
    signal.addEventListener("abort", abort, { once: true })
    return Effect.sync(() => signal.removeEventListener("abort", abort))
  })

/** Builds the layer. Rejects with the error that its failure is outside; nothing stays open then. */
export const make = async <R, E>(layer: Layer.Layer<R, E>): Promise<Running<R>> => {
  const runtime = ManagedRuntime.make(layer)
  const built = await Effect.runPromiseExit(runtime.contextEffect)
  if (Exit.isFailure(built)) throw Rejection.fromCause(built.cause)
  const context = built.value
  const closed = Deferred.makeUnsafe<void>()
  const endings = new Set<() => Promise<void>>()
  const isClosed = () => Deferred.isDoneUnsafe(closed)
  let closing: Promise<void> | undefined

  /** Where `called` is called from: what fails, fails in a fiber, whose stack says nothing of the app. */
  const callerOf = (called: (...given: ReadonlyArray<never>) => unknown) => {
    const caller: { readonly stack?: string } = {}
    Error.captureStackTrace(caller, called)
    return (error: UmfError): UmfError => Rejection.calledBy(error, caller.stack)
  }

  const run: Running<R>["run"] = (effect, signal) => {
    const called = callerOf(run)
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason)
      if (isClosed()) return reject(called(new UmfClosedError()))
      const fiber = runtime.runFork(effect)
      // What can't be interrupted just now ends by itself; nobody is kept waiting for that.
      const abort = () => {
        reject(signal?.reason)
        fiber.interruptUnsafe()
      }
      signal?.addEventListener("abort", abort, { once: true })
      fiber.addObserver((exit) => {
        signal?.removeEventListener("abort", abort)
        if (Exit.isSuccess(exit)) resolve(exit.value)
        else reject(called(Rejection.fromCause(exit.cause)))
      })
    })
  }

  const iterate: Running<R>["iterate"] = (stream, { signal, atClose }) => {
    const called = callerOf(iterate)
    const close = Effect.andThen(
      Deferred.await(closed),
      atClose === "ends" ? Effect.void : Effect.suspend(() => Effect.fail(called(new UmfClosedError())))
    )
    const end = signal === undefined ? close : Effect.raceFirst(aborted(signal), close)
    const guarded = Stream.suspend(() => {
      if (signal?.aborted === true) return Stream.fail(signal.reason)
      if (isClosed()) return Stream.fromEffectDrain(close)
      return stream.pipe(
        Stream.catchCause((cause) => Stream.fail(called(Rejection.fromCause(cause)))),
        Stream.interruptWhen(end)
      )
    })
    return Stream.toAsyncIterableWith(guarded, context)
  }

  return {
    context,
    run,
    iterate,
    start: (effect) => {
      if (isClosed()) throw new UmfClosedError()
      const fiber: Fiber.Fiber<void, unknown> = runtime.runFork(effect)
      return () => fiber.interruptUnsafe()
    },
    onClose: (end) => {
      endings.add(end)
      return () => endings.delete(end)
    },
    close: () => {
      const ending = Effect.promise(() => Promise.all([...endings].map((end) => end())))
      closing ??= Effect.runPromiseExit(
        Effect.andThen(Deferred.succeed(closed, undefined), Effect.andThen(ending, runtime.disposeEffect))
      ).then((exit) => {
        if (Exit.isFailure(exit)) throw Rejection.fromCause(exit.cause)
      })
      return closing
    }
  }
}
