import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import { OrderStore } from "../../src/store/OrderStore.ts"
import { unavailable } from "../../src/store/StoreError.ts"
import { Ledger } from "../../src/sync/Ledger.ts"
import { NoticeHandler } from "../../src/telling/NoticeHandler.ts"
import * as Relay from "../../src/telling/Relay.ts"
import { storePaid } from "../support/notices.ts"
import { order } from "../support/orders.ts"
import * as Stores from "../support/stores.ts"

/** What goes wrong at a try to hand over, or to mark. */
interface Troubles {
  /** After the handler has written. */
  readonly handing?: (index: number) => Effect.Effect<void, unknown>
  readonly marking?: (index: number) => Effect.Effect<void, ReturnType<typeof unavailable>>
}

/** Writes a receipt for each try, in the store's own database, and gives what stays there in the end. */
const receipts = ({ handing = () => Effect.void, marking = () => Effect.void }: Troubles) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const store = yield* OrderStore
    yield* sql`CREATE TABLE receipts (id TEXT, try INTEGER)`
    let tries = 0
    let marks = 0
    const handler = NoticeHandler.layerTransactional((notice) =>
      Effect.gen(function* () {
        const index = tries++
        yield* (yield* SqlClient)`INSERT INTO receipts VALUES (${notice.id}, ${index})`
        yield* handing(index)
      })
    )
    const troubled = OrderStore.of({
      ...store,
      noticeDelivered: (id, at) =>
        Effect.andThen(
          Effect.suspend(() => marking(marks++)),
          store.noticeDelivered(id, at)
        )
    })
    yield* Layer.build(
      Relay.layer({ backOff: { base: 2, cap: 2 }, timeout: 200, grace: 0 }).pipe(
        Layer.provide(Layer.merge(handler, Ledger.layer())),
        Layer.provide(Layer.succeed(OrderStore, troubled))
      )
    )
    yield* storePaid("a")
    const [pending] = yield* Effect.repeat(
      Effect.delay(
        Effect.map(store.notices(order("a")), (all) => all.filter((one) => one.deliveredAt === undefined)),
        20
      ),
      { until: (all) => all.length === 0 }
    )
    assert.isUndefined(pending)
    // Long enough for another try, if there were one.
    yield* Effect.sleep(100)
    const rows = yield* sql<{ readonly id: string; readonly try: number }>`SELECT * FROM receipts`
    return { tries, kept: rows.map((row) => row.try) }
  }).pipe(Effect.scoped, Effect.provide(Stores.sqlite.layer))

const atFirst =
  <E>(trouble: Effect.Effect<void, E>) =>
  (index: number): Effect.Effect<void, E> =>
    index === 0 ? trouble : Effect.void

describe("a handler that writes to the store's own database", () => {
  it.live("given no trouble, it takes effect once", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* receipts({}), { tries: 1, kept: [0] })
    })
  )

  it.live("given a mark that can't be set, what it wrote is undone, and its next try counts alone", () =>
    Effect.gen(function* () {
      const marking = atFirst(Effect.fail(unavailable("gone")))
      assert.deepStrictEqual(yield* receipts({ marking }), { tries: 2, kept: [1] })
    })
  )

  it.live.each([
    ["fails", Effect.fail("no")],
    ["dies", Effect.die(new Error("a bug"))],
    ["does not end in time", Effect.never]
  ] as const)(
    "given that it %s after it wrote, that is undone, and its next try counts alone",
    ([, trouble]) =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* receipts({ handing: atFirst<unknown>(trouble) }), {
          tries: 2,
          kept: [1]
        })
      })
  )
})
