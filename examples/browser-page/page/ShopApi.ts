/** The shop's own server, as the page knows it. Nothing but what it says ever reaches the page. */
import { OrderSnapshot } from "@umf-order-sync/machine"
import * as Effect from "effect/Effect"

/** What a person may ask for; what comes of it is seen at the next look. */
export type Act = "hint" | "resume"

/** The server knows no such order, or it can't be asked now. The latter says nothing of the order. */
export class ShopError extends Error {
  override readonly name = "ShopError"
  readonly trouble: "unknown" | "away"
  constructor(trouble: ShopError["trouble"], message: string, options?: ErrorOptions) {
    super(message, options)
    this.trouble = trouble
  }
}

const SECOND = 1000

const request = async (path: string, signal: AbortSignal, options: RequestInit = {}): Promise<Response> => {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(10 * SECOND)])
  const response = await fetch(path, { ...options, signal: patience }).catch((cause: unknown) => {
    throw new ShopError("away", "The shop's server did not answer. It is asked again.", { cause })
  })
  if (response.status === 404) throw new ShopError("unknown", "The shop knows no order of this number.")
  if (!response.ok) {
    throw new ShopError("away", `The shop's server answered ${response.status}. It is asked again.`)
  }
  return response
}

const pathOf = (orderId: string): string => `/api/orders/${encodeURIComponent(orderId)}`

/** The order as the server has it. Rejects with ShopError; what is no snapshot counts as no answer. */
export const look = async (orderId: string, signal: AbortSignal): Promise<OrderSnapshot.OrderSnapshot> => {
  const response = await request(pathOf(orderId), signal)
  return Effect.runPromise(OrderSnapshot.decode(await response.text())).catch((cause: unknown) => {
    throw new ShopError("away", "The shop's server sent something that is no order. It is asked again.", {
      cause
    })
  })
}

/** Tells the server what a person asks for. Rejects with ShopError. */
export const act = async (orderId: string, what: Act, signal: AbortSignal): Promise<void> => {
  // The type keeps out forms of other sites, which can't send it.
  const headers = { "content-type": "application/json" }
  await request(`${pathOf(orderId)}/${what}`, signal, { method: "POST", headers, body: "{}" })
}
