/**
 * The HTTP API of a service, for apps that aren't Node: its routes, what goes in and what comes out. The
 * OpenAPI document, the server and the client all come from here.
 */
import { Order } from "@umf-order-sync/core"
import { OrderCommand } from "@umf-order-sync/machine"
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as HttpApiSecurity from "effect/http-api/HttpApiSecurity"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { DetailsView, Summary } from "./DetailsView.ts"
import * as Instant from "./Instant.ts"
import { OrderInput, strict } from "./OrderInput.ts"
import { OrderView } from "./OrderView.ts"
import { BulkResult, MOST_IN_BULK, MOST_ON_PAGE, PageView } from "./PlainDesk.ts"
import * as Problem from "./Problem.ts"

/** Asks for the bearer token. */
export class Authorization extends HttpApiMiddleware.Service<Authorization>()(
  "@umf-order-sync/node/api/Authorization",
  { security: { bearer: HttpApiSecurity.bearer }, error: Problem.TokenRefused }
) {}

/** Turns what a schema refused into a problem. */
export class Refusals extends HttpApiMiddleware.Service<Refusals>()("@umf-order-sync/node/api/Refusals", {
  error: [Problem.RequestInvalid, Problem.FieldsInvalid, Problem.Failed]
}) {}

const troubles = [Problem.Unavailable, Problem.Failed, Problem.TooManyRequests] as const

const key = { merId: Order.MerchantId, orderId: Order.OrderId }

const accepted = OrderView.pipe(HttpApiSchema.status(202))

const request = <const Name extends string, const Path extends string>(
  name: Name,
  path: Path,
  summary: string
) =>
  HttpApiEndpoint.post(name, `/v1/orders/:merId/:orderId/${path}`, {
    params: key,
    success: accepted,
    error: [Problem.OrderUnknown, ...troubles]
  }).annotateMerge(
    OpenApi.annotations({ summary, description: "Safe to send twice. Answers with the order as it is then." })
  )

/** Which orders to list. */
export const ListQuery = Schema.Struct({
  state: Schema.optionalKey(
    Schema.Array(Schema.String).annotate({
      description:
        "States such as paid, or tags: polling, settled, attention. May be repeated, or hold several with commas"
    })
  ),
  merId: Schema.optionalKey(Order.MerchantId),
  search: Schema.optionalKey(
    Schema.NonEmptyString.check(Schema.isMaxLength(64)).annotate({
      description: "Orders whose number contains this text, as it is written"
    })
  ),
  since: Schema.optionalKey(Instant.FromText),
  until: Schema.optionalKey(Instant.FromText),
  limit: Schema.optionalKey(
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: MOST_ON_PAGE })).annotate({
      description: `1 to ${MOST_ON_PAGE}; 50 if not said`
    })
  ),
  cursor: Schema.optionalKey(Schema.NonEmptyString)
})

/** Which orders to ask again. */
export const ResumeAll = Schema.Struct({
  merId: Schema.optionalKey(Order.MerchantId),
  reason: Schema.optionalKey(OrderCommand.Reason)
})

/** Looking after orders. */
export const Orders = HttpApiGroup.make("orders")
  .add(
    HttpApiEndpoint.post("add", "/v1/orders", {
      payload: OrderInput,
      success: [OrderView, OrderView.pipe(HttpApiSchema.status(201))],
      error: [Problem.Conflict, ...troubles]
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Hand an order over",
        description:
          "201 where it is new, 200 where it is known already, so that it is safe to send twice; 409 where a fact differs from what was told before. Once answered, the order is stored for good."
      })
    ),
    HttpApiEndpoint.post("addAll", "/v1/orders/bulk", {
      payload: [
        Schema.Array(OrderInput).check(Schema.isMaxLength(MOST_IN_BULK)),
        Schema.String.pipe(HttpApiSchema.asText({ contentType: "application/x-ndjson" }))
      ],
      success: Schema.Struct({ results: Schema.Array(BulkResult) }),
      error: troubles
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Hand up to 1,000 orders over",
        description:
          "A JSON array, or NDJSON with one order a line. Each gets its own result; those that can't be used stop none of the others."
      })
    ),
    HttpApiEndpoint.get("list", "/v1/orders", {
      query: ListQuery,
      success: PageView,
      error: [...troubles]
    }).annotateMerge(
      OpenApi.annotations({
        summary: "List orders, newest first",
        description:
          "Those created at or after `since` and before `until`. `next` of a page is the `cursor` of the one after."
      })
    ),
    HttpApiEndpoint.get("get", "/v1/orders/:merId/:orderId", {
      params: key,
      success: DetailsView,
      error: [Problem.OrderUnknown, ...troubles]
    }).annotateMerge(OpenApi.annotations({ summary: "One order, with its history and its notices" })),
    request("hint", "hint", "There may be news: ask the platform now"),
    request("refundRequested", "refund-requested", "A refund was asked of the platform: follow it"),
    request("voidRequested", "void-requested", "A void was asked of the platform: follow it"),
    request("resume", "resume", "Ask an unresolved or rejected order again"),
    HttpApiEndpoint.post("resumeAll", "/v1/orders/resume", {
      payload: ResumeAll,
      success: Schema.Struct({ resumed: Schema.Int }),
      error: troubles
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Ask all unresolved and rejected orders again",
        description: "Or those of one merchant, or with one reason. Send {} for all."
      })
    )
  )
  .annotateMerge(OpenApi.annotations({ title: "Orders" }))

/** Looking at the service as a whole. */
export const Service = HttpApiGroup.make("service")
  .add(
    HttpApiEndpoint.get("summary", "/v1/summary", { success: Summary, error: [...troubles] }).annotateMerge(
      OpenApi.annotations({ summary: "How many orders and notices there are, by state" })
    ),
    HttpApiEndpoint.get("metrics", "/metrics", {
      success: Schema.String.pipe(
        HttpApiSchema.asText({ contentType: "text/plain; version=0.0.4; charset=utf-8" })
      )
    }).annotateMerge(OpenApi.annotations({ summary: "Metrics in Prometheus' text format" }))
  )
  .annotateMerge(OpenApi.annotations({ title: "Service" }))

const Health_ = Schema.Struct({ status: Schema.Literals(["live", "ready"]) })

/** For probes; needs no token. */
export const Health = HttpApiGroup.make("health")
  .add(
    HttpApiEndpoint.get("live", "/health/live", { success: Health_ }).annotateMerge(
      OpenApi.annotations({ summary: "The process answers" })
    ),
    HttpApiEndpoint.get("ready", "/health/ready", {
      success: Health_,
      error: Problem.Unavailable
    }).annotateMerge(OpenApi.annotations({ summary: "The store answers, and the service isn't stopping" }))
  )
  .annotateMerge(OpenApi.annotations({ title: "Health" }))

/** The whole API. */
export const Api = HttpApi.make("umf-order")
  .add(Orders.middleware(Authorization), Service.middleware(Authorization), Health)
  .middleware(Refusals)
  .annotate(HttpApi.PayloadParseOptions, strict)
  .annotate(HttpApi.QueryParseOptions, strict)
  .annotateMerge(
    OpenApi.annotations({
      title: "umf-order",
      version: "1",
      description:
        "Hands UMF (联动优势) orders to a service that follows them to their end, and tells what became of them. Every error is application/problem+json. Amounts are in fen, as digits; times are ISO 8601 in UTC."
    })
  )
