/** `umf-order query`: one query. */
import type { Verdict } from "@umf-order-sync/core"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { OrderGateway } from "../gateway/OrderGateway.ts"
import { layerGateway } from "../UmfOrderSync.ts"
import * as Options from "./Options.ts"
import * as Output from "./Output.ts"

/** What a verdict means and what to do, for people. */
const meanings: Readonly<Record<Verdict.Verdict, string>> = {
  Paid: "the order is paid",
  Paying: "not decided yet: ask again",
  PayFailed: "the payment failed",
  RefundAccepted: "the refund was accepted (the money may still be on its way)",
  RefundFailed: "still paid, so the refund failed; two such answers at least 30 s apart confirm it",
  Voided: "the order is voided",
  VoidFailed: "still paid, so the void failed; two such answers at least 30 s apart confirm it",
  Closed: "closed, it seems; two such answers at least 30 s apart confirm it",
  PlatformFault: "the platform has trouble; this says nothing about the order: ask again",
  SignatureRejected: "the platform refused our signature: check the merchant number and the private key",
  Contradictory: "the answer contradicts itself; no conclusion: ask again"
}

const color = (verdict: Verdict.Verdict): Output.Colour =>
  verdict === "Paid" || verdict === "RefundAccepted" || verdict === "Voided" ? "green" : "yellow"

/** The conclusion as the command prints it with `--json`. */
export const toJson = (orderId: string, { verdict, answer }: Verdict.Conclusion): object => ({
  orderId,
  verdict,
  retCode: answer.retCode,
  retMsg: answer.retMsg,
  transState: answer.transState,
  transactionId: answer.transactionId,
  amount: answer.amount?.toString(),
  paySeq: answer.paySeq,
  payType: answer.payType,
  platDate: answer.platDate,
  platTime: answer.platTime
})

const toText = (orderId: string, { verdict, answer }: Verdict.Conclusion): string => {
  const rows: ReadonlyArray<readonly [string, string | undefined]> = [
    ["order", orderId],
    ["verdict", `${Output.paint(color(verdict), verdict)}: ${meanings[verdict]}`],
    ["code", `${answer.retCode}${answer.retMsg === undefined ? "" : ` ${answer.retMsg}`}`],
    ["state", answer.transState],
    [
      "amount",
      answer.amount === undefined ? undefined : `${Output.money(answer.amount)} (${answer.amount} fen)`
    ],
    ["platform's order", answer.transactionId],
    ["payment", answer.paySeq],
    ["paid by", answer.payType],
    ["platform's time", [answer.platDate, answer.platTime].filter(Boolean).join(" ") || undefined]
  ]
  return rows
    .flatMap(([name, value]) =>
      value === undefined ? [] : [`${name.padEnd(17)}${name === "verdict" ? value : Output.harmless(value)}`]
    )
    .join("\n")
}

export const queryCommand = Command.make(
  "query",
  {
    ...Options.order,
    timeout: Options.duration("timeout", "Time for one request, more than 60s (default 65s)"),
    deadline: Options.duration("deadline", "Time for the query with its retries (default 100s)"),
    retries: Flag.Int("retries").pipe(
      Flag.withDescription("Retries for faults that can pass (default 2)"),
      Flag.optional
    )
  },
  Effect.fnUntraced(function* (input) {
    const order = yield* Options.toOrder(input)
    const connection = yield* Options.connection
    const json = yield* Options.Json
    yield* Output.progress(`Asking about order ${Output.harmless(order.orderId)} …`)
    const conclusion = yield* OrderGateway.use((gateway) => gateway.query(order, input.operation)).pipe(
      Effect.provide(
        layerGateway({
          ...connection,
          timeout: Option.getOrUndefined(input.timeout),
          deadline: Option.getOrUndefined(input.deadline),
          retries: Option.getOrUndefined(input.retries)
        })
      ),
      Effect.ensuring(Output.progress(""))
    )
    yield* json
      ? Output.json(toJson(order.orderId, conclusion))
      : Output.text(toText(order.orderId, conclusion))
  })
).pipe(
  Command.withDescription(
    "Ask the platform once what became of an order. Exit codes: 0 an answer was believed (whatever it says), 2 usage, 3 fault, 4 an answer came and was not believed."
  ),
  Command.withExamples([
    { command: "umf-order query --order-id 20261124-001", description: "Ask about one order" },
    {
      command: "umf-order query --order-id 20261124-001 --amount 8888 --json",
      description: "Check the amount too; print JSON"
    }
  ])
)
