/** What the routes do: the plain desk, asked; its errors turned into problems. */
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import type * as Etag from "effect/http/Etag"
import type * as HttpPlatform from "effect/http/HttpPlatform"
import type * as HttpRouter from "effect/http/HttpRouter"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as Layer from "effect/Layer"
import * as PrometheusMetrics from "effect/observability/PrometheusMetrics"
import type * as Path from "effect/Path"
import * as Result from "effect/Result"
import * as Cursor from "../store/Cursor.ts"
import type { OrderKey } from "../store/OrderStore.ts"
import { StoreError } from "../store/StoreError.ts"
import { Api, type Authorization, type ListQuery, Refusals } from "./Api.ts"
import * as Bulk from "./Bulk.ts"
import { faultsOf, type OrderInput } from "./OrderInput.ts"
import {
  ApiError,
  type BulkResult,
  MOST_IN_BULK,
  PlainDesk,
  type PlainListRequest,
  type Request,
  states
} from "./PlainDesk.ts"
import * as Problem from "./Problem.ts"

const storeTrouble = (error: StoreError): Effect.Effect<never, Problem.Unavailable | Problem.Failed> =>
  error.isRetryable
    ? Effect.fail(
        new Problem.Unavailable({ detail: "The order store does not answer. Send the request again." })
      )
    : Effect.andThen(
        Effect.annotateLogs(Effect.logError("The order store refused."), { reason: error.reason._tag }),
        Effect.fail(new Problem.Failed({ detail: "The order store refused. The service's log says why." }))
      )

type Troubles<E> = Exclude<E, StoreError | ApiError> | Problem.Unavailable | Problem.Failed

/** A store that is away may be back; what a store refuses is told in the log and not to the caller. */
const troubled = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, Troubles<E>, R> =>
  Effect.catch(effect, (error): Effect.Effect<never, Troubles<E>> => {
    if (error instanceof StoreError) return storeTrouble(error)
    if (error instanceof ApiError) return Effect.die(error)
    return Effect.fail(error as Exclude<E, StoreError | ApiError>)
  })

const unknown = (error: { readonly message: string }) =>
  Effect.fail(new Problem.OrderUnknown({ detail: error.message }))

const toListRequest = (
  query: typeof ListQuery.Type
): Result.Result<PlainListRequest, Problem.RequestInvalid> => {
  const { state, limit = 50, ...rest } = query
  const given = state?.flatMap((some) => some.split(",")).filter((one) => one !== "")
  const wanted = given?.flatMap((one) => states.find((known) => known === one) ?? [])
  if (given === undefined || wanted === undefined) return Result.succeed({ ...rest, limit })
  if (given.length === wanted.length && given.length > 0)
    return Result.succeed({ ...rest, states: wanted, limit })
  return Result.fail(
    new Problem.RequestInvalid({
      detail: "The query can't be used.",
      errors: [{ field: "state", message: `must be states or tags: ${states.join(", ")}` }]
    })
  )
}

/** A cursor that the store did not give is the caller's mistake. */
const cursorRefused = new Problem.RequestInvalid({
  detail: "The query can't be used.",
  errors: [{ field: "cursor", message: "must be the `next` of a page; the first page has none" }]
})

const isNdjson = (request: HttpServerRequest): boolean =>
  /^application\/x-ndjson\b/i.test(request.headers["content-type"] ?? "")

const isJson = (request: HttpServerRequest): boolean =>
  /^application\/json\b/i.test(request.headers["content-type"] ?? "application/json")

