/**
 * What follows from a notification: the order's next query comes at once, and nothing else. The platform
 * sends at most four for a payment, none for what failed or was closed, and none after a query has returned
 * success, so the schedule goes on as if there were none.
 *
 * An order that has its result is woken by a verified notification only: money may have come late, or gone
 * back. Without that, whoever knows an order's number could have it asked for ever; closed and failed orders
 * are asked again on schedule anyway. Verified means that the platform has signed these values, for some
 * merchant, at some time; that is enough for a question, and for no answer.
 */
import { Signature } from "@umf-order-sync/core"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import type { ConfigInvalid } from "../gateway/GatewayConfig.ts"
import type { OrderDesk } from "../sync/OrderDesk.ts"
import { masked } from "../telling/Masked.ts"
import * as HintLimits from "./HintLimits.ts"
import * as HintTarget from "./HintTarget.ts"
import type { Notification } from "./Notification.ts"
import * as NotificationMetrics from "./NotificationMetrics.ts"

export interface HintOptions extends HintLimits.LimitOptions, HintTarget.DeskOptions {}

/** So many are carried out at a time: a store that is away must not have them heap up. */
const AT_ONCE = 64

/** How long after its reply a notification is followed, in ms: at least, and at most. */
const PAUSE_MILLIS = [50, 250] as const

/** After so long one counts as failed. */
const PATIENCE = "30 seconds"

/** What a notification was, and what was done about it. */
export interface Followed {
  readonly outcome: Exclude<NotificationMetrics.Outcome, "refused">
  readonly done: Exclude<NotificationMetrics.Done, "none">
}

/** The service over anybody who follows orders. Without a verifier every signature counts as unverified. */
export const make = Effect.fnUntraced(function* (
  target: HintTarget.HintTarget,
  options: HintLimits.LimitOptions = {},
  verifier?: Signature.Verifier["Service"]
): Effect.fn.Return<NotificationHint["Service"], ConfigInvalid, Scope.Scope> {
  const limits = HintLimits.make(yield* HintLimits.fromOptions(options))
  const places = Semaphore.makeUnsafe(AT_ONCE)
  const underWay = yield* FiberSet.make()

  const judge = Effect.fnUntraced(function* ({
    signed
  }: Notification): Effect.fn.Return<Followed["outcome"]> {
    if (signed === undefined) return "unsigned"
    if (verifier === undefined) return "unverified"
    for (const text of signed.texts) {
      if (yield* verifier.verify(text, signed.signature)) return "verified"
    }
    return "unverified"
  })

  const carryOut = (notification: Notification, outcome: Followed["outcome"]) =>
    Effect.gen(function* () {
      const found = yield* target.look(notification)
      if (found === "unknown") return found
      if (found === "settled" && outcome !== "verified") return found
      yield* target.wake(notification)
      return "asked" as const
    }).pipe(
      Effect.timeout(PATIENCE),
      // Whatever was wrong is told where orders are followed; here it may hold the order's number.
      Effect.catchCause(() => Effect.succeed("failed" as const)),
      Effect.tap((done) =>
        Effect.annotateLogs(
          done === "failed"
            ? Effect.logWarning("A notification could not be followed; its order is asked on schedule.")
            : done === "asked"
              ? Effect.logInfo("A notification woke an order.")
              : Effect.logDebug("A notification woke no order."),
          { orderId: masked(notification.orderId), outcome, done }
        )
      )
    )

  /** Who signed it, and whether it is followed: nothing in here depends on any order, known or not. */
  const admit = Effect.fnUntraced(function* (notification: Notification): Effect.fn.Return<{
    readonly outcome: Followed["outcome"]
    readonly refused?: "foreign" | "limited"
  }> {
    const outcome = yield* judge(notification)
    const key = target.keyOf(notification)
    if (key === undefined) return { outcome, refused: "foreign" }
    const now = yield* Clock.currentTimeMillis
    return limits.take(key, outcome === "verified", now) ? { outcome } : { outcome, refused: "limited" }
  })

  const finish = (outcome: Followed["outcome"], done: Followed["done"]): Effect.Effect<Followed> =>
    Effect.as(NotificationMetrics.count(outcome, done), { outcome, done })

  const rest = (notification: Notification, outcome: Followed["outcome"]): Effect.Effect<Followed> =>
    places
      .withPermitsIfAvailable(1)(carryOut(notification, outcome))
      .pipe(
        Effect.flatMap((done) =>
          finish(
            outcome,
            Option.getOrElse(done, () => "limited" as const)
          )
        )
      )

  const follow = Effect.fnUntraced(function* (notification: Notification): Effect.fn.Return<Followed> {
    const { outcome, refused } = yield* admit(notification)
    return yield* refused === undefined ? rest(notification, outcome) : finish(outcome, refused)
  })

  const receive = Effect.fnUntraced(function* (notification: Notification): Effect.fn.Return<void> {
    const { outcome, refused } = yield* admit(notification)
    if (refused !== undefined) return yield* Effect.asVoid(finish(outcome, refused))
    // Waking an order takes longer than finding none, and a store may hold up the whole process for that. So
    // it comes some time after the reply, and no reply tells by its time whether there is such an order.
    const pause = yield* Random.nextIntBetween(...PAUSE_MILLIS)
    yield* FiberSet.run(underWay, Effect.delay(rest(notification, outcome), pause))
  })

  return NotificationHint.of({ follow, receive, idle: FiberSet.awaitEmpty(underWay) })
})

export class NotificationHint extends Context.Service<
  NotificationHint,
  {
    /**
     * Takes a notification and returns at once, the same for every order, known or not. The rest is done
     * after that.
     */
    readonly receive: (notification: Notification) => Effect.Effect<void>
    /** The same at once, for whoever waits for what was done about it: never in a reply, which would tell it on. */
    readonly follow: (notification: Notification) => Effect.Effect<Followed>
    /** Waits until nothing is under way. */
    readonly idle: Effect.Effect<void>
  }
>()("@umf-order-sync/node/notification/NotificationHint") {
  /** Over the orders of a desk; signatures are checked where a `Signature.Verifier` is provided. */
  static readonly layer = (
    options: HintOptions = {}
  ): Layer.Layer<NotificationHint, ConfigInvalid, OrderDesk> =>
    Layer.effect(
      NotificationHint,
      Effect.gen(function* () {
        const verifier = Option.getOrUndefined(yield* Effect.serviceOption(Signature.Verifier))
        if (verifier === undefined) {
          yield* Effect.logInfo(
            "Notifications are taken without the platform's key: all of them count as unverified."
          )
        }
        return yield* make(yield* HintTarget.fromDesk(options), options, verifier)
      })
    )
}
