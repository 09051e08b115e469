/**
 * Stands in for the shop's own server and for the platform behind it. Each order lives in an actor of the order
 * machine, and what the platform answers is a script chosen by the order's number. A real shop has the service
 * of @umf-order-sync/node in this place: it asks, checks signatures, and holds the keys.
 */
import { Order, OrderQueryAnswer, QuerySchedule, type Verdict } from "@umf-order-sync/core"
import {
  createOrderActor,
  type OrderActor,
  OrderEvent,
  type OrderInspection,
  OrderSnapshot,
  OrderStep
} from "@umf-order-sync/machine"
import * as Schema from "effect/Schema"
import * as PageView from "./PageView.ts"

/** What the platform answers to the nth query (from 0) of an order, of which the machine knows `result` so far. */
type Script = (nth: number, result: string) => Verdict.Verdict

/** By the beginning of an order's number. */
const scripts: Readonly<Record<string, Script>> = {
  paid: (nth) => (nth < 2 ? "Paying" : "Paid"),
  failed: (nth) => (nth < 1 ? "Paying" : "PayFailed"),
  closed: (nth) => (nth < 1 ? "Paying" : "Closed"),
  /** Paid when it was closed already. */
  late: (_, result) => (result === "closed" ? "Paid" : "Closed"),
  /** Contradicts itself until a person is asked, and is right again afterwards. */
  strange: (nth) => (nth < 3 ? "Contradictory" : "Paid"),
  pending: () => "Paying"
}

const readOrder = Schema.decodeUnknownSync(Order.OrderRef)
const readAnswer = Schema.decodeUnknownSync(OrderQueryAnswer.OrderQueryAnswer)

/** An answer that fits the verdict. Only a stand-in may make one up. */
const answerFor = (verdict: Verdict.Verdict): OrderQueryAnswer.OrderQueryAnswer => {
  switch (verdict) {
    case "Paid":
      return readAnswer({
        retCode: "0000",
        transState: "SUCCESS",
        amount: "8888",
        paySeq: "seq-of-the-platform"
      })
    case "PayFailed":
      return readAnswer({ retCode: "0000", transState: "PAYERROR" })
    case "Paying":
      return readAnswer({ retCode: "01000000" })
    default:
      return readAnswer({ retCode: "00060780", retMsg: "a message of the platform" })
  }
}

export interface Options {
  /** How often the platform is asked; somewhat faster than in real life, if nothing is said. */
  readonly schedule?: QuerySchedule.QuerySchedule
  /** Takes what the actors do: any XState inspector. */
  readonly inspect?: OrderInspection.Inspect
}

export interface ScriptedShop {
  /** The order as the page may see it, as JSON. An order with a script's name begins when it is looked at first. */
  readonly look: (orderId: string) => string | undefined
  /** Tells the machine what a person asked for; false where there is no such order. */
  readonly note: (orderId: string, type: "hinted" | "resumed") => boolean
  /** Ends all timers. */
  readonly close: () => void
}

const SECOND = 1000

/** The usual schedule, with the long waits cut short, so that there is something to see. */
const quick: QuerySchedule.QuerySchedule = {
  ...QuerySchedule.defaults,
  firstEvery: 2 * SECOND,
  confirmAfter: 6 * SECOND,
  recheckAfter: [15 * SECOND, 60 * SECOND]
}

/** More orders than a person looks at; a stand-in forgets nothing. */
const MAX_ORDERS = 1000

export const make = ({ schedule = quick, inspect }: Options = {}): ScriptedShop => {
  const orders = new Map<string, OrderActor>()

  const begin = (orderId: string, script: Script): OrderActor => {
    let asked = 0
    const order = readOrder({ merId: "90000001", orderId, amount: "8888" })
    return createOrderActor(
      { order, at: Date.now() },
      {
        query: async ({ operation }, actor) => {
          const askedAt = Date.now()
          const verdict = script(asked++, actor.getSnapshot().value.result)
          await new Promise((resolve) => setTimeout(resolve, 50))
          return OrderEvent.answered(Date.now(), { verdict, operation, answer: answerFor(verdict) }, askedAt)
        },
        now: Date.now,
        setTimer: (callback, milliseconds) => {
          const timer = setTimeout(callback, milliseconds)
          return () => clearTimeout(timer)
        }
      },
      { schedule, ...(inspect === undefined ? {} : { inspect }) }
    ).start()
  }

  /** The order's actor, begun at the first look. */
  const find = (orderId: string): OrderActor | undefined => {
    const script = scripts[orderId.split("-")[0] ?? ""]
    const known = orders.get(orderId)
    if (known !== undefined || script === undefined || orders.size >= MAX_ORDERS) return known
    const actor = begin(orderId, script)
    orders.set(orderId, actor)
    return actor
  }

  return {
    look: (orderId) => {
      const actor = find(orderId)
      return actor && OrderSnapshot.encode(PageView.of(OrderStep.toSnapshot(actor.getSnapshot())))
    },
    note: (orderId, type) => {
      const actor = orders.get(orderId)
      actor?.send({ type, at: Date.now() })
      return actor !== undefined
    },
    close: () => {
      for (const actor of orders.values()) actor.stop()
      orders.clear()
    }
  }
}
