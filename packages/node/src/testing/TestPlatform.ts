/**
 * A stand-in for the platform in this process, for tests of apps with Effect: the sandbox's scripts and
 * signatures, without a socket. Its time is the clock of whoever asks, a TestClock in a test.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import type { KeyError } from "../keys/KeyFile.ts"
import * as PrivateKey from "../keys/PrivateKey.ts"
import * as PublicKey from "../keys/PublicKey.ts"
import * as Platform from "../sandbox/Platform.ts"
import type { Received } from "../sandbox/Received.ts"
import type { SandboxOrderView } from "../sandbox/SandboxOrder.ts"
import type { Refused } from "../sandbox/SandboxState.ts"
import * as InProcessClient from "./InProcessClient.ts"
import type { NewTestOrder, TestOrder, TestQuery } from "./PlainPlatform.ts"
import type { PlainReply } from "./PlainReply.ts"
import * as Replies from "./Replies.ts"
import * as TestKeys from "./TestKeys.ts"

export interface TestPlatformOptions {
  /** "90000001" if not said. */
  readonly merId?: string | undefined
  /** Those of this process, if not said. */
  readonly keys?: TestKeys.TestKeys | undefined
}

/** The merchant number of the sandbox. */
export const MER_ID = "90000001"

export class TestPlatform extends Context.Service<
  TestPlatform,
  {
    readonly merId: string
    readonly keys: TestKeys.TestKeys
    /** Makes an order. Fails where the number is taken, or the script is not known or not sound. */
    readonly createOrder: (order: NewTestOrder) => Effect.Effect<TestOrder, Refused>
    /** Asks for a refund, as the merchant would with another interface of the platform. */
    readonly requestRefund: (orderId: string) => Effect.Effect<void, Refused>
    /** Asks for a void. */
    readonly requestVoid: (orderId: string) => Effect.Effect<void, Refused>
    /** Answers the order's next queries with these, one each; then its script goes on where it stood. */
    readonly answerNext: (
      orderId: string,
      ...replies: ReadonlyArray<PlainReply>
    ) => Effect.Effect<void, Refused>
    /** The queries of this order so far, oldest first; retries are queries of their own. */
    readonly queries: (orderId: string) => Effect.Effect<ReadonlyArray<TestQuery>>
    /** Hands requests to this platform, whatever their origin. */
    readonly client: HttpClient.HttpClient
  }
>()("@umf-order-sync/node/testing/TestPlatform") {
  /** A platform of its own for each layer that is built. Fails where the keys can't be used. */
  static readonly layer = (options?: TestPlatformOptions): Layer.Layer<TestPlatform, KeyError> =>
    Layer.effect(TestPlatform, make(options))
}

const toOrder = ({ orderId, transactionId, amount, payType }: SandboxOrderView): TestOrder => ({
  orderId,
  transactionId,
  amount: BigInt(amount),
  payType
})

const make = Effect.fnUntraced(function* (
  options: TestPlatformOptions = {}
): Effect.fn.Return<TestPlatform["Service"], KeyError> {
  const { merId = MER_ID } = options
  const keys = options.keys ?? (yield* Effect.promise(TestKeys.shared))
  const source = "the test's keys"
  const platform = yield* Platform.make(
    {
      merchantPublicKey: yield* PublicKey.fromBytes(keys.merchantCert, { source }),
      platformPrivateKey: yield* PrivateKey.fromBytes(keys.platformPrivateKey, { source })
    },
    { merId, timeScale: 1 }
  )
  const { administration } = platform

  const asked = new Map<string, Array<TestQuery>>()
  const record = ({ at, orderId, fields, signature, answered }: Received) => {
    if (orderId === null) return
    const known = asked.get(orderId) ?? []
    known.push({ at: new Date(at), orderId, fields, signature, answered })
    asked.set(orderId, known)
  }

  return TestPlatform.of({
    merId,
    keys,
    createOrder: ({ orderId, script = "paid", amount, payType }) =>
      Effect.suspend(() =>
        administration.createOrder({
          orderId,
          script: typeof script === "string" ? script : Replies.toScript(script),
          ...(amount === undefined ? {} : { amount: String(amount) }),
          ...(payType === undefined ? {} : { payType })
        })
      ).pipe(Effect.map(toOrder)),
    requestRefund: (orderId) => Effect.asVoid(administration.requestRefund(orderId)),
    requestVoid: (orderId) => Effect.asVoid(administration.requestVoid(orderId)),
    answerNext: (orderId, ...replies) =>
      Effect.asVoid(administration.answerNext(orderId, replies.map(Replies.toAnswer))),
    queries: (orderId) => Effect.sync(() => [...(asked.get(orderId) ?? [])]),
    client: InProcessClient.make({
      ...platform,
      answer: (query) =>
        Effect.tap(platform.answer(query), ({ received }) => Effect.sync(() => record(received)))
    })
  })
})
