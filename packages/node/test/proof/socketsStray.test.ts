/**
 * An answer that nobody asked for, and that lies unread on a kept connection when the next question is
 * written. The server has a thread of its own, so that it can write while this one stands still: between
 * the last look at a connection and the question on it, as a busy machine lets it stand there.
 */
import { subscribe, unsubscribe } from "node:diagnostics_channel"
import { Worker } from "node:worker_threads"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { OrderGateway } from "../../src/gateway/OrderGateway.ts"
import * as Gateways from "../support/gateways.ts"
import * as Keys from "../support/keys.ts"
import { order } from "../support/orders.ts"

const common = { retMsg: "ok", platDate: "20260729", platTime: "120000", payType: "WX", amount: "990" }
const paying = { ...common, retCode: "01000000", transState: "NOTPAY" }
const first = Keys.signedAnswer({ ...paying, transactionId: "91000000000000000001" })
const stray = Keys.signedAnswer({
  ...{ ...common, retCode: "0000", transState: "SUCCESS" },
  transactionId: "91000000000000000002"
})
/** Of an order that the platform does not know: it has no number. */
const strayWithout = Keys.signedAnswer({ retMsg: "订单不存在", retCode: "00060001" })
const second = Keys.signedAnswer({ ...paying, transactionId: "91000000000000000003" })

/** Answers `first`, then `second`; and writes `stray` on the first connection when the flag goes from 0 to 1. */
const program = `
const { parentPort, workerData } = require("node:worker_threads")
const { createServer } = require("node:net")
const flag = new Int32Array(workerData.shared)
const whole = (text) => "HTTP/1.1 200 OK\\r\\ncontent-length: " + Buffer.byteLength(text) + "\\r\\n\\r\\n" + text
let connection
let asked = 0
createServer((socket) => {
  connection ??= socket
  socket.on("error", () => {})
  let text = ""
  socket.on("data", (chunk) => {
    text += chunk.toString("latin1")
    if (!text.endsWith("}")) return
    text = ""
    // A whole second answer later, so that what waits comes first.
    setTimeout(() => socket.destroyed || socket.write(whole(++asked === 1 ? workerData.first : workerData.second)), 50)
  })
}).listen(0, "127.0.0.1", function () {
  parentPort.postMessage(this.address().port)
})
const wait = () => {
  if (Atomics.load(flag, 0) === 0) return setTimeout(wait, 1)
  connection.write(whole(workerData.stray), () => {
    Atomics.store(flag, 1, 1)
    Atomics.notify(flag, 1)
  })
}
wait()`

interface Server {
  readonly url: string
  /** Has the stray answer written, and comes back when it lies in this machine's own buffers. */
  readonly strike: () => void
}

const serve = (stray: string): Effect.Effect<Server, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.callback<Server & { readonly worker: Worker }>((resume) => {
      const shared = new SharedArrayBuffer(8)
      const flag = new Int32Array(shared)
      const worker = new Worker(program, { eval: true, workerData: { shared, first, stray, second } })
      worker.once("message", (port: number) =>
        resume(
          Effect.succeed({
            worker,
            url: `http://127.0.0.1:${port}`,
            strike: () => {
              Atomics.store(flag, 0, 1)
              Atomics.wait(flag, 1, 0)
            }
          })
        )
      )
    }),
    ({ worker }) => Effect.promise(() => worker.terminate())
  )

/** Whenever a question is about to be written. */
const beforeWriting = (act: () => void) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      subscribe("undici:client:sendHeaders", act)
    }),
    () => Effect.sync(() => unsubscribe("undici:client:sendHeaders", act))
  )

/** What the second order is told. */
const afterStray = (stray: string, known: Parameters<typeof order>[1]) =>
  Effect.gen(function* () {
    const { strike, url } = yield* serve(stray)
    return yield* Effect.gen(function* () {
      const gateway = yield* OrderGateway
      // Leaves a connection behind that is kept.
      yield* gateway.query(order("first", { transactionId: "91000000000000000001" }))
      yield* Effect.sleep(20)
      yield* beforeWriting(strike)
      return yield* gateway.query(order("second", known)).pipe(
        Effect.map(({ verdict }): string => verdict),
        Effect.catch(({ reason }) => Effect.succeed(reason._tag))
      )
    }).pipe(Effect.provide(Gateways.live({ baseUrl: url, retries: 0 }, Gateways.short(2000))))
  })

describe("an answer that came before the question", () => {
  it.live("is not believed of an order whose number is known", () =>
    Effect.gen(function* () {
      const said = yield* afterStray(stray, { transactionId: "91000000000000000003", amount: "990" })
      assert.include(["Paying", "Implausible", "Unreachable"], said)
    })
  )

  it.live("is not believed of such an order either where it names no number", () =>
    Effect.gen(function* () {
      const known = { transactionId: "91000000000000000003", amount: "990" }
      assert.include(["Paying", "Unreachable"], yield* afterStray(strayWithout, known))
    })
  )

  it.live("is not even read for an order of the same amount, whose number nobody knows yet", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* afterStray(stray, { amount: "990" }), "Paying")
    })
  )

  it.live("is not even read for an order of which nothing is known", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* afterStray(stray, {}), "Paying")
    })
  )
})
