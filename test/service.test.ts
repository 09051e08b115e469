/** The service's page: its commands and examples run as they stand, against a sandbox. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Sandbox } from "@umf-order-sync/node"
import * as Effect from "effect/Effect"
import { appFolder, examples, root, runIn, runScript } from "./support/pages.ts"

const page = "docs/service.md"
const command = join(root, "packages/node/bin/umf-order.js")

/** Whether a program can be run here; a machine with Node alone need not have curl and Python. */
const has = (program: string): boolean => spawnSync("which", [program]).status === 0

/** The running service, ended with the scope, and the address of its API. */
const service = (folder: string, args: ReadonlyArray<string>, env: NodeJS.ProcessEnv) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly child: ChildProcess; readonly api: string }>((resume) => {
      const child = spawn(process.execPath, [command, ...args, "--json", "--listen", "127.0.0.1:0"], {
        cwd: folder,
        env: { ...process.env, ...env },
        stdio: ["ignore", "pipe", "inherit"]
      })
      child.stdout.once("data", (line: Buffer) => {
        resume(Effect.succeed({ child, api: String(JSON.parse(String(line)).api) }))
      })
    }),
    ({ child }) =>
      Effect.callback<void>((resume) => {
        child.once("exit", () => resume(Effect.void))
        child.kill("SIGTERM")
      })
  )

describe("docs/service.md", () => {
  it.live.skipIf(!has("bash") || !has("openssl") || !has("curl"))(
    "an order that is handed over with curl or Python is paid in the end",
    () =>
      Effect.gen(function* () {
        const folder = yield* appFolder
        const sandbox = yield* Sandbox.Sandbox.make({ keysDirectory: folder })
        const env = {
          UMF_MER_ID: sandbox.merId,
          UMF_BASE_URL: sandbox.baseUrl,
          UMF_PRIVATE_KEY: "merchant.key.p8",
          UMF_PLATFORM_CERT: "platform.cert.crt"
        }
        const [start] = yield* Effect.promise(() => examples(page, "sh"))
        const [token, run] = (start ?? "").trim().split("\n")
        yield* runIn(folder, "bash", ["-c", token ?? ""], {})
        assert.match(run ?? "", /^umf-order run /)
        const { api } = yield* service(folder, (run ?? "").split(" ").slice(1), env)
        const [curl] = yield* Effect.promise(() => examples(page, "bash"))
        const [python] = yield* Effect.promise(() => examples(page, "python"))
        const here = (code: string | undefined) => (code ?? "").replaceAll("http://127.0.0.1:8787", api)
        const shown = yield* runIn(folder, "bash", ["-c", here(curl)], {})
        const [handed, after] = shown.replaceAll("}{", "}\n{").trim().split("\n")
        assert.strictEqual(JSON.parse(handed ?? "").state, "open")
        assert.strictEqual(JSON.parse(after ?? "").state, "paid")
        if (has("python3")) {
          assert.strictEqual(yield* runIn(folder, "python3", ["-c", here(python)], {}), "paid\n")
        }
      }).pipe(Effect.scoped),
    60_000
  )

  it.live(
    "a handler that writes in the transaction is told once, and its rows are in the store's own file",
    () =>
      Effect.gen(function* () {
        const folder = yield* appFolder
        const sandbox = yield* Sandbox.Sandbox.make({ keysDirectory: folder })
        const [code, ...more] = yield* Effect.promise(() => examples(page, "ts"))
        assert.deepStrictEqual(more, [])
        assert.strictEqual(yield* runScript(folder, "told", code ?? "", sandbox.baseUrl), "order.paid\n")
        const rows = `
          import { DatabaseSync } from "node:sqlite"
          const sql = new DatabaseSync("orders.sqlite")
          console.log(JSON.stringify(sql.prepare("SELECT order_id, type FROM receipts").all()))`
        const kept = yield* runScript(folder, "look", rows, sandbox.baseUrl)
        assert.deepStrictEqual(JSON.parse(kept), [{ order_id: "paid-told", type: "order.paid" }])
      }).pipe(Effect.scoped),
    60_000
  )

  it("both pages show the same examples, but for their comments", async () => {
    for (const language of ["sh", "bash", "python", "ts", "json"]) {
      const code = async (name: string) =>
        (await examples(name, language)).map((example) => example.replaceAll(/ *\/\/ .*$/gm, ""))
      assert.deepStrictEqual(await code("docs/service.zh-CN.md"), await code(page))
    }
  })
})
