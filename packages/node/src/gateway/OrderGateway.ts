/**
 * The gateway: one question about one order, one believed answer or one typed error.
 *
 * Signs, posts, verifies, disbelieves, concludes. Retries only what can pass (connection, time-out, HTTP
 * 5xx and 429, the platform's 9999), with exponential back-off and jitter, inside a total deadline. Keeps
 * to a rate for each merchant, and holds back while the platform is failing.
 */
import { type Order, OrderQueryAnswer, OrderQueryRequest, Signature, Verdict } from "@umf-order-sync/core"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as CircuitBreaker from "effect/persistence/CircuitBreaker"
import * as RateLimiter from "effect/persistence/RateLimiter"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import * as Semaphore from "effect/Semaphore"
import * as BreakerMetrics from "./BreakerMetrics.ts"
import * as GatewayConfig from "./GatewayConfig.ts"
import { CircuitOpen, DeadlineReached, GatewayError, NotSent, type Reason, TimedOut } from "./GatewayError.ts"
import * as MemoryLimits from "./MemoryLimits.ts"
import * as QuerySpan from "./QuerySpan.ts"
import * as Transport from "./Transport.ts"

/** What a gateway needs besides its configuration. */
export type Requirements =
  | Signature.Signer
  | Signature.Verifier
  | HttpClient.HttpClient
  | RateLimiter.RateLimiter
  | CircuitBreaker.CircuitBreakerStore

export class OrderGateway extends Context.Service<
  OrderGateway,
  {
    /**
     * Asks the platform about an order and draws the verdict for `operation` (a payment, if nothing is
     * said). A `PlatformFault` (9999) that outlasts the retries is an answer, and succeeds.
     */
    readonly query: (
      order: Order.OrderRef,
      operation?: Order.Operation
    ) => Effect.Effect<Verdict.Conclusion, GatewayError>
  }
>()("@umf-order-sync/node/gateway/OrderGateway") {
  /** A gateway over services that the caller provides. */
  static readonly layer = (
    config: GatewayConfig.GatewayConfig
  ): Layer.Layer<OrderGateway, never, Requirements> => Layer.effect(OrderGateway, make(config))

  /** A gateway with its own pool of connections, rate limit and circuit breaker, kept in memory. */
  static readonly layerNode = (
    options: GatewayConfig.GatewayOptions = {}
  ): Layer.Layer<OrderGateway, GatewayConfig.ConfigInvalid, Signature.Signer | Signature.Verifier> =>
    Layer.unwrap(
      Effect.map(GatewayConfig.make(options), (config) =>
        OrderGateway.layer(config).pipe(
          Layer.provide([Transport.layerHttpClient(config), MemoryLimits.layer])
        )
      )
    )
}

const fail = (reason: Reason): Effect.Effect<never, GatewayError> => Effect.fail(new GatewayError({ reason }))

/** Faults of connection, time-out and HTTP 5xx or 429: worth another try within the query. */
const isPassing = ({ isRetryable, reason }: GatewayError): boolean =>
  isRetryable && (reason._tag === "Unreachable" || reason._tag === "TimedOut" || reason._tag === "HttpStatus")

/** Whether another try may do better at once: a passing fault, or the platform's own 9999. */
const mayPass = (result: Result.Result<Verdict.Conclusion, GatewayError>): boolean =>
  Result.isFailure(result) ? isPassing(result.failure) : result.success.verdict === "PlatformFault"

/** What the circuit breaker counts: faults that can pass. A disbelieved answer is no sign of overload. */
const classify = (exit: Exit.Exit<Verdict.Conclusion, GatewayError>): CircuitBreaker.Outcome => {
  if (Exit.isSuccess(exit)) {
    return exit.value.verdict === "PlatformFault" ? CircuitBreaker.failure() : CircuitBreaker.success
  }
  const error = Option.getOrUndefined(Exit.findErrorOption(exit))
  if (error === undefined) return CircuitBreaker.ignored
  if (isPassing(error)) return CircuitBreaker.failure()
  return error.isDisbelief ? CircuitBreaker.success : CircuitBreaker.ignored
}

/** What is asked, by a signed body, and until when. */
interface Question {
  readonly body: string
  readonly order: Order.OrderRef
  readonly operation: Order.Operation
  /** In ms since the epoch. */
  readonly endsAt: number
}

