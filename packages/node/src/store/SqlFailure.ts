/**
 * What a failed statement means to those who use the store: whether it may pass, and in few words what
 * happened. The database's own message is left out, since it may hold what a row holds; its code says
 * enough to look it up.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { isSqlError, type SqlError, type SqlErrorReason } from "effect/sql/SqlError"
import { type Reason, StoreError, StoreRefused, StoreUnavailable } from "./StoreError.ts"

/** What may pass: SQLSTATE classes and codes of Postgres. The rest is for a person. */
const passing: ReadonlyArray<readonly [start: string, what: string]> = [
  ["08", "the connection to Postgres was lost"],
  ["57P", "Postgres is shutting down or starting"],
  ["53300", "Postgres has no connection left"],
  ["53200", "Postgres is out of memory"],
  ["58", "Postgres met a fault of its system"],
  ["25006", "this Postgres is read-only just now"],
  ["25P03", "Postgres ended a transaction that stood still"],
  ["40", "another transaction was in the way"],
  ["55P03", "another transaction holds a lock"],
  ["57014", "the statement took too long"]
]

const refusals: ReadonlyArray<readonly [start: string, what: string]> = [
  ["53100", "the disk of Postgres is full"],
  ["28", "Postgres did not accept the user or the password"],
  ["3D000", "Postgres has no such database"],
  ["42501", "this user of Postgres lacks a permission"],
  ["23", "a rule of a table would be broken"],
  ["XX", "Postgres found its data damaged"]
]

/** SQLite's primary codes. */
const sqlite: Readonly<Record<number, readonly [mayPass: boolean, what: string]>> = {
  3: [false, "this user may not access the file"],
  5: [true, "the file is busy"],
  6: [true, "a table is locked"],
  7: [true, "there is no memory left"],
  8: [false, "the file, or the connection, is read-only"],
  10: [true, "reading or writing the file failed"],
  11: [false, "the file is damaged"],
  13: [false, "the disk is full"],
  14: [true, "the file can't be opened"],
  15: [true, "another process is opening the file"],
  19: [false, "a rule of a table would be broken"],
  23: [false, "this user may not access the file"],
  26: [false, "the file is no SQLite database"]
}

const unavailable = (what: string): Reason => new StoreUnavailable({ what: `${what}.` })
const refused = (what: string): Reason => new StoreRefused({ what: `${what}.` })

const ofSqlState = (code: string): Reason => {
  const find = (list: typeof passing) => list.find(([start]) => code.startsWith(start))?.[1]
  const passes = find(passing)
  if (passes !== undefined) return unavailable(`${passes} (SQLSTATE ${code})`)
  return refused(`${find(refusals) ?? "Postgres did not carry out a statement"} (SQLSTATE ${code})`)
}

const ofSqlite = (code: number): Reason => {
  const [mayPass, what] = sqlite[code & 0xff] ?? [false, "SQLite did not carry out a statement"]
  return (mayPass ? unavailable : refused)(`${what} (SQLite code ${code})`)
}

/** A name such as ECONNREFUSED or a code of the database; never a text with values. */
const codeOf = (reason: SqlErrorReason): string | undefined => {
  const { cause } = reason
  return Predicate.hasProperty(cause, "code") && Predicate.isString(cause.code) ? cause.code : undefined
}

const reasonOf = ({ reason }: SqlError): Reason => {
  const { cause } = reason
  if (Predicate.hasProperty(cause, "errcode") && Predicate.isNumber(cause.errcode)) {
    return ofSqlite(cause.errcode)
  }
  const code = codeOf(reason)
  if (code !== undefined && /^[0-9A-Z]{5}$/.test(code) && /\d/.test(code)) return ofSqlState(code)
  switch (reason._tag) {
    case "ConnectionError":
      return unavailable(`the database can't be reached${code === undefined ? "" : ` (${code})`}`)
    case "AuthenticationError":
      return refused("the database did not accept the user or the password")
    default:
      if (reason.isRetryable) return unavailable(`the database was busy (${reason._tag})`)
      return refused(
        reason.operation === "commit"
          ? "the transaction was undone, because a statement in it had failed"
          : `the database did not carry out a statement (${reason._tag}${code === undefined ? "" : `, ${code}`})`
      )
  }
}

/** The store's error for a failed statement. */
export const toStoreError = (error: SqlError): StoreError => new StoreError({ reason: reasonOf(error) })

/**
 * Turns every SqlError into a StoreError. A transaction whose connection broke can't be rolled back, which
 * Effect takes for a defect: it is the same lost connection, and is told as such.
 */
export const mapped = <A, E, R>(
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, Exclude<E, SqlError> | StoreError, R> =>
  Effect.catchCause(effect, (cause) => {
    const broken = cause.reasons.filter(Cause.isDieReason).find(({ defect }) => isSqlError(defect))
    if (broken !== undefined && isSqlError(broken.defect)) return Effect.fail(toStoreError(broken.defect))
    return Effect.failCause(
      Cause.map(cause, (error) => (isSqlError(error) ? toStoreError(error) : (error as Exclude<E, SqlError>)))
    )
  })
