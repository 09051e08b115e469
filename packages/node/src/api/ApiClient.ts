/** The plain desk over HTTP: a running service, asked through its API. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import { isHttpClientError } from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpApiClient from "effect/http-api/HttpApiClient"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import { withoutAbsent } from "../store/Fields.ts"
import { OrderConflict, UnknownOrder } from "../sync/Ledger.ts"
import { Api, type ListQuery, type ResumeAll } from "./Api.ts"
import { OrderInvalid } from "./OrderInput.ts"
import { ApiError, PlainDesk } from "./PlainDesk.ts"
import * as Problem from "./Problem.ts"

export interface ApiClientOptions {
  /** The service's address, such as http://127.0.0.1:8787. Plain HTTP is for loopback only. */
  readonly url: string
  readonly token: Redacted.Redacted<string>
}

const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/

const refused = (message: string): ApiError => new ApiError({ reason: "Refused", message })

/** The address without a path; the token must not go over an open network. */
const readUrl = (text: string): Effect.Effect<URL, ApiError> => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "") {
    return Effect.fail(refused("The API's address must be one such as http://127.0.0.1:8787."))
  }
  if (url.protocol === "http:" && !LOOPBACK.test(url.hostname)) {
    return Effect.fail(
      refused(
        `The token would go to ${url.hostname} unencrypted. Use https://, or plain http:// on this machine only.`
      )
    )
  }
  return Effect.succeed(url)
}

const ofStatus = (status: number, what: string): ApiError => {
  if (status === 401) {
    return new ApiError({
      reason: "TokenRefused",
      message: "The service refused the token. Check --token-file."
    })
  }
  if (status === 429) return new ApiError({ reason: "Busy", message: `The service is busy: ${what}` })
  if (status === 503)
    return new ApiError({ reason: "Unavailable", message: `The service is not available: ${what}` })
  return refused(`The service answered with HTTP status ${status}: ${what}`)
}

const problems = [
  Problem.TokenRefused,
  Problem.Unavailable,
  Problem.Failed,
  Problem.TooManyRequests,
  Problem.RequestInvalid,
  Problem.FieldsInvalid,
  Problem.OrderUnknown,
  Problem.Conflict
] as const
type AnyProblem = InstanceType<(typeof problems)[number]>

const isProblem = (error: unknown): error is AnyProblem =>
  problems.some((problem) => error instanceof problem)

/** The system's word for a broken connection, dug out of nested causes; never their messages. */
const codeOf = (error: unknown, depth = 0): string => {
  if (depth > 5 || typeof error !== "object" || error === null) return "no code"
  if ("code" in error && typeof error.code === "string") return error.code
  if ("reason" in error) return codeOf(error.reason, depth + 1)
  return "cause" in error ? codeOf(error.cause, depth + 1) : "no code"
}

/** What is no more than a failure of the way, or of the service. */
const toApiError = (error: unknown, url: URL): ApiError => {
  if (isProblem(error)) {
    const faults = "errors" in error ? error.errors.map(({ field, message }) => ` ${field}: ${message}.`) : []
    return ofStatus(error.status, `${error.message}${faults.join("")}`)
  }
  if (isHttpClientError(error)) {
    const { reason } = error
    if ("response" in reason) return ofStatus(reason.response.status, "it says no more.")
    return new ApiError({
      reason: "Unreachable",
      message: `The service at ${url.origin} can't be reached (${codeOf(error)}). Is it running, and is --api right?`
    })
  }
  return new ApiError({
    reason: "Unreadable",
    message: `What ${url.origin} answers is not this API's. Check --api, and that both are of one version.`
  })
}

const make = Effect.fnUntraced(function* (
  options: ApiClientOptions
): Effect.fn.Return<PlainDesk["Service"], ApiError, HttpClient.HttpClient> {
  const url = yield* readUrl(options.url)
  const client = yield* HttpApiClient.make(Api, {
    baseUrl: url.href.replace(/\/+$/, ""),
    transformClient: HttpClient.mapRequest(HttpClientRequest.bearerToken(options.token))
  })

  /** Runs a call in its time; of its errors, those that the desk knows are left to `keep`. */
  const call = <A, E, Kept>(
    effect: Effect.Effect<A, E>,
    keep: (error: E) => Kept | undefined
  ): Effect.Effect<A, Kept | ApiError> =>
    effect.pipe(
      Effect.timeoutOrElse({
        duration: "30 seconds",
        orElse: () =>
          Effect.fail(
            new ApiError({
              reason: "Unreachable",
              message: `${url.origin} gave no answer within 30 seconds.`
            })
          )
      }),
      Effect.mapError((error) => {
        if (error instanceof ApiError) return error
        return keep(error as E) ?? toApiError(error, url)
      }),
      // The platform's rule holds here too: nothing goes out but the request.
      Effect.provideService(HttpClient.TracerPropagationEnabled, false)
    )

  const none = (): ApiError | undefined => undefined
  const unknown = (orderId: string) => (error: unknown) =>
    error instanceof Problem.OrderUnknown ? new UnknownOrder({ orderId }) : undefined

  return PlainDesk.of({
    add: (payload) =>
      call(client.orders.add({ payload, responseMode: "decoded-and-response" }), (error) => {
        if (error instanceof Problem.Conflict) {
          return new OrderConflict({ orderId: payload.orderId, field: error.field })
        }
        return error instanceof Problem.FieldsInvalid ? new OrderInvalid({ errors: error.errors }) : undefined
      }).pipe(Effect.map(([order, response]) => ({ order, isNew: response.status === 201 }))),
    addAll: (payload) => Effect.map(call(client.orders.addAll({ payload }), none), ({ results }) => results),
    list: ({ states, merId, search, since, until, cursor, limit }) =>
      call(
        client.orders.list({
          query: withoutAbsent<typeof ListQuery.Type>({
            state: states,
            merId,
            search,
            since,
            until,
            cursor,
            limit
          })
        }),
        none
      ),
    get: (params) => call(client.orders.get({ params }), unknown(params.orderId)),
    request: (name, params) => call(client.orders[name]({ params }), unknown(params.orderId)),
    resumeAll: ({ merId, reason }) =>
      Effect.map(
        call(
          client.orders.resumeAll({
            payload: withoutAbsent<typeof ResumeAll.Type>({ merId, reason })
          }),
          none
        ),
        ({ resumed }) => resumed
      ),
    summary: call(client.service.summary({}), none)
  })
})

/** Asks the service at this address; each request goes over a kept-alive connection. */
export const layer = (options: ApiClientOptions): Layer.Layer<PlainDesk, ApiError> =>
  Layer.effect(PlainDesk, make(options)).pipe(
    Layer.provide(NodeHttpClient.layerUndiciOptions({ connections: 4, keepAliveTimeout: 4_000 }))
  )