const orders = HttpApiBuilder.group(
  Api,
  "orders",
  Effect.fnUntraced(function* (handlers) {
    const desk = yield* PlainDesk
    const request =
      (name: Request) =>
      ({ params }: { readonly params: OrderKey }) =>
        troubled(desk.request(name, params)).pipe(Effect.catchTag("UnknownOrder", unknown))

    /** The lines that could be read are handed over; each result stands in its line's place. */
    const addLines = Effect.fnUntraced(function* (lines: ReadonlyArray<Bulk.Line>) {
      const results: Array<BulkResult> = []
      const inputs: Array<OrderInput> = []
      const places: Array<number> = []
      for (const [index, line] of lines.entries()) {
        if (Result.isFailure(line)) results.push({ index, status: "invalid", errors: line.failure.errors })
        else {
          inputs.push(line.success)
          places.push(index)
        }
      }
      for (const result of yield* desk.addAll(inputs)) {
        results.push({ ...result, index: places[result.index] ?? result.index })
      }
      return { results: results.sort((one, other) => one.index - other.index) }
    })

    return handlers
      .handle("add", ({ payload }) =>
        troubled(desk.add(payload)).pipe(
          Effect.map(({ order, isNew }) =>
            HttpServerResponse.jsonUnsafe(order, { status: isNew ? 201 : 200 })
          ),
          Effect.catchTags({
            OrderInvalid: ({ errors }) =>
              Effect.fail(new Problem.FieldsInvalid({ detail: "The order can't be used.", errors })),
            OrderConflict: ({ field, message }) =>
              Effect.fail(new Problem.Conflict({ detail: message, field }))
          })
        )
      )
      .handleRaw("addAll", ({ request }) =>
        Effect.gen(function* () {
          if (!isNdjson(request) && !isJson(request)) return Problem.toResponse(Problem.ofStatus(415))
          const text = yield* Effect.orDie(request.text)
          const lines = isNdjson(request)
            ? yield* Bulk.fromNdjson(text)
            : yield* Bulk.fromArray(text).pipe(
                Effect.mapError(
                  ({ errors }) => new Problem.RequestInvalid({ detail: "The body can't be read.", errors })
                )
              )
          if (lines.length > MOST_IN_BULK) {
            const message = `must not be more than ${MOST_IN_BULK} orders`
            return yield* new Problem.FieldsInvalid({
              detail: "Send the orders in several requests.",
              errors: [{ field: "", message }]
            })
          }
          return yield* troubled(addLines(lines))
        })
      )
      .handle("list", ({ query }) =>
        Effect.flatMap(Effect.fromResult(toListRequest(query)), (list) =>
          desk.list(list).pipe(
            Effect.catchIf(
              (error) => error instanceof StoreError && Cursor.isRefused(error),
              () => Effect.fail(cursorRefused)
            ),
            troubled
          )
        )
      )
      .handle("get", ({ params }) =>
        troubled(desk.get(params)).pipe(Effect.catchTag("UnknownOrder", unknown))
      )
      .handle("hint", request("hint"))
      .handle("refundRequested", request("refundRequested"))
      .handle("voidRequested", request("voidRequested"))
      .handle("resume", request("resume"))
      .handle("resumeAll", ({ payload }) =>
        Effect.map(troubled(desk.resumeAll(payload)), (resumed) => ({ resumed }))
      )
  })
)

const service = HttpApiBuilder.group(
  Api,
  "service",
  Effect.fnUntraced(function* (handlers) {
    const desk = yield* PlainDesk
    return handlers
      .handle("summary", () => troubled(desk.summary))
      .handle("metrics", () => PrometheusMetrics.format())
  })
)

/** For how long an answer to the readiness probe holds: it needs no token, and must not be a load. */
const READY_FOR = "1 second"

const health = (ready: Effect.Effect<boolean>) =>
  HttpApiBuilder.group(
    Api,
    "health",
    Effect.fnUntraced(function* (handlers) {
      const desk = yield* PlainDesk
      const storeAnswers = yield* desk
        .list({ limit: 1 })
        .pipe(
          Effect.timeout("2 seconds"),
          Effect.match({ onFailure: () => false, onSuccess: () => true }),
          Effect.cachedWithTTL(READY_FOR)
        )
      return handlers
        .handle("live", () => Effect.succeed({ status: "live" as const }))
        .handle("ready", () =>
          Effect.gen(function* () {
            const detail = !(yield* ready)
              ? "The service is starting or stopping."
              : !(yield* storeAnswers)
                ? "The order store does not answer."
                : undefined
            if (detail !== undefined) return yield* new Problem.Unavailable({ detail })
            return { status: "ready" as const }
          })
        )
    })
  )

/** A body that was read and holds wrong fields is a 422; everything else that can't be read is a 400. */
const refusals = HttpApiMiddleware.layerSchemaErrorTransform(Refusals, ({ kind, cause }) => {
  if (kind === "Body" || kind === "ResponseHeaders") {
    return Effect.andThen(
      Effect.logError("An answer does not have the shape that the API promises."),
      Effect.fail(new Problem.Failed({ detail: "The service's log says more." }))
    )
  }
  const errors = faultsOf(cause.issue)
  const isWhole = errors.every(({ field }) => field === "")
  return Effect.fail(
    kind === "Payload" && !isWhole
      ? new Problem.FieldsInvalid({ detail: "The body can't be used.", errors })
      : new Problem.RequestInvalid({
          detail: `The ${kind === "Payload" ? "body" : kind === "Params" ? "path" : "query"} can't be used.`,
          errors
        })
  )
})

/** The routes, with what they need of the desk; `ready` says whether the service takes work. */
export const layer = (
  ready: Effect.Effect<boolean>
): Layer.Layer<
  never,
  never,
  | HttpRouter.HttpRouter
  | Authorization
  | PlainDesk
  | Etag.Generator
  | FileSystem.FileSystem
  | HttpPlatform.HttpPlatform
  | Path.Path
> =>
  HttpApiBuilder.layer(Api, { openapiPath: "/openapi.json" }).pipe(
    Layer.provide([orders, service, health(ready)]),
    Layer.provide(refusals)
  )
