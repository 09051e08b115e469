/**
 * The platform's return codes, each with its source.
 *
 * The platform never published the list in full: a code that is not in this table says something only
 * by exclusion ("not being paid: the order is closed"), which is why `Closed` needs two such answers.
 */
import * as Schema from "effect/Schema"

/** What kind of statement a return code makes. */
export type RetCodeKind =
  | "Success"
  | "Paying"
  | "RefundAccepted"
  | "Voided"
  | "PlatformFault"
  | "SignatureRejected"
  | "Other"

interface RetCodeRow {
  readonly retCode: string
  readonly kind: RetCodeKind
  readonly meaning: string
  readonly source: string
}

/** The code table (PROTOCOL.md 3). Every code that is not in it is of kind `Other`. */
export const table: ReadonlyArray<RetCodeRow> = [
  {
    retCode: "0000",
    kind: "Success",
    meaning: "the order is paid; after a refund or void request: still paid, so that request failed",
    source: "specification, FAQ"
  },
  {
    retCode: "01000000",
    kind: "Paying",
    meaning: "being paid or waiting to be paid",
    source: "specification, FAQ"
  },
  {
    retCode: "02000000",
    kind: "Paying",
    meaning: "being paid or waiting to be paid",
    source: "specification, FAQ"
  },
  {
    retCode: "03000000",
    kind: "Paying",
    meaning: "being paid or waiting to be paid",
    source: "specification, FAQ"
  },
  {
    retCode: "88881220",
    kind: "RefundAccepted",
    meaning: "refund accepted (not: money arrived)",
    source: "specification, FAQ"
  },
  { retCode: "88881137", kind: "Voided", meaning: "voided", source: "specification, FAQ" },
  {
    retCode: "9999",
    kind: "PlatformFault",
    meaning: "system exception; says nothing about the order",
    source: "platform's global code page"
  },
  {
    retCode: "3333",
    kind: "SignatureRejected",
    meaning: "the platform could not verify the request's signature; says nothing about the order",
    source: "platform's global code page"
  }
]

const kinds: ReadonlyMap<string, RetCodeKind> = new Map(table.map((row) => [row.retCode, row.kind]))

/** What kind of statement `retCode` makes. */
export const kindOf = (retCode: string): RetCodeKind => kinds.get(retCode) ?? "Other"

/** 4 or 8 ASCII letters or digits (PROTOCOL.md 5). */
export const isWire = (text: string): boolean => /^(?:[0-9A-Za-z]{4}|[0-9A-Za-z]{8})$/.test(text)

/** A return code as it stands in an answer. */
export const RetCode: Schema.brand<Schema.String, "RetCode"> = Schema.String.check(
  Schema.makeFilter<string>((text) => isWire(text) || "must be 4 or 8 letters or digits")
).pipe(Schema.brand("RetCode"))
export type RetCode = typeof RetCode.Type