const make = Effect.fnUntraced(function* (config: GatewayConfig.GatewayConfig) {
  const client = yield* HttpClient.HttpClient
  const limiter = yield* RateLimiter.RateLimiter
  const signer = yield* Signature.Signer
  const verifier = yield* Signature.Verifier
  const breaker = yield* CircuitBreaker.make({
    tripPolicy: CircuitBreaker.consecutive(config.circuitBreaker.failures),
    openDuration: config.circuitBreaker.openFor
  }).pipe(
    Effect.provideServiceEffect(
      CircuitBreaker.CircuitBreakerStore,
      Effect.flatMap(CircuitBreaker.CircuitBreakerStore, (store) =>
        BreakerMetrics.observed(store, config.origin)
      )
    )
  )
  // Requests that the pool could not take at once would spend their time-out in its queue.
  const places = yield* Semaphore.make(config.connections)
  const timeoutMillis = Duration.toMillis(config.timeout)
  const deadlineMillis = Duration.toMillis(config.deadline)

  const signedBody = (order: Order.OrderRef) =>
    OrderQueryRequest.signedBody(OrderQueryRequest.fromOrder(order)).pipe(
      Effect.provideService(Signature.Signer, signer),
      Effect.catchTag("SigningFailed", (error) => fail(new NotSent({ what: error.message })))
    )

  /** Waits for this merchant's turn. */
  const takeTurn = (merId: string) =>
    limiter.consume({ algorithm: "token-bucket", onExceeded: "delay", key: merId, ...config.rateLimit }).pipe(
      Effect.flatMap(({ delay }) => Effect.sleep(delay)),
      Effect.catch(() => Effect.fail(new NotSent({ what: "the rate limiter's store failed." })))
    )

  /**
   * One request and its answer, within the time for one. Its turn comes last of all that is waited for: turns
   * that were taken before would pile up, and leave together. A request that has not its full time left would
   * only be a time-out of our own making, so none is made.
   */
  const ask = ({ body, endsAt, operation, order }: Question, connection: Transport.Connection) =>
    Effect.gen(function* () {
      yield* takeTurn(order.merId)
      if ((yield* Clock.currentTimeMillis) + timeoutMillis > endsAt) {
        return yield* new DeadlineReached({ milliseconds: deadlineMillis })
      }
      return yield* Effect.timeoutOrElse(Transport.post(client, config, body, connection), {
        duration: config.timeout,
        orElse: () => Effect.fail(new TimedOut({ milliseconds: timeoutMillis }))
      })
    }).pipe(
      Effect.flatMap((text) => OrderQueryAnswer.verify(text)),
      Effect.provideService(Signature.Verifier, verifier),
      Effect.flatMap((verified) => Effect.fromResult(Verdict.fromAnswer(verified, order, operation))),
      Effect.catch((reason) => fail(reason)),
      breaker.execute({ key: config.origin, classify }),
      Effect.catchTag("CircuitBreakerError", ({ reason }) =>
        fail(
          new CircuitOpen({
            retryAfterMillis: reason._tag === "CircuitOpen" ? Duration.toMillis(reason.retryAfter) : 1000
          })
        )
      )
    )

  /** Full jitter over the upper half: between half and the whole of the exponential back-off. */
  const backOff = (retry: number) =>
    Effect.map(
      Random.next,
      (random) =>
        Math.min(config.backOff.capMillis, config.backOff.baseMillis * 2 ** Math.min(retry, 20)) *
        (0.5 + random / 2)
    )

  /**
   * One try, when a place is there. Of an order whose number is known a kept connection is asked; an answer
   * without a number, which may be anybody's, counts only once a fresh one gives it.
   */
  const attempt = (question: Question) =>
    places.withPermits(1)(
      question.order.transactionId === undefined
        ? ask(question, "fresh")
        : Effect.flatMap(ask(question, "kept"), (conclusion) =>
            conclusion.answer.transactionId === undefined && conclusion.verdict !== "PlatformFault"
              ? ask(question, "fresh")
              : Effect.succeed(conclusion)
          )
    )

  const queried = Effect.fnUntraced(
    function* (
      order: Order.OrderRef,
      operation: Order.Operation,
      tries: (count: number) => void
    ): Effect.fn.Return<Verdict.Conclusion, GatewayError> {
      const endsAt = (yield* Clock.currentTimeMillis) + deadlineMillis
      const body = yield* signedBody(order)
      let last: Result.Result<Verdict.Conclusion, GatewayError> | undefined
      for (let retry = 0; ; retry++) {
        const result = yield* Effect.result(attempt({ body, order, operation, endsAt }))
        const { _tag: reason } = Result.isFailure(result) ? result.failure.reason : { _tag: undefined }
        // What the last try met says more than that there was no time for another one, or that the breaker,
        // which it may have opened itself, let none through.
        if (reason === "DeadlineReached" || (reason === "CircuitOpen" && last !== undefined)) {
          return yield* Effect.fromResult(last ?? result)
        }
        tries(retry + 1)
        if (retry >= config.retries || !mayPass(result)) return yield* Effect.fromResult(result)
        last = result
        const pause = yield* backOff(retry)
        if ((yield* Clock.currentTimeMillis) + pause + timeoutMillis > endsAt) {
          return yield* Effect.fromResult(result)
        }
        yield* Effect.sleep(pause)
      }
    },
    Effect.timeoutOrElse({
      duration: config.deadline,
      orElse: () => fail(new DeadlineReached({ milliseconds: deadlineMillis }))
    })
  )

  return OrderGateway.of({
    query: (order, operation = "payment") =>
      QuerySpan.within(order, operation, (tries) => queried(order, operation, tries))
  })
})
