/** One option: its name in each place where it can be set, what it takes, and what holds where nothing is said. */
import * as Config from "effect/Config"
import * as Kind from "./Kind.ts"

/** Where an option exists: in the library, for `umf-order run` only, or for both. */
export type Scope = "app" | "run" | "both"

/** What holds where nothing is said. */
export interface Fallback<A> {
  readonly value: A
  /** What holds with a store on disk, where that differs. */
  readonly durable?: A
  /** On what else it depends. */
  readonly note?: Kind.Words
}

export interface Setting<A> {
  readonly scope: Scope
  /** Its place in the library's options, such as "rateLimit.limit". */
  readonly option?: string
  /** The variable that `UmfConfig` reads, or the command alone where there is no option. */
  readonly variable?: string
  /** Whether the command reads the variable too. */
  readonly isInCommand: boolean
  /** The flag of `umf-order run`, without its dashes. */
  readonly flag?: string
  readonly isNeeded: boolean
  readonly kind: Pick<Kind.Kind<A>, "words" | "config">
  /** The default as a variable would have it: in memory, and with a store on disk. */
  readonly fallback?: { readonly text: string; readonly durable?: string; readonly note?: Kind.Words }
  readonly meaning: Kind.Words
}

type Given<A> = Omit<Setting<A>, "kind" | "fallback" | "isNeeded" | "isInCommand"> & {
  readonly kind: Kind.Kind<A>
  readonly fallback?: Fallback<A>
  readonly isNeeded?: boolean
  readonly isInCommand?: boolean
}

/** An option, with its default written down from the value that the code goes by. */
export const make = <A>({ kind, fallback, ...more }: Given<A>): Setting<A> => ({
  isNeeded: false,
  isInCommand: false,
  ...more,
  kind,
  ...(fallback !== undefined && {
    fallback: {
      text: kind.write(fallback.value),
      ...(fallback.durable !== undefined && { durable: kind.write(fallback.durable) }),
      ...(fallback.note !== undefined && { note: fallback.note })
    }
  })
})

/** The variable's value; `undefined` where it is not set. An option without a variable is never set. */
export const read = <A>({ kind, variable }: Setting<A>): Config.Config<A | undefined> =>
  variable === undefined ? Config.succeed(undefined) : Config.withDefault(kind.config(variable), undefined)

/** The same for an option that has to be set; without it, the error says the variable's name and what it is for. */
export const readNeeded = <A>(setting: Setting<A>): Config.Config<A> => {
  const { kind, meaning, option = "", variable = option } = setting
  const missing = Kind.refusal(variable, `is missing. Set it to the ${kind.words.en}: ${meaning.en}`)
  return Config.flatMap(read(setting), (value) =>
    value === undefined ? Config.fail(missing.cause) : Config.succeed(value)
  )
}
