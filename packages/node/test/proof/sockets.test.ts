/** See prove/claims/HostileConnections.ts. */
import { createServer, type Server, type Socket } from "node:net"
import { createServer as createTlsServer, type TlsOptions } from "node:tls"
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Chance from "../../../../prove/Chance.ts"
import { claim } from "../../../../prove/claims/HostileConnections.ts"
import * as Proof from "../../../../prove/Proof.ts"
import { GatewayError } from "../../src/gateway/GatewayError.ts"
import { OrderGateway } from "../../src/gateway/OrderGateway.ts"
import * as Certificates from "../support/certificates.ts"
import * as Gateways from "../support/gateways.ts"
import * as Keys from "../support/keys.ts"
import { order } from "../support/orders.ts"
import * as Hostile from "./Hostile.ts"

const ANSWERS = Proof.size({ small: 400, whole: 19_000 })
const HANDSHAKES = Proof.size({ small: 40, whole: 1200 })
/** For one request, in ms. The deadline leaves room for the pool's places. */
const TIME = 400
const AT_ONCE = 48

const next = Chance.make("sockets")

/** A true answer about an order of its own: paid, or being paid. */
const truth = (id: number, isPaid: boolean) => {
  const transactionId = String(91_000_000_000_000_000_000n + BigInt(id))
  const amount = String(100 + id)
  const body = Keys.signedAnswer({
    ...{ retMsg: "ok", platDate: "20260729", platTime: "120000", payType: "WX" },
    ...(isPaid ? { retCode: "0000", transState: "SUCCESS" } : { retCode: "01000000", transState: "NOTPAY" }),
    ...{ transactionId, amount }
  })
  return { transactionId, amount, body: Buffer.from(body) }
}
const truths = Array.from({ length: 64 }, (_, id) => ({ isPaid: id % 2 === 0, ...truth(id, id % 2 === 0) }))

interface Listening {
  readonly port: number
  readonly open: () => number
}

const listening = (server: Server): Effect.Effect<Listening, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.callback<Listening & { readonly sockets: Set<Socket> }>((resume) => {
      const sockets = new Set<Socket>()
      server.on("connection", (socket: Socket) => {
        sockets.add(socket)
        socket.on("error", () => {})
        socket.once("close", () => sockets.delete(socket))
      })
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" && address !== null ? address.port : 0
        resume(Effect.succeed({ port, open: () => sockets.size, sockets }))
      })
    }),
    ({ sockets }) =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        for (const socket of sockets) socket.destroy()
      })
  )

/** Answers each request by the kind that stands in its order number: `kind.truth.nth`. */
const hostile = (elsewhere: string) =>
  createServer((socket) => {
    let text = ""
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1")
      const [, id] = /"orderId":"([0-9.]+)"/.exec(text) ?? []
      if (id === undefined || !text.endsWith("}")) return
      text = ""
      const [kind = 0, truth = 0] = id.split(".").map(Number)
      const { body } = truths[truth] ?? truths[0] ?? { body: Buffer.alloc(0) }
      // The others' answers say that they are paid, which would be worst.
      const poison = truths[(truth + 2 - (truth % 2)) % truths.length]?.body ?? body
      Hostile.kinds[kind]?.send({ socket, body, poison, next, elsewhere })
    })
  })

const counts = { answers: 0, believed: 0, refused: 0, wrongVerdicts: 0 }
let overrun = 0
/** Kinds that were believed where nothing should be. */
const unexpected = new Set<string>()

