/**
 * Orders fall into a fixed number of buckets by a hash of their key. A bucket is what one process asks
 * after at a time, so the number is part of the stored form: it must never change.
 */
import type { OrderKey } from "./OrderStore.ts"

/** How many buckets there are: enough to spread over a dozen processes. */
export const BUCKETS = 64

/** Every bucket. */
export const all: ReadonlyArray<number> = Array.from({ length: BUCKETS }, (_, index) => index)

/** The bucket of an order: FNV-1a over the UTF-16 code units of merchant and order number. */
export const of = ({ merId, orderId }: OrderKey): number => {
  const text = `${merId}|${orderId}`
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return (hash >>> 0) % BUCKETS
}
