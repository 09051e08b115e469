/** Why what is looked at can't be asked, in words for the page: what happened and what to do, nothing stored. */
import type * as Cause from "effect/Cause"
import * as Schema from "effect/Schema"
import { ApiError } from "../api/PlainDesk.ts"
import { StoreError } from "../store/StoreError.ts"

/** What was asked gave no answer in time. */
export class NoAnswer extends Schema.TaggedError<NoAnswer>()("NoAnswer", {}) {
  override get message(): string {
    return "No answer came within 5 seconds. What is shown may be old; it is asked again."
  }
}

const ofError = (error: unknown): string => {
  if (error instanceof ApiError || error instanceof NoAnswer) return error.message
  // What the store says may name places of the machine.
  if (error instanceof StoreError) {
    return `The store can't be read now (${error.reason._tag}). What is shown may be old; it is asked again. The service's log says more.`
  }
  return "Something is wrong inside. What is shown may be old; it is asked again. The service's log may say more."
}

/** The first reason of a failure, in words. */
export const describe = ({ reasons }: Cause.Cause<unknown>): string => {
  const [first] = reasons
  return ofError(first?._tag === "Fail" ? first.error : undefined)
}