/** One question, of which everything is known or nothing; throws where anything is wrong with what comes of it. */
const ask = Effect.fnUntraced(function* (kind: number, nth: number, isKnown: boolean) {
  const hostile = Hostile.kinds[kind] ?? Hostile.kinds[0]
  const which = Chance.below(next, truths.length)
  const { amount, isPaid, transactionId } = truths[which] ?? { isPaid: false, ...truth(0, false) }
  const asked = order(`${kind}.${which}.${nth}`, isKnown ? { transactionId, amount } : {})
  const began = performance.now()
  const result = yield* Effect.result(OrderGateway.use((gateway) => gateway.query(asked)))
  overrun = Math.max(overrun, performance.now() - began - TIME)
  counts.answers += 1
  const at = `${hostile.name}, UMF_TEST_SEED=${Chance.seed}`
  if (Result.isFailure(result)) {
    counts.refused += 1
    assert.instanceOf(result.failure, GatewayError, at)
    if (hostile.believed === "always" && !hostile.strikesOthers) return result.failure
    return undefined
  }
  counts.believed += 1
  const { answer, verdict } = result.success
  // A number whose name was damaged is missing, which must not be where it is known and money is said to have moved.
  const mustBeThere = isKnown && isPaid
  const isOther =
    answer.transactionId !== transactionId && (mustBeThere || answer.transactionId !== undefined)
  if (verdict !== (isPaid ? "Paid" : "Paying") || isOther) {
    counts.wrongVerdicts += 1
    assert.fail(`${verdict} of ${answer.transactionId}: ${at}`)
  }
  if (hostile.believed === "never") unexpected.add(hostile.name)
  return undefined
})

/** Handshakes that nobody may trust, and what answers them. */
const handshakes = (certificates: Certificates.Certificates): ReadonlyArray<readonly [string, Server]> => {
  const good = Buffer.concat([
    Buffer.from(`HTTP/1.1 200 OK\r\ncontent-length: ${Keys.answers.paid.length}\r\n\r\n`),
    Buffer.from(Keys.answers.paid)
  ])
  const tls = (options: TlsOptions) => {
    const server = createTlsServer(options, (socket) => {
      socket.on("error", () => {})
      socket.write(good)
    })
    return server.on("tlsClientError", () => {})
  }
  const old = { ciphers: "DEFAULT@SECLEVEL=0" } as const
  const raw = (first: (socket: Socket) => void) =>
    createServer((socket) => socket.once("data", () => first(socket)))
  const record = (...bytes: ReadonlyArray<number>) => Buffer.from(bytes)
  return [
    ["signed by itself", tls(certificates.selfSigned)],
    ["expired", tls(certificates.expired)],
    ["another host's", tls(certificates.otherHost)],
    ["of an authority that nobody knows", tls(certificates.good)],
    ["TLS 1.0", tls({ ...certificates.good, ...old, minVersion: "TLSv1", maxVersion: "TLSv1" })],
    ["TLS 1.1", tls({ ...certificates.good, ...old, minVersion: "TLSv1.1", maxVersion: "TLSv1.1" })],
    ["without a certificate", tls({ ciphers: "ADH-AES256-GCM-SHA384:@SECLEVEL=0", maxVersion: "TLSv1.2" })],
    ["plain HTTP in its place", raw((socket) => socket.write(good))],
    ["an alert", raw((socket) => socket.end(record(21, 3, 3, 0, 2, 2, 40)))],
    ["garbage", raw((socket) => socket.write(Buffer.alloc(2000, 0xa5)))],
    ["a record that never ends", raw((socket) => socket.write(record(22, 3, 3, 0x40, 0, 2)))],
    ["an end amid the handshake", raw((socket) => socket.end(record(22, 3, 3)))],
    ["a reset", raw((socket) => socket.resetAndDestroy())],
    ["silence", raw(() => {})]
  ]
}

