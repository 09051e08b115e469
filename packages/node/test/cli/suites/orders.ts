/** `umf-order orders …` and `migrate`: on a file, and through the API of a service. */
import { existsSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import { ApiServer } from "../../../src/api/ApiServer.ts"
import * as MemoryStore from "../../../src/store/MemoryStore.ts"
import { OrderStore } from "../../../src/store/OrderStore.ts"
import * as SqliteStore from "../../../src/store/SqliteStore.ts"
import { Ledger } from "../../../src/sync/Ledger.ts"
import { OrderDesk } from "../../../src/sync/OrderDesk.ts"
import { stored } from "../../support/stores.ts"
import {
  describeRuns,
  errorTag,
  folder,
  keepSecret,
  type Options,
  only,
  type Ran,
  umfOrder
} from "../umfOrder.ts"

const merId = "90000001"
const token = "a-token-of-the-service-0123456789"

const fileWith = (name: string, content: string): string => {
  const file = join(folder, name)
  writeFileSync(file, content)
  return file
}

/** Runs a command with `--json` on a file with orders. */
const on =
  (store: string) =>
  (command: string, more: ReadonlyArray<string> = [], options: Options = {}): Promise<Ran> =>
    umfOrder([...command.split(" "), "--json", ...more], {
      ...options,
      env: { UMF_MER_ID: merId, UMF_STORE: join(folder, store), ...options.env }
    })

describeRuns("umf-order orders on a file", () => {
  it("adds an order, the same again, and refuses another fact", async () => {
    const run = on("add.db")
    const add = ["--order-id", "a-1", "--amount", "8888", "--pay-type", "WX"]
    const first = await run("orders add", add)
    assert.strictEqual(first.code, 0, first.stderr)
    assert.deepInclude(only(first), { orderId: "a-1", merId, amount: "8888", state: "open", isNew: true })
    const again = await run("orders add", add)
    assert.deepInclude(only(again), { ...only(first), isNew: false })
    const other = await run("orders add", ["--order-id", "a-1", "--amount", "1"])
    assert.deepStrictEqual([other.code, errorTag(other)], [2, "OrderConflict"])
    assert.include(other.stderr, "amount")
  })

  it("lists, shows and tells: each prints the order as it is then", async () => {
    const run = on("tell.db")
    for (const orderId of ["a", "b", "c"]) await run("orders add", ["--order-id", orderId])
    const listed = await run("orders list", ["--limit", "2"])
    assert.deepStrictEqual(
      listed.lines.map(({ orderId }) => orderId),
      ["c", "b"]
    )
    const refund = await run("orders refund-requested", ["--order-id", "a"])
    assert.deepInclude(only(refund), { orderId: "a", state: "refunding" })
    const voided = await run("orders void-requested", ["--order-id", "b"])
    assert.deepInclude(only(voided), { orderId: "b", state: "voiding" })
    assert.deepInclude(only(await run("orders hint", ["--order-id", "c"])), { orderId: "c", state: "open" })
    assert.deepInclude(only(await run("orders resume", ["--order-id", "c"])), { orderId: "c", state: "open" })
    assert.deepStrictEqual(only(await run("orders resume", ["--all"])), { resumed: 0 })
    const refunding = await run("orders list", ["--state", "refunding,paid", "--state", "voiding"])
    assert.sameMembers(
      refunding.lines.map(({ orderId }) => orderId),
      ["a", "b"]
    )
    const { history } = only(await run("orders show", ["--order-id", "a"]))
    assert.isTrue(Array.isArray(history) && history.length === 2)
    const text = await umfOrder(["orders", "show", "--order-id", "a"], {
      env: { UMF_MER_ID: merId, UMF_STORE: join(folder, "tell.db") }
    })
    assert.match(text.stdout, /^Order a: refunding$/m)
    assert.match(text.stdout, /^ {2}\S+Z {2}\S+ -> refunding\S* {2}refund asked for$/m)
  })

  it("adds those of a file, and says of each what became of it: exit 1 where one was not taken", async () => {
    const run = on("file.db")
    const csv = fileWith("orders.csv", 'orderId,amount\r\n"a,1",100\r\nb|2,1\r\n\r\nc,\r\nd\r\n"a,1",7\r\n')
    const ran = await run("orders add", ["--from", csv])
    assert.strictEqual(ran.code, 1)
    assert.deepStrictEqual(
      ran.lines.map(({ index, status, orderId }) => [index, status, orderId]),
      [
        [0, "new", "a,1"],
        [1, "invalid", undefined],
        [2, "new", "c"],
        [3, "invalid", undefined],
        [4, "conflict", "a,1"]
      ]
    )
    const stdin = '{"orderId":"e","amount":5}\n{"orderId":"c"}\n'
    const fromStdin = await run("orders add", ["--from", "-"], { stdin })
    assert.deepStrictEqual(
      [fromStdin.code, fromStdin.lines.map(({ status }) => status)],
      [0, ["new", "known"]]
    )
  })

  it("adds 1,200 of a file", async () => {
    const run = on("many.db")
    const lines = Array.from({ length: 1200 }, (_, index) => JSON.stringify({ orderId: `m-${index}` }))
    const ran = await run("orders add", ["--from", fileWith("many.ndjson", lines.join("\n"))])
    assert.strictEqual(ran.code, 0)
    assert.deepStrictEqual(
      ran.lines.map(({ index }) => index),
      lines.map((_, index) => index)
    )
    assert.isTrue(ran.lines.every(({ status }) => status === "new"))
  })

  it("says on stderr that there are more than are listed, and not with --json", async () => {
    const run = on("more.db")
    const lines = ["a", "b", "c"].map((orderId) => JSON.stringify({ orderId }))
    await run("orders add", ["--from", "-"], { stdin: lines.join("\n") })
    const env = { UMF_MER_ID: merId, UMF_STORE: join(folder, "more.db") }
    const list = (limit: string) => umfOrder(["orders", "list", "--limit", limit], { env })
    const [some, all, json] = await Promise.all([list("2"), list("3"), run("orders list", ["--limit", "2"])])
    assert.strictEqual(some.stdout.trim().split("\n").length, 2)
    assert.match(some.stderr, /more than these 2.*--limit/)
    assert.strictEqual(all.stdout.trim().split("\n").length, 3)
    assert.strictEqual(all.stderr, "")
    assert.deepStrictEqual([json.lines.length, json.stderr], [2, ""])
  })

  it("shows a run of faults that goes on, among the facts and at the end of the history", async () => {
    const file = join(folder, "faults.db")
    const faultRun = { fault: "Http", count: 3, first: 1000, last: 61_000 } as const
    const faulty = { ...stored("a", { merId, due: 90_000 }), faultRun }
    const runtime = ManagedRuntime.make(SqliteStore.layer({ file }))
    await runtime.runPromise(OrderStore.use((store) => store.create([faulty])))
    await runtime.dispose()
    const env = { UMF_MER_ID: merId, UMF_STORE: file }
    const { stdout } = await umfOrder(["orders", "show", "--order-id", "a"], { env })
    const [first, last] = ["1970-01-01T00:00:01.000Z", "1970-01-01T00:01:01.000Z"]
    assert.include(stdout, `\n  faults       3 in a row: Http, first ${first}, last ${last}\n`)
    assert.isTrue(
      stdout.endsWith(`\n  ${last}  3 faults of kind Http since ${first}, not over yet\n`),
      stdout
    )
    const exported = await on("faults.db")("export")
    assert.notProperty(only(exported), "faultRun")
  })

  it("takes no order of a merchant other than the one that is given, or those that are listed", async () => {
    const run = on("merchants.db")
    const lines = [{ orderId: "mine" }, { orderId: "theirs", merId: "90000002" }]
    const stdin = lines.map((line) => JSON.stringify(line)).join("\n")
    const ran = await run("orders add", ["--from", "-"], { stdin })
    assert.deepStrictEqual([ran.code, ...ran.lines.map(({ status }) => status)], [1, "new", "invalid"])
    assert.deepStrictEqual(ran.lines[1]?.errors, [
      { field: "merId", message: "is no merchant of this service: it has no keys for it" }
    ])
    const merchants = ["90000001", "90000002"].map((listed) => ({
      merId: listed,
      privateKey: "a.key.p8",
      platformCert: "platform.cert.crt"
    }))
    const list = fileWith("two-merchants.json", JSON.stringify({ merchants }))
    const listed = await run("orders add", ["--from", "-"], { stdin, env: { UMF_MERCHANTS: list } })
    assert.deepStrictEqual([listed.code, ...listed.lines.map(({ status }) => status)], [0, "known", "new"])
    const broken = await run("orders add", ["--from", "-"], {
      stdin,
      env: { UMF_MERCHANTS: join(folder, "no-merchants.json") }
    })
    assert.deepStrictEqual([broken.code, errorTag(broken)], [2, "UsageError"])
  })

  it("a file that is in use can be looked at; to change it, one is sent to --api", async () => {
    const file = join(folder, "used.db")
    const runtime = ManagedRuntime.make(SqliteStore.layer({ file }))
    await runtime.runPromise(Effect.void)
    const run = on("used.db")
    const [listed, exported, added] = await Promise.all([
      run("orders list"),
      run("export"),
      run("orders add", ["--order-id", "a"])
    ])
    assert.deepStrictEqual([listed.code, exported.code, added.code], [0, 0, 2])
    assert.strictEqual(errorTag(added), "StoreLocked")
    assert.include(added.stderr, "--api")
    await runtime.dispose()
  })

  it("what can't be used is refused: exit 2", async () => {
    const run = on("refused.db")
    const refused: ReadonlyArray<readonly [ReadonlyArray<string>, string]> = [
      [["add"], "--order-id"],
      [["add", "--order-id", "a|b"], "--order-id"],
      [["add", "--order-id", "a", "--amount", "8.8"], "--amount"],
      [["add", "--order-id", "a", "--ordered-at", "yesterday"], "--ordered-at"],
      [["add", "--order-id", "a", "--from", "-"], "--from"],
      [["add", "--from", join(folder, "none.csv")], "none.csv"],
      [["add", "--from", fileWith("foreign.csv", "orderId,ammount\na,1\n")], "ammount"],
      [["list", "--state", "pade"], "pade"],
      [["resume"], "--all"],
      [["resume", "--all", "--order-id", "a"], "--all"],
      [["hint", "--order-id", "a", "--mer-id", "123456789"], "--mer-id"],
      [["list", "--postgres", "file.db"], "--postgres"],
      [["list", "--store", "x", "--postgres", "postgres://localhost/x"], "one place"],
      [["list", "--api", "http://127.0.0.1:1"], "--token-file"]
    ]
    const ran = await Promise.all(refused.map(([[command = "", ...more]]) => run(`orders ${command}`, more)))
    for (const [index, { code, stderr }] of ran.entries()) {
      const [args, named] = refused[index] ?? [[], ""]
      assert.strictEqual(code, 2, args.join(" "))
      assert.include(stderr, named, args.join(" "))
    }
    assert.isFalse(existsSync(join(folder, "refused.db")))
    const nowhere = await umfOrder(["orders", "list", "--json"])
    assert.deepStrictEqual([nowhere.code, errorTag(nowhere)], [2, "UsageError"])
    assert.include(nowhere.stderr, "--api")
    const unknown = await on("known.db")("orders add", ["--order-id", "a"]).then(() =>
      on("known.db")("orders show", ["--order-id", "none"])
    )
    assert.deepStrictEqual([unknown.code, errorTag(unknown)], [2, "UnknownOrder"])
  })

  it("makes a store, or brings it up to date", async () => {
    const run = on("migrate.db")
    const [made] = [await run("migrate")]
    assert.deepStrictEqual([made.code, only(made).from], [0, 0])
    const again = await run("migrate")
    assert.deepStrictEqual(only(again), { from: only(made).to, to: only(made).to })
    writeFileSync(join(folder, "foreign.db"), "this is no database, and longer than a header of one would be")
    const foreign = await on("foreign.db")("migrate")
    assert.deepStrictEqual([foreign.code, errorTag(foreign)], [2, "StoreIncompatible"])
  })

  it("a database that can't be reached: exit 3", async () => {
    const ran = await umfOrder([
      "orders",
      "list",
      "--json",
      "--postgres",
      "postgres://u:hidden-word@127.0.0.1:1/x"
    ])
    assert.deepStrictEqual([ran.code, errorTag(ran)], [3, "StoreUnavailable"])
    assert.notInclude(ran.stderr, "hidden-word")
  })
})

const service = ManagedRuntime.make(
  ApiServer.layer({ port: 0, token: Redacted.make(token) }).pipe(
    Layer.provide(OrderDesk.layer),
    Layer.provide(Ledger.layer()),
    Layer.provide(MemoryStore.layer)
  )
)

describeRuns("umf-order orders through a service", () => {
  let url = ""
  beforeAll(async () => {
    keepSecret(token)
    url = (await service.runPromise(ApiServer)).url
  })
  afterAll(() => service.dispose())

  const through = (command: string, more: ReadonlyArray<string> = [], env: Options["env"] = {}) =>
    umfOrder([...command.split(" "), "--json", ...more], {
      env: { UMF_MER_ID: merId, UMF_API: url, UMF_API_TOKEN: token, ...env }
    })

  it("does the same as on a file", async () => {
    const add = ["--order-id", "s-1", "--amount", "8888"]
    const first = await through("orders add", add)
    assert.deepStrictEqual([first.code, only(first).isNew], [0, true])
    assert.isFalse(only(await through("orders add", add)).isNew)
    const other = await through("orders add", ["--order-id", "s-1", "--amount", "1"])
    assert.deepStrictEqual([other.code, errorTag(other)], [2, "OrderConflict"])
    const many = fileWith("service.csv", "orderId,amount\ns-2,1\ns-2,2\ns|3,1\n")
    const from = await through("orders add", ["--from", many])
    assert.deepStrictEqual(
      [from.code, ...from.lines.map(({ status }) => status)],
      [1, "new", "conflict", "invalid"]
    )
    const void_ = await through("orders void-requested", ["--order-id", "s-2"])
    assert.deepInclude(only(void_), { orderId: "s-2", state: "voiding" })
    const shown = only(await through("orders show", ["--order-id", "s-2"]))
    assert.isTrue(Array.isArray(shown.history) && shown.history.length === 2)
    const listed = await through("orders list", ["--state", "voiding"])
    assert.deepStrictEqual(
      listed.lines.map(({ orderId }) => orderId),
      ["s-2"]
    )
    const exported = await through("export", ["--what", "history"])
    assert.isAtLeast(exported.lines.length, 2)
    const unknown = await through("orders hint", ["--order-id", "none"])
    assert.deepStrictEqual([unknown.code, errorTag(unknown)], [2, "UnknownOrder"])
  })

  it("takes the token of a file, and says when it is refused: exit 2", async () => {
    const file = fileWith("token.txt", `${token}\n`)
    const right = await through("orders list", ["--token-file", file], { UMF_API_TOKEN: "wrong" })
    assert.strictEqual(right.code, 0)
    const wrong = await through("orders list", [], { UMF_API_TOKEN: "wrong" })
    assert.deepStrictEqual([wrong.code, errorTag(wrong)], [2, "ApiError"])
    assert.include(wrong.stderr, "--token-file")
  })

  it("nobody there: exit 3, and it may be tried again", async () => {
    const ran = await through("orders list", ["--api", "http://127.0.0.1:1"])
    assert.strictEqual(ran.code, 3)
    assert.strictEqual(errorTag(ran), "ApiError")
  })

  it("options come before the environment", async () => {
    const ran = await through("orders list", ["--store", join(folder, "options.db")])
    assert.deepStrictEqual([ran.code, errorTag(ran)], [2, "StoreRefused"])
  })
})
