/** The plain facts of the chosen order, as names and values. */

import * as Dom from "./Dom.ts"
import * as Money from "./Money.ts"
import type { Language, OrderDetails, OrderRow } from "./Protocol.ts"
import * as Terms from "./Terms.ts"
import * as Times from "./Times.ts"
import { of, type Words } from "./Words.ts"

export interface FactsView {
  readonly element: HTMLElement
  /** Shows an order: what the list knows of it, and the rest once it has come. */
  readonly update: (row: OrderRow, details: OrderDetails | undefined, now: number) => void
}

type Name = {
  readonly [K in keyof Words]: Words[K] extends string ? K : never
}[keyof Words]

const names: ReadonlyArray<Name> = [
  "operation",
  "queries",
  "faultsInARow",
  "wasPaid",
  "reason",
  "lastAnswer",
  "created",
  "changed"
]

/** No facts yet, in this language. */
export const make = (language: Language): FactsView => {
  const words = of(language)
  const facts = names.map((name) => {
    const value = Dom.make("dd")
    return {
      name,
      value,
      element: Dom.make("div", { class: "fact" }, Dom.make("dt", {}, words[name]), value)
    }
  })
  const element = Dom.make("dl", { class: "facts" }, ...facts.map((fact) => fact.element))

  const answer = ({ lastAnswer }: OrderDetails, now: number): string => {
    if (lastAnswer === undefined) return words.none
    const { at, amount } = lastAnswer
    const told = amount === undefined ? "" : ` · ${Money.yuan(amount, language)}`
    return `${Times.brief(at, now)} · ${Terms.answer(lastAnswer, language)}${told}`
  }

  const valueOf = (
    name: Name,
    row: OrderRow,
    details: OrderDetails | undefined,
    now: number
  ): string | undefined => {
    switch (name) {
      case "operation":
        return details && Terms.operation(details.operation, language)
      case "queries":
        return details && Money.count(details.queries, language)
      case "faultsInARow":
        return details && details.faults > 0 ? Money.count(details.faults, language) : undefined
      case "wasPaid":
        return row.late === undefined
          ? row.paid
            ? words.yes
            : words.no
          : `${words.yes}: ${Terms.late(row.late, language)}`
      case "reason":
        return row.reason === undefined ? undefined : Terms.reason(row.reason, language)
      case "lastAnswer":
        return details && answer(details, now)
      case "created":
        return Times.brief(row.createdAt, now)
      default:
        return Times.brief(row.updatedAt, now)
    }
  }

  return {
    element,
    update: (row, details, now) => {
      for (const { name, value, element: fact } of facts) {
        const shown = valueOf(name, row, details, now)
        Dom.show(fact, shown !== undefined)
        Dom.text(value, shown ?? "")
        Dom.attribute(fact, "data-fact", name)
        if (name === "created") Dom.attribute(value, "title", Times.exact(row.createdAt, language))
        if (name === "changed") Dom.attribute(value, "title", Times.exact(row.updatedAt, language))
      }
    }
  }
}