describe("answers over hostile connections", () => {
  it.live(
    "no question gets a verdict but the true answer's; all else is a typed error in time",
    () =>
      Effect.gen(function* () {
        const began = performance.now()
        let elsewhere = 0
        const other = yield* listening(createServer(() => elsewhere++))
        const server = yield* listening(hostile(`http://127.0.0.1:${other.port}/`))
        const memoryBefore = process.memoryUsage.rss()
        let memory = 0
        const met = new Set<number>()
        const harmed: Array<string> = []

        /** Rounds over one pool of connections. */
        const rounds = (amount: number, isKnown: (nth: number) => boolean, withStrikes: boolean) =>
          Effect.forEach(
            Array.from({ length: amount }, (_, nth) => nth),
            Effect.fnUntraced(function* (nth) {
              let kind = nth < Hostile.kinds.length ? nth : Chance.below(next, Hostile.kinds.length)
              if (Hostile.kinds[kind]?.strikesOthers === true && !withStrikes) kind = 0
              // Those that wait cost most of the time, and one is like the other.
              if (nth >= Hostile.kinds.length && Hostile.kinds[kind]?.isSlow === true && next() < 0.5)
                kind = 0
              met.add(kind)
              const failed = yield* ask(kind, nth, isKnown(nth))
              // A connection that was spoilt by the one before may take one true answer down with it.
              if (failed !== undefined) harmed.push(`${Hostile.kinds[kind]?.name}: ${failed.message}`)
              if (nth % 50 === 0) memory = Math.max(memory, process.memoryUsage.rss() - memoryBefore)
            }),
            { concurrency: AT_ONCE, discard: true }
          ).pipe(
            // With all of it over, a true answer is believed at once.
            Effect.andThen(
              Effect.forEach([0, 1, 2, 3, 4], (nth) =>
                Effect.map(ask(0, amount + nth, false), (failed) =>
                  assert.isUndefined(failed, `a true answer afterwards: ${failed?.message}`)
                )
              )
            ),
            Effect.provide(
              Gateways.live(
                {
                  baseUrl: `http://127.0.0.1:${server.port}`,
                  retries: 0,
                  connections: AT_ONCE,
                  rateLimit: { limit: 1_000_000, window: "1 second" },
                  circuitBreaker: { failures: 1_000_000_000, openFor: "1 second" }
                },
                Gateways.short(TIME)
              )
            )
          )
        const half = Math.ceil(ANSWERS / 2)
        yield* rounds(half, (nth) => nth % 2 === 0, false)
        yield* rounds(half, () => true, true)
        assert.strictEqual(met.size, Hostile.kinds.length)
        assert.isBelow(harmed.length, counts.believed / 4, harmed.slice(0, 10).join("\n"))

        assert.deepStrictEqual([...unexpected], [], `believed, UMF_TEST_SEED=${Chance.seed}`)

        const certificates = yield* Certificates.make
        const servers = handshakes(certificates)
        const places = yield* Effect.forEach(servers, ([, tls]) => listening(tls))
        yield* Effect.forEach(
          places,
          Effect.fnUntraced(function* ({ port }, index) {
            const gateway = yield* Layer.build(
              Gateways.live(
                {
                  baseUrl: `https://127.0.0.1:${port}`,
                  retries: 0,
                  rateLimit: { limit: 1_000_000, window: "1 second" },
                  circuitBreaker: { failures: 1_000_000_000, openFor: "1 second" }
                },
                Gateways.short(TIME)
              )
            )
            yield* Effect.forEach(
              Array.from({ length: Math.ceil(HANDSHAKES / places.length) }, (_, nth) => nth),
              Effect.fnUntraced(function* (nth) {
                const at = performance.now()
                const error = yield* Context.get(gateway, OrderGateway)
                  .query(order(`tls-${nth}`))
                  .pipe(Effect.flip, Effect.orDie)
                overrun = Math.max(overrun, performance.now() - at - TIME)
                counts.answers += 1
                counts.refused += 1
                assert.include(["Unreachable", "TimedOut"], error.reason._tag, servers[index]?.[0])
              }),
              { concurrency: 2, discard: true }
            )
          }),
          { concurrency: 4, discard: true }
        ).pipe(Effect.scoped)

        yield* Effect.sleep(500)
        const stayed = [server, ...places].reduce((sum, { open }) => sum + open(), 0)
        assert.strictEqual(stayed, 0, "connections that stayed")
        assert.strictEqual(elsewhere, 0, "questions asked elsewhere")
        Proof.record(claim, (performance.now() - began) / 1000, {
          ...counts,
          kinds: Hostile.kinds.length + servers.length,
          handshakes: Math.ceil(HANDSHAKES / places.length) * places.length,
          overrun: Math.ceil(overrun),
          stayed,
          elsewhere,
          memory: Math.ceil(memory / 2 ** 20)
        })
      }),
    400_000
  )
})
