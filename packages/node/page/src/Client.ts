/** The requests of this page to its inspector. Every failure but one that the page gave up is a `ClientError`. */

import { ClientError, isGivenUp, messageOf } from "./ClientError.ts"
import type { Act, OrderDetails, OrderPage, Session } from "./Protocol.ts"

/** Which orders to list. */
export interface Query {
  /** A state or a tag; all orders without it. */
  readonly state: string | undefined
  /** Part of an order number; empty for all. */
  readonly search: string
}

export interface Client {
  readonly session: () => Promise<Session>
  /** A page of orders; the first one without a cursor. */
  readonly orders: (query: Query, cursor: string | undefined, signal: AbortSignal) => Promise<OrderPage>
  readonly act: (id: string, act: Act) => Promise<OrderDetails>
  /** What happens from now on, as bytes; with the chosen order, if there is one. */
  readonly live: (
    order: string | undefined,
    signal: AbortSignal
  ) => Promise<ReadableStream<Uint8Array<ArrayBuffer>>>
}

const reasonOf = async (response: Response): Promise<string> => {
  try {
    const body: unknown = await response.json()
    if (typeof body === "object" && body !== null && "error" in body && typeof body.error === "string") {
      return body.error
    }
  } catch {
    // No JSON: the status has to say it.
  }
  return `The inspector answered with status ${response.status}.`
}

/** Sends requests with this token. */
export const make = (token: string): Client => {
  const send = async (path: string, init: RequestInit = {}): Promise<Response> => {
    if (!/^[\x21-\x7e]+$/.test(token)) throw new ClientError("refused", "The token is none.")
    let response: Response
    try {
      response = await fetch(path, {
        ...init,
        headers: { ...init.headers, authorization: `Bearer ${token}` },
        cache: "no-store",
        redirect: "error"
      })
    } catch (error) {
      if (isGivenUp(error)) throw error
      throw new ClientError("unreachable", messageOf(error))
    }
    if (!response.ok) {
      const kind = response.status === 401 ? "refused" : "answered"
      throw new ClientError(kind, await reasonOf(response), response.status)
    }
    return response
  }
  const read = async (path: string, init?: RequestInit) => (await send(path, init)).json()

  return {
    session: () => read("/api/session"),
    orders: ({ state, search }, cursor, signal) => {
      const parameters = new URLSearchParams()
      if (state !== undefined) parameters.set("state", state)
      if (search !== "") parameters.set("search", search)
      if (cursor !== undefined) parameters.set("cursor", cursor)
      return read(`/api/orders?${parameters}`, { signal })
    },
    act: (id, act) =>
      read(`/api/orders/${encodeURIComponent(id)}/${act}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: "{}"
      }),
    live: async (order, signal) => {
      const parameters = order === undefined ? "" : `?order=${encodeURIComponent(order)}`
      const { body } = await send(`/api/live${parameters}`, { signal })
      if (body === null) throw new ClientError("unreachable", "The live stream is empty.")
      return body
    }
  }
}
