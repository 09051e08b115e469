/**
 * `POST …/pay/orderquery`: reads a query, lets the state decide, answers as the platform would, and keeps a
 * record of it.
 */
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Signature } from "@umf-order-sync/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import * as AnswerFields from "./AnswerFields.ts"
import * as Delivery from "./Delivery.ts"
import { type HttpRefused, readBody } from "./HttpExchange.ts"
import * as QueryRequest from "./QueryRequest.ts"
import * as Received from "./Received.ts"
import * as SandboxOrder from "./SandboxOrder.ts"
import * as SandboxState from "./SandboxState.ts"
import { send } from "./Sending.ts"
import * as SignedFields from "./SignedFields.ts"

/** What the sandbox remembers: orders, and the queries that it received. */
export interface Memory {
  readonly state: Ref.Ref<SandboxState.SandboxState>
  readonly received: Ref.Ref<ReadonlyArray<Received.Received>>
}

/** What holds for the whole sandbox. */
export interface Settings {
  readonly merId: string
  /** Divides every length of time. */
  readonly timeScale: number
}

interface Reply {
  readonly answered: string
  readonly delivery: Delivery.Delivery
  /** Divides the delivery's lengths of time. */
  readonly scale: number
}

/** Whether a path is the query's, under any prefix. */
export const isQueryPath = (path: string): boolean => path.endsWith("/pay/orderquery")

/** Handles one query. */
export const handle = Effect.fnUntraced(function* (
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  memory: Memory,
  settings: Settings
): Effect.fn.Return<void, HttpRefused | Signature.SigningFailed, Signature.Signer | Signature.Verifier> {
  const body = yield* readBody(request)
  const read = yield* QueryRequest.read(body, settings.merId)
  const now = yield* Clock.currentTimeMillis
  const redirected = path.endsWith(Delivery.redirectedPath)
  const reply = yield* replyTo(read, now, redirected, memory, settings)
  const entry: Received.Received = {
    at: new Date(now).toISOString(),
    path,
    orderId: read.fields.get("orderId")?.slice(0, 64) ?? null,
    fields: Received.shorten(read.fields),
    signature: read.signature,
    headerNames: Object.keys(request.headers),
    answered: reply.answered
  }
  yield* Ref.update(memory.received, (log) => Received.add(log, entry))
  yield* send(response, reply.delivery, reply.scale)
})

const replyTo = Effect.fnUntraced(function* (
  read: QueryRequest.QueryRequest,
  now: number,
  redirected: boolean,
  memory: Memory,
  settings: Settings
): Effect.fn.Return<Reply, Signature.SigningFailed, Signature.Signer> {
  const withoutOrder = (answered: string, retCode: string, retMsg: string) =>
    Effect.map(
      SignedFields.sign(AnswerFields.ofNoOrder(retCode, retMsg, now)),
      (fields): Reply => ({ answered, delivery: Delivery.ofFields(fields), scale: 1 })
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
