/**
 * What an option takes: how it is read from a variable, how it is written there, and what it is called. A
 * value that can't be used is refused with the variable's name and what it must be, and is never shown: it
 * may be a secret that was put into the wrong place.
 */
import { Order } from "@umf-order-sync/core"
import * as Config from "effect/Config"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import * as KeyFile from "../keys/KeyFile.ts"
import * as TimeText from "./TimeText.ts"

/** The same in both languages of the documents. */
export interface Words {
  readonly en: string
  readonly zh: string
}

export interface Kind<A> {
  readonly words: Words
  /** Reads a variable. Fails with a ConfigError where its value can't be used. */
  readonly config: (variable: string) => Config.Config<A>
  /** A value as a variable has it. */
  readonly write: (value: A) => string
}

/** The error that a variable is refused with: `problem` says what it must be, or what to do. */
export const refusal = (variable: string, problem: string): Config.ConfigError =>
  new Config.ConfigError(
    new Schema.SchemaError(
      new SchemaIssue.Pointer(
        [variable],
        new SchemaIssue.InvalidValue({ message: `${variable} ${problem}.` })
      )
    )
  )

const made = <A>(kind: {
  readonly words: Words
  /** What a value must be, such as "a whole number". */
  readonly must: string
  readonly read: (text: string) => Option.Option<A>
  readonly write: (value: A) => string
}): Kind<A> => ({
  words: kind.words,
  write: kind.write,
  config: (variable) =>
    Config.mapEffect(Config.String(variable), (text) =>
      Option.match(kind.read(text), {
        onNone: () => Effect.fail(refusal(variable, `must be ${kind.must}`)),
        onSome: Effect.succeed
      })
    )
})

/** Several of a kind: with commas between them, as an array, or `none`. */
const several = <A>(kind: {
  readonly words: Words
  readonly must: string
  readonly read: (text: string) => Option.Option<A>
  readonly write: (value: A) => string
}): Kind<ReadonlyArray<A>> => ({
  words: kind.words,
  write: (values) => (values.length === 0 ? "none" : values.map(kind.write).join(",")),
  config: (variable) =>
    Config.mapEffect(Config.Array(Schema.String, variable), (texts) =>
      texts.length === 1 && texts[0] === "none"
        ? Effect.succeed([])
        : Option.match(Option.all(texts.map((text) => kind.read(text.trim()))), {
            onNone: () => Effect.fail(refusal(variable, `must be ${kind.must}`)),
            onSome: (values) => Effect.succeed(values)
          })
    )
})

const isMerchantId = Schema.is(Order.MerchantId)

export const merchantNumber: Kind<Order.MerchantId> = made({
  words: { en: "merchant number", zh: "商户号" },
  must: "the merchant number, such as 90000001",
  read: Option.liftPredicate(isMerchantId),
  write: String
})

/** The path of a file. What looks like the file's content is refused: it would end in messages about the path. */
export const file: Kind<string> = made({
  words: { en: "path of a file", zh: "文件路径" },
  must: "the path of a file, not what is in it",
  read: Option.liftPredicate((text: string) => text.trim() !== "" && !KeyFile.looksLikeAKey(text)),
  write: String
})

/** A URL; what can be asked of it is checked by those who use it. */
export const url: Kind<string> = made({
  words: { en: "URL", zh: "URL" },
  must: "a URL, such as https://shop.example/umf",
  read: Option.liftPredicate((text: string) => URL.canParse(text)),
  write: String
})

const hidden = () => "…"

export const secret: Kind<Redacted.Redacted<string>> = {
  words: { en: "secret", zh: "机密" },
  config: Config.Redacted,
  write: hidden
}

/** One secret, or two while one takes the other's place. */
export const secrets: Kind<ReadonlyArray<Redacted.Redacted<string>>> = several({
  words: { en: "secret, or two with a comma", zh: "机密，或以逗号分隔的两个" },
  must: "a secret, or two with a comma between them",
  read: (text) => (text === "" ? Option.none() : Option.some(Redacted.make(text))),
  write: hidden
})

/** It may hold a password, so it is a secret. */
export const postgresUrl: Kind<Redacted.Redacted<string>> = made({
  words: { en: "secret: a URL", zh: "机密：URL" },
  must: "a URL such as postgres://user@host/database",
  read: (text) =>
    /^postgres(?:ql)?:\/\//.test(text) && URL.canParse(text)
      ? Option.some(Redacted.make(text))
      : Option.none(),
  write: hidden
})

/** A whole number, not below `least`. */
export const count = (least: number): Kind<number> =>
  made({
    words: { en: `number, ${least} or more`, zh: `整数，不小于 ${least}` },
    must: `a whole number, at least ${least}`,
    read: (text) =>
      Option.liftPredicate(
        /^[0-9]{1,15}$/.test(text) ? Number(text) : Number.NaN,
        (value: number) => value >= least
      ),
    write: String
  })

/** A whole number above 0, or `none`. */
export const limit: Kind<number | "none"> = made<number | "none">({
  words: { en: "number, or none", zh: "整数，或 none" },
  must: "a whole number above 0, or none",
  read: (text) =>
    text === "none"
      ? Option.some("none")
      : /^[1-9][0-9]{0,14}$/.test(text)
        ? Option.some(Number(text))
        : Option.none(),
  write: String
})

export const length: Kind<Duration.Duration> = made({
  words: { en: "length of time", zh: "时长" },
  must: `a length of time above 0, such as ${TimeText.example}`,
  read: TimeText.readEither,
  write: TimeText.write
})

export const lengths: Kind<ReadonlyArray<Duration.Duration>> = several({
  words: { en: "lengths of time with commas, or none", zh: "以逗号分隔的时长，或 none" },
  must: "lengths of time with commas between them, such as 10m,1h, or none",
  read: TimeText.readEither,
  write: TimeText.write
})

/** What only the command takes, and reads by itself. */
export const ofCommand = (words: Words): Kind<string> =>
  made({ words, must: words.en, read: Option.some, write: String })

/** What can't stand in a variable: a function of the app's own. */
export const callback: Kind<never> = made<never>({
  words: { en: "function", zh: "函数" },
  must: "given in code",
  read: Option.none,
  write: hidden
})
