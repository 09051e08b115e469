/**
 * What is wrong with a list of merchants or with one of them: the file, the merchant, the field, and what to
 * do. Never a value from the file, a key or a passphrase: what stands in a wrong field may be a secret.
 */
import { Order } from "@umf-order-sync/core"
import * as Schema from "effect/Schema"

/** The list as a whole can't be used. */
export class FileUnusable extends Schema.TaggedError<FileUnusable>()("FileUnusable", {
  /** The list's path. */
  file: Schema.String,
  problem: Schema.String
}) {
  override get message(): string {
    return `The list of merchants ${this.file} ${this.problem}.`
  }
}

/** One merchant of the list can't be used. */
export class MerchantUnusable extends Schema.TaggedError<MerchantUnusable>()("MerchantUnusable", {
  /** The list's path. */
  file: Schema.String,
  /** Its number, where that can be read. */
  merId: Schema.optionalKey(Order.MerchantId),
  /** Its place in the list, from 1. */
  place: Schema.Int,
  /** The field that is wrong, such as "rateLimit.limit"; empty where the whole entry is. */
  field: Schema.String,
  problem: Schema.String
}) {
  override get message(): string {
    const who = this.merId ?? `no. ${this.place}`
    const where = this.field === "" ? "" : `, field ${this.field}`
    return `Merchant ${who} in ${this.file}${where}: ${this.problem}.`
  }
}

export const MerchantsFault = Schema.Union([FileUnusable, MerchantUnusable])
export type MerchantsFault = typeof MerchantsFault.Type

/** The service can't start with this list. None of the faults goes away by trying again. */
export class MerchantsInvalid extends Schema.TaggedError<MerchantsInvalid>()("MerchantsInvalid", {
  /** All that is wrong, at least one. */
  faults: Schema.NonEmptyArray(MerchantsFault)
}) {
  override get message(): string {
    return this.faults.map(({ message }) => message).join("\n")
  }
}
