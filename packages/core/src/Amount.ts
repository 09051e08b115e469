/**
 * Amounts of money in fen (CNY 0.01), as bigint in the program and as decimal digits on the wire.
 *
 * The wire form may be padded with zeros: `"000000008888"` is 8888 fen (PROTOCOL.md 3). Nothing but
 * ASCII digits is an amount: no sign, no point, no exponent, no full-width digits. At most 18 digits,
 * so that every amount fits a signed 64-bit column.
 */
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"

const DIGITS = /^[0-9]{1,18}$/

/** Whether `text` is an amount as the platform writes it: 1 to 18 ASCII digits. */
export const isWire = (text: string): boolean => DIGITS.test(text)

/** Fen as bigint, never negative, below 10^18. */
export const Amount: Schema.brand<Schema.BigInt, "Amount"> = Schema.BigInt.check(
  Schema.makeFilter<bigint>((fen) => (fen >= 0n && fen < 10n ** 18n) || "must be between 0 and 10^18 - 1 fen")
).pipe(Schema.brand("Amount"))
export type Amount = typeof Amount.Type

/** Reads a wire text that `isWire` accepts; `undefined` for any other. */
export const fromWire = (text: string): Amount | undefined =>
  isWire(text) ? (BigInt(text) as Amount) : undefined

/** The shortest wire form: digits without padding. */
export const toWire = (amount: Amount): string => amount.toString()

/** Digits (padded or not) <-> fen. Encoding gives digits without padding. */
export const FromWire: Schema.decodeTo<typeof Amount, Schema.String> = Schema.String.check(
  Schema.makeFilter<string>(
    (text) => isWire(text) || "must be an amount in fen: 1 to 18 digits and nothing else"
  )
).pipe(
  Schema.decodeTo(
    Amount,
    SchemaTransformation.transform({ decode: (text) => BigInt(text), encode: (fen) => fen.toString() })
  )
)
