/**
 * Everything that the API answers instead of a result: problem details (RFC 9457). `type` tells them apart,
 * `detail` says what to do, and none carries the inside of an error.
 */

import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as ProblemDetails from "effect/http/ProblemDetails"
import * as HttpApiError from "effect/http-api/HttpApiError"
import * as Schema from "effect/Schema"
import { FieldFault } from "./OrderInput.ts"

const errors = Schema.Array(FieldFault).annotate({ description: "Each field that can't be used, and why" })

/** The request can't be read: its path, its query, or a body that is no JSON. */
export class RequestInvalid extends HttpApiError.Problem<RequestInvalid>()(
  "RequestInvalid",
  { type: "urn:umf-order:request-invalid", status: 400, title: "The request can't be read" },
  { errors }
) {}

/** The body was read, and holds fields that can't be used. */
export class FieldsInvalid extends HttpApiError.Problem<FieldsInvalid>()(
  "FieldsInvalid",
  { type: "urn:umf-order:fields-invalid", status: 422, title: "Fields can't be used" },
  { errors }
) {}

export class TokenRefused extends HttpApiError.Problem<TokenRefused>()("TokenRefused", {
  type: "urn:umf-order:token-refused",
  status: 401,
  title: "The bearer token is missing or wrong"
}) {}

export class OrderUnknown extends HttpApiError.Problem<OrderUnknown>()("OrderUnknown", {
  type: "urn:umf-order:order-unknown",
  status: 404,
  title: "No such order"
}) {}

export class Conflict extends HttpApiError.Problem<Conflict>()(
  "Conflict",
  { type: "urn:umf-order:conflict", status: 409, title: "The order is known with another fact" },
  { field: Schema.String.annotate({ description: "The name of the fact that differs" }) }
) {}

/** The store, or the service, is not available; the request may be sent again after `Retry-After`. */
export class Unavailable extends HttpApiError.Problem<Unavailable>()("Unavailable", {
  type: "urn:umf-order:unavailable",
  status: 503,
  title: "Not available now"
}) {}

/** Something is broken; the service's log says what. */
export class Failed extends HttpApiError.Problem<Failed>()("Failed", {
  type: "urn:umf-order:failed",
  status: 500,
  title: "The service failed"
}) {}

export class TooManyRequests extends HttpApiError.Problem<TooManyRequests>()("TooManyRequests", {
  type: "urn:umf-order:too-many-requests",
  status: 429,
  title: "Too many requests"
}) {}

/** What is wrong where no handler was reached, or none said so itself. */
const general: Readonly<Record<number, readonly [title: string, detail: string]>> = {
  400: ["The request can't be read", "Its path, headers or body are malformed."],
  404: ["No such resource", "See /openapi.json for what there is."],
  405: ["This method is not for this resource", "The header Allow names those that are."],
  413: [
    "The body is too large",
    "64 KiB are read, and 1 MiB of /v1/orders/bulk. Send the orders in several requests."
  ],
  415: [
    "This content type is not read",
    "Send application/json; to /v1/orders/bulk application/x-ndjson too."
  ],
  421: [
    "Not for this host",
    "The Host header names another machine. Call the service by the address it listens on."
  ],
  503: ["Not available now", "The service is stopping. Send the request again later."]
}

/** The problem that says no more than a status does. */
export const ofStatus = (status: number): ProblemDetails.ProblemDetails => {
  const [title, detail] = general[status] ?? ["The service failed", "Its log says more."]
  return { type: "about:blank", status, title, detail }
}

/** A problem as a response, with these headers. */
export const toResponse = (
  problem: ProblemDetails.ProblemDetails,
  headers: Readonly<Record<string, string>> = {}
): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.setHeaders(ProblemDetails.toResponse(problem), headers)
