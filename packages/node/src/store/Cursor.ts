/** The place in a list where a page ended, as a text that only the store which gave it can read. */
import { StoreError, StoreRefused } from "./StoreError.ts"

const what = "the cursor is not one that this store gave."

/** The refusal of a cursor that the store can't read. */
export const refused = (): StoreError => new StoreError({ reason: new StoreRefused({ what }) })

/** Whether an error is that refusal: the caller's mistake, and nothing that is wrong with the store. */
export const isRefused = ({ reason }: StoreError): boolean =>
  reason._tag === "StoreRefused" && reason.what === what
