/**
 * The platform without a wire: takes the body of a query, lets the state decide, answers, and keeps a
 * record. `QueryApi` puts it behind HTTP; a test may ask it in its own process.
 *
 * How an answer is sent, cut off or delayed is left to whoever asked.
 */
import { Signature } from "@umf-order-sync/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import type { KeyFile } from "../keys/index.ts"
import { MerchantSigner, PlatformVerifier } from "../keys/index.ts"
import * as Administration from "./Administration.ts"
import * as AnswerFields from "./AnswerFields.ts"
import * as Delivery from "./Delivery.ts"
import type { Memory } from "./Memory.ts"
import * as QueryRequest from "./QueryRequest.ts"
import * as Received from "./Received.ts"
import type { SandboxKeys } from "./SandboxKeys.ts"
import * as SandboxOrder from "./SandboxOrder.ts"
import * as SandboxState from "./SandboxState.ts"
import * as SignedFields from "./SignedFields.ts"

/** What holds for the whole platform. */
export interface Settings {
  readonly merId: string
  /** Divides every length of time. */
  readonly timeScale: number
}

/** A query as it arrived. */
export interface Query {
  readonly body: Uint8Array
  readonly path: string
  /** Names only, in lower case. */
  readonly headerNames: ReadonlyArray<string>
}

/** What goes back, and what was recorded of the query. */
export interface Reply {
  readonly delivery: Delivery.Delivery
  /** Divides the delivery's lengths of time. */
  readonly scale: number
  readonly received: Received.Received
}

/** The merchant's side of the platform, and the tester's. */
export interface Platform {
  readonly administration: Administration.Administration
  readonly answer: (query: Query) => Effect.Effect<Reply, Signature.SigningFailed>
}

/** Whether a path is the query's, under any prefix. */
export const isQueryPath = (path: string): boolean => path.endsWith("/pay/orderquery")

type Answered = Pick<Reply, "delivery" | "scale"> & { readonly answered: string }

/** A platform with these keys, and no orders yet. Fails where its key can't sign. */
export const make = Effect.fnUntraced(function* (
  keys: Pick<SandboxKeys, "merchantPublicKey" | "platformPrivateKey">,
  settings: Settings
): Effect.fn.Return<Platform, KeyFile.KeyError> {
  const signer = yield* MerchantSigner.make(keys.platformPrivateKey)
  const verifier = PlatformVerifier.make(keys.merchantPublicKey)
  const memory: Memory = {
    state: yield* Ref.make(SandboxState.empty),
    received: yield* Ref.make<ReadonlyArray<Received.Received>>([])
  }
  return {
    administration: Administration.make(memory),
    answer: (query) =>
      answer(query, memory, settings).pipe(
        Effect.provideService(Signature.Signer, signer),
        Effect.provideService(Signature.Verifier, verifier)
      )
  }
})

const answer = Effect.fnUntraced(function* (
  { body, path, headerNames }: Query,
  memory: Memory,
  settings: Settings
): Effect.fn.Return<Reply, Signature.SigningFailed, Signature.Signer | Signature.Verifier> {
  const read = yield* QueryRequest.read(body, settings.merId)
  const now = yield* Clock.currentTimeMillis
  const redirected = path.endsWith(Delivery.redirectedPath)
  const { answered, delivery, scale } = yield* answerTo(read, now, redirected, memory, settings)
  const received: Received.Received = {
    at: new Date(now).toISOString(),
    path,
    orderId: read.fields.get("orderId")?.slice(0, 64) ?? null,
    fields: Received.shorten(read.fields),
    signature: read.signature,
    headerNames,
    answered
  }
  yield* Ref.update(memory.received, (log) => Received.add(log, received))
  return { delivery, scale, received }
})

const answerTo = Effect.fnUntraced(function* (
  read: QueryRequest.QueryRequest,
  now: number,
  redirected: boolean,
  memory: Memory,
  settings: Settings
): Effect.fn.Return<Answered, Signature.SigningFailed, Signature.Signer> {
  const withoutOrder = (answered: string, retCode: string, retMsg: string) =>
    Effect.map(
      SignedFields.sign(AnswerFields.ofNoOrder(retCode, retMsg, now)),
      (fields): Answered => ({ answered, delivery: Delivery.ofFields(fields), scale: 1 })
    )
  if (read._tag === "SignatureRejected") return yield* withoutOrder(read._tag, "3333", "验签失败")
  if (read._tag === "NotUnderstood") {
    return yield* withoutOrder(read._tag, "00060001", `请求参数有误: ${read.why}`)
  }
  const decision = yield* Ref.modify(memory.state, (state) =>
    SandboxState.query(state, now, settings.timeScale, read.request)
  )
  if (decision._tag === "NoSuchOrder") return yield* withoutOrder(decision._tag, "00080730", "订单不存在")
  const { answer, order } = decision
  const delivery = yield* Delivery.make({ answer, order, now, redirected })
  return { answered: answer._tag, delivery, scale: SandboxOrder.scaleOf(order, settings.timeScale) }
})
