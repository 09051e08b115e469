/**
 * Everything that whole runs of the commands print, log, answer, send and store: nothing secret is in it,
 * whatever goes wrong meanwhile. The commands run from `dist`, as their users have them.
 */
import { createPrivateKey, generateKeyPairSync, randomBytes } from "node:crypto"
import { readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { basename, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Sandbox from "../src/sandbox/Sandbox.ts"
import { type Options, type Running, umfOrder } from "./cli/umfOrder.ts"
import * as Haystack from "./support/haystack.ts"
import { folder } from "./support/stores.ts"
import * as Wiretap from "./support/wiretap.ts"

const passphrase = `correct horse ${randomBytes(12).toString("hex")}`
const token = randomBytes(24).toString("base64url")
const secret = `whsec_${randomBytes(32).toString("base64")}`

const encrypted = (der: Uint8Array) =>
  createPrivateKey({ key: Buffer.from(der), format: "der", type: "pkcs8" }).export({
    type: "pkcs8",
    format: "pem",
    cipher: "aes-256-cbc",
    passphrase
  })

/** The bytes in a PEM text. */
const bytesOf = (pem: string | Buffer) => Buffer.from(String(pem).replace(/-----.*-----|\s/g, ""), "base64")

/** A merchant with an encrypted key, the platform that it talks to, and all secrets of both. */
const world = Effect.gen(function* () {
  const path = yield* folder
  const sandbox = yield* Sandbox.make()
  const line = yield* Wiretap.make(sandbox.baseUrl)
  const der = Redacted.value(sandbox.merchantPrivateKey)
  const stranger = generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey
  const strangerDer = stranger.export({ type: "pkcs8", format: "der" })
  const pem = encrypted(der)
  const at = (name: string, content?: string | Uint8Array) => {
    if (content !== undefined) writeFileSync(join(path, name), content)
    return join(path, name)
  }
  const files = {
    key: at("merchant.key.p8", pem),
    plainKey: at("plain.key.p8", der),
    strangersKey: at("stranger.key.p8", strangerDer),
    cert: at("platform.cert.crt", sandbox.platformCert),
    passphrase: at("passphrase", `${passphrase}\n`),
    token: at("token", `${token}\n`),
    secret: at("secret", `${secret}\n`)
  }
  const needles = [
    Haystack.bytes("the private key", der),
    Haystack.bytes("the encrypted private key", bytesOf(pem)),
    Haystack.bytes("the stranger's private key", strangerDer),
    Haystack.text("the passphrase", passphrase),
    Haystack.text("the API's token", token),
    Haystack.text("the webhook's secret", secret.slice("whsec_".length)),
    Haystack.signature
  ]
  const env = { UMF_MER_ID: sandbox.merId, UMF_PLATFORM_CERT: files.cert, UMF_BASE_URL: line.url }
  return { at, der, env, files, line, needles, pem, sandbox }
})
type World = Effect.Success<typeof world>

/** A merchant's server: refuses the first notice of each order, and keeps all that it is sent. */
const hook: Effect.Effect<
  { readonly url: string; readonly told: ReadonlyArray<string> },
  never,
  Scope.Scope
> = Effect.acquireRelease(
  Effect.callback<{ readonly url: string; readonly told: Array<string>; readonly close: () => void }>(
    (resume) => {
      const told: Array<string> = []
      const refused = new Set<string>()
      const server = createServer((request, response) => {
        let body = ""
        request.on("data", (chunk) => {
          body += chunk
        })
        request.on("end", () => {
          told.push(JSON.stringify(request.headers), body)
          const { data } = JSON.parse(body)
          response.writeHead(refused.has(data.orderId) ? 204 : 500).end(token)
          refused.add(data.orderId)
        })
      })
      server.listen(0, "127.0.0.1", () => {
        const { port } = server.address() as AddressInfo
        const close = () => {
          server.closeAllConnections()
          server.close()
        }
        resume(Effect.succeed({ url: `http://127.0.0.1:${port}/umf`, told, close }))
      })
    }
  ),
  ({ close }) => Effect.sync(close)
)

/** What is said, part by part. */
class Said {
  readonly parts: Array<Haystack.Part> = []
  /** Texts of services' logs: no whole order number may be in these. */
  readonly logs: Array<Haystack.Part> = []

  /** Runs a command to its end and keeps what it printed. */
  async ran(name: string, args: ReadonlyArray<string>, options: Options): Promise<number | null> {
    const { code, stderr, stdout } = await umfOrder(args, options)
    this.parts.push(
      { where: `stdout of ${name}`, text: stdout },
      { where: `stderr of ${name}`, text: stderr }
    )
    // What a command tells the person who asked for one order is no log, and ends what it says.
    const log = args[0] === "run" ? stderr : stderr.replace(/^Order .* needs a person .*$/m, "")
    this.logs.push({ where: `stderr of ${name}`, text: log })
    return code
  }

  /** Asks a service's API and keeps the answer. */
  async asked(url: string, init: RequestInit = {}, given = token): Promise<{ status: number; text: string }> {
    const headers = { authorization: `Bearer ${given}`, "content-type": "application/json" }
    const response = await fetch(url, { headers, ...init })
    const text = await response.text()
    const where = `${init.method ?? "GET"} ${new URL(url).pathname}`
    this.parts.push(
      { where, text },
      { where: `headers of ${where}`, text: JSON.stringify([...response.headers]) }
    )
    return { status: response.status, text }
  }
}

const until = async (holds: () => Promise<boolean>): Promise<void> => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 50))
}

const quick = [
  "--every",
  "100ms",
  "--confirm-after",
  "200ms",
  "--rate-limit",
  "1000",
  "--give-up-after",
  "1h"
]

/** Orders by their scripts, with the ends that are waited for; numbers as merchants have them. */
const number = (script: string) => `${script}-20261125-0042`
const ends: { readonly [script: string]: string } = {
  paid: "paid",
  "paid-after-3": "paid",
  "pay-error": "payFailed",
  closed: "closed",
  "signature-rejected": "rejected",
  "wrong-signature": "unresolved",
  "wrong-amount": "unresolved",
  unsigned: "open",
  renamed: "unresolved",
  merged: "unresolved",
  contradictory: "unresolved",
  html: "open",
  "cut-then-paid": "paid",
  "bad-gateway-then-paid": "paid",
  "platform-fault-then-paid": "paid"
}
const orderIds = Object.keys(ends).map(number)

const handOver = async (said: Said, api: string, merId: string): Promise<void> => {
  for (const orderId of orderIds) {
    const body = JSON.stringify({ merId, orderId, amount: 8888 })
    assert.strictEqual((await said.asked(`${api}/v1/orders`, { method: "POST", body })).status, 201)
  }
}

/** Asks for everything that there is to be had, and for what is not; with secrets where they don't belong. */
const lookAround = async (said: Said, api: string, merId: string): Promise<string> => {
  const paid = `${api}/v1/orders/${merId}/${number("paid")}`
  const post = (path: string, body: string, given?: string) =>
    said.asked(`${api}${path}`, { method: "POST", body }, given)
  for (const orderId of orderIds) await said.asked(`${api}/v1/orders/${merId}/${orderId}`)
  for (const path of ["/v1/orders?limit=100", "/v1/summary", "/health/live", "/health/ready"]) {
    await said.asked(`${api}${path}`)
  }
  for (const what of ["hint", "refund-requested", "resume"])
    await said.asked(`${paid}/${what}`, { method: "POST" })
  assert.strictEqual((await said.asked(paid, {}, `${token}x`)).status, 401)
  await said.asked(`${api}/v1/orders?token=${token}&state=nowhere&cursor=${token}`)
  await said.asked(`${paid}/${token}`)
  await post("/v1/orders", JSON.stringify({ orderId: number("paid"), amount: 1, passphrase, token }))
  await post("/v1/orders", JSON.stringify({ orderId: passphrase, amount: secret, payType: token }))
  await post("/v1/orders", `{"orderId": "${passphrase}" ${token}`)
  await post("/v1/orders/bulk", JSON.stringify([{ orderId: `${token}|`, sign: secret }, 7]))
  const document = await fetch(`${api}/openapi.json`)
  said.parts.push({ where: "/openapi.json", text: await document.text() })
  return (await said.asked(`${api}/metrics`)).text
}

/**
 * Looks at everything that the inspector gives its page, which shows no whole order number, and with secrets
 * where they don't belong. Gives the inspector's own token.
 */
const lookThrough = async (said: Said, address: string): Promise<string> => {
  const { hash, origin } = new URL(address)
  const own = new URLSearchParams(hash.slice(1)).get("token") ?? ""
  const ask = async (path: string, given = own) => {
    const answer = await said.asked(`${origin}${path}`, {}, given)
    said.logs.push({ where: `the inspector's ${path.split("?")[0]}`, text: answer.text })
    return answer
  }
  const { orders } = JSON.parse((await ask("/api/orders")).text)
  assert.lengthOf(orders, orderIds.length)
  for (const { id } of orders) assert.strictEqual((await ask(`/api/orders/${id}`)).status, 200)
  for (const path of ["/", "/api/session", `/api/orders?search=${token}`, `/api/orders?cursor=${secret}`]) {
    await ask(path)
  }
  assert.strictEqual((await ask(`/api/orders/${token}`)).status, 404)
  assert.strictEqual((await ask("/api/orders", token)).status, 401)
  const headers = { authorization: `Bearer ${own}` }
  const left = new AbortController()
  const live = await fetch(`${origin}/api/live?order=${orders[0].id}`, { headers, signal: left.signal })
  const reader = live.body?.getReader()
  let streamed = ""
  while (!streamed.includes('"state"')) streamed += new TextDecoder().decode((await reader?.read())?.value)
  left.abort()
  said.logs.push({ where: "the inspector's stream", text: streamed })
  return own
}

const state = async (said: Said, api: string, merId: string, orderId: string): Promise<unknown> =>
  JSON.parse((await said.asked(`${api}/v1/orders/${merId}/${orderId}`)).text).state

/** The service of one merchant: secrets in files, the log as JSON, with an inspector. */
const serviceOfOne = async (
  said: Said,
  { at, env, files, sandbox }: World,
  url: string
): Promise<{ readonly metrics: string; readonly ofInspector: string }> => {
  const { merId } = sandbox
  let metrics = ""
  let ofInspector = ""
  const where = ["--store", at("one.sqlite"), "--listen", "127.0.0.1:0", "--webhook-url", url]
  const secrets = ["--passphrase-file", files.passphrase, "--token-file", files.token]
  const telling = ["--webhook-secret-file", files.secret]
  const logging = ["--log", "json", "--log-level", "all", "--inspect"]
  await said.ran("run", ["run", "--json", ...where, ...secrets, ...telling, ...logging, ...quick], {
    env: { ...env, UMF_PRIVATE_KEY: files.key },
    waits: true,
    during: async ({ firstLine, signal }: Running) => {
      const { api, inspector } = JSON.parse(await firstLine)
      await handOver(said, api, merId)
      for (const [script, end] of Object.entries(ends)) {
        await until(async () => (await state(said, api, merId, number(script))) === end)
      }
      await until(async () =>
        / 0$/.test(/^umf_notices_pending.*$/m.exec((await said.asked(`${api}/metrics`)).text)?.[0] ?? "")
      )
      ofInspector = await lookThrough(said, inspector)
      metrics = await lookAround(said, api, merId)
      signal("SIGTERM")
    }
  })
  return { metrics, ofInspector }
}

/** The service of several: secrets in the environment, the log as logfmt, and a list that goes wrong meanwhile. */
const serviceOfMany = async (said: Said, { at, der, env, files, sandbox }: World): Promise<void> => {
  const good = { privateKey: files.key, passphraseFile: files.passphrase, platformCert: files.cert }
  const strange = { merId: "90000002", privateKey: files.strangersKey, platformCert: files.cert }
  const entry = (merId: string, more: object = {}) => ({ merId, ...good, ...more })
  const list = (...merchants: ReadonlyArray<object>) => at("merchants.json", JSON.stringify({ merchants }))
  const cut = at("cut.key.p8", der)
  truncateSync(cut, 300)
  const file = list(entry(sandbox.merId), strange)
  const where = ["--store", at("many.sqlite"), "--listen", "127.0.0.1:0", "--merchants", file]
  await said.ran("run with many", ["run", "--json", ...where, "--log-level", "all", ...quick], {
    env: { UMF_BASE_URL: env.UMF_BASE_URL, UMF_API_TOKEN: token, UMF_WEBHOOK_SECRET: secret },
    waits: true,
    during: async ({ firstLine, signal }: Running) => {
      const api = String(JSON.parse(await firstLine).api)
      const add = async (merId: string) => {
        const body = JSON.stringify({ merId, orderId: number("paid"), amount: 8888 })
        return (await said.asked(`${api}/v1/orders`, { method: "POST", body })).status
      }
      assert.deepStrictEqual([await add(sandbox.merId), await add("90000002")], [201, 201])
      list(
        entry(sandbox.merId, { passphrase }),
        entry("90000002", { privateKey: der.toString(), passphraseFile: files.token }),
        entry("90000003", { privateKey: Buffer.from(der).toString("base64") }),
        entry("90000004", { privateKey: cut }),
        entry("90000005", { platformCert: files.plainKey }),
        entry("90000006", { [Buffer.from(der).toString("base64")]: passphrase }),
        entry("90000007")
      )
      await until(async () => (await add("90000007")) === 201)
      await until(async () => (await state(said, api, "90000002", number("paid"))) !== "open")
      signal("SIGTERM")
    }
  })
  const broken = at("broken.json", `{"merchants": [{"passphrase": "${passphrase}" ${passphrase}`)
  for (const merchants of [broken, files.plainKey, list(entry("90000002", { passphrase }))]) {
    const args = ["run", "--json", "--store", at("none.sqlite"), "--merchants", merchants]
    assert.strictEqual(
      await said.ran("run with a wrong list", args, { env: { ...env, UMF_API_TOKEN: token } }),
      2
    )
  }
}

/** The commands that ask once, or until an end; with the right keys, with others, and with keys in wrong places. */
const asking = async (said: Said, { at, der, env, files, line, pem }: World): Promise<void> => {
  const keys = { ...env, UMF_PRIVATE_KEY: files.key, UMF_PASSPHRASE: passphrase }
  const once = async (script: string, more: Options["env"], code: number) => {
    for (const form of [[], ["--json"]]) {
      const args = ["query", ...form, "--retries", "0", "--amount", "8888", "--order-id", number(script)]
      assert.strictEqual(await said.ran(`query ${script}`, args, { env: { ...keys, ...more } }), code)
    }
  }
  await Promise.all([
    once("paid", {}, 0),
    once("wrong-signature", {}, 4),
    once("wrong-amount", {}, 4),
    once("html", {}, 4),
    once("bad-gateway", {}, 3),
    once("paid", { UMF_PRIVATE_KEY: files.strangersKey }, 0),
    once("paid", { UMF_PASSPHRASE: `${passphrase}?` }, 2),
    once("paid", { UMF_PASSPHRASE: "" }, 2),
    once("paid", { UMF_PRIVATE_KEY: String(pem) }, 2),
    once("paid", { UMF_PRIVATE_KEY: Buffer.from(der).toString("base64") }, 2),
    once("paid", { UMF_PLATFORM_CERT: files.key }, 2),
    once("paid", { UMF_BASE_URL: line.url.replace("http://", `http://umf:${token}@`) }, 2)
  ])
  const track = (script: string) =>
    said.ran(
      `track ${script}`,
      ["track", "--every", "100ms", "--log-level", "all", "--amount", "8888", "--order-id", number(script)],
      { env: keys, waits: true }
    )
  assert.deepStrictEqual(await Promise.all([track("paid-after-3"), track("wrong-signature")]), [0, 1])
  const one = ["--store", at("one.sqlite")]
  const look = async (...args: ReadonlyArray<string>) =>
    assert.strictEqual(await said.ran(args.join(" "), [...args, ...one], { env: keys }), 0)
  await look("orders", "list")
  await look("orders", "show", "--order-id", number("paid"))
  await look("export", "--what", "history")
  await look("export")
  await look("migrate")
  await look("orders", "resume", "--all")
  for (const what of ["hint", "refund-requested"]) await look("orders", what, "--order-id", number("paid"))
  assert.strictEqual(await said.ran("keys show", ["keys", "show", files.key], { env: keys }), 0)
  const refused = { env: keys, stdin: JSON.stringify({ orderId: `${passphrase}&`, token: `|${token}` }) }
  assert.strictEqual(await said.ran("sign what is refused", ["sign"], refused), 2)
  const [signature] = line.signatures()
  const forged = { env: keys, stdin: JSON.stringify({ retCode: "0000", sign: signature }) }
  assert.strictEqual(await said.ran("verify what is forged", ["verify"], forged), 1)
}

/** Files that a run leaves behind, byte by byte; keys are in none but those that were made for them. */
const kept = ({ at }: World): ReadonlyArray<Haystack.Part> =>
  readdirSync(at("."))
    .filter((file) => file.includes(".sqlite"))
    .map((file) => ({ where: `the file ${file}`, text: readFileSync(at(file), "latin1") }))

/** The commands that bring a platform with them; gives the secrets of the one that keeps its keys. */
const alone = async (said: Said, { at, env }: World): Promise<ReadonlyArray<Haystack.Needle>> => {
  const directory = at("sandbox")
  const playing = said.ran(
    "sandbox",
    ["sandbox", "--port", "0", "--json", "--dir", directory, "--log-level", "all"],
    {
      waits: true,
      during: async ({ firstLine, signal }: Running) => {
        const { baseUrl, merId, platformCert, privateKey } = JSON.parse(await firstLine)
        const mine = { UMF_MER_ID: merId, UMF_PRIVATE_KEY: privateKey, UMF_PLATFORM_CERT: platformCert }
        const args = ["query", "--order-id", number("paid")]
        assert.strictEqual(
          await said.ran("query to a sandbox", args, { env: { ...env, ...mine, UMF_BASE_URL: baseUrl } }),
          0
        )
        signal("SIGINT")
      }
    }
  )
  const made = at("made")
  await Promise.all([
    playing,
    said.ran("demo", ["demo", "--log-level", "all"], { waits: true }),
    said.ran("keys generate", ["keys", "generate", made], { env })
  ])
  const keys = [directory, made].flatMap((place) =>
    readdirSync(place)
      .filter((file) => file.endsWith(".p8"))
      .map((file) => join(place, file))
  )
  assert.lengthOf(keys, 3)
  return keys.map((file) => Haystack.bytes(`the key in ${basename(file)}`, readFileSync(file)))
}

/** Each secret in spellings in which it could leak, whole or a piece of it. */
const leaks = (
  { der, files, pem }: World,
  signature: string
): ReadonlyArray<readonly [needle: string, leak: string]> => {
  const key = Buffer.from(der)
  const plainPem = createPrivateKey({ key, format: "der", type: "pkcs8" }).export({
    type: "pkcs1",
    format: "pem"
  })
  const lineOf = (text: string | Buffer, line: number) => String(text).split("\n")[line] ?? ""
  const hex = (from: number, to: number) => key.subarray(from, to).toString("hex")
  return [
    ["the private key", lineOf(plainPem, 5)],
    ["the private key", JSON.stringify({ key: key.toString("base64url").slice(401, 430) })],
    ["the private key", hex(200, 230).replace(/../g, "$&:").toUpperCase()],
    ["the private key", `<Buffer ${hex(300, 320).replace(/../g, "$& ")}>`],
    ["the private key", JSON.stringify(key.subarray(333, 350))],
    ["the encrypted private key", lineOf(pem, 4)],
    ["the stranger's private key", readFileSync(files.strangersKey).toString("base64")],
    ["the passphrase", JSON.stringify({ passphrase })],
    ["the passphrase", `?p=${encodeURIComponent(passphrase)}`],
    ["the API's token", `authorization: Bearer ${token}`],
    ["the webhook's secret", secret],
    ["a signature", JSON.stringify({ sign: signature })],
    ["something like a signature", JSON.stringify({ sign: signature }).replaceAll("/", "\\/")]
  ]
}

describe("everything that the commands say", () => {
  it.live(
    "holds no key, no passphrase, no token, no secret and no signature; logs hold no whole order number",
    () =>
      Effect.gen(function* () {
        const place = yield* world
        const { url, told } = yield* hook
        const said = new Said()
        const [{ metrics, ofInspector }, , ofSandbox] = yield* Effect.promise(() =>
          Promise.all([
            serviceOfOne(said, place, url).then(async (told) => {
              await asking(said, place)
              return told
            }),
            serviceOfMany(said, place),
            alone(said, place)
          ])
        )
        const files = kept(place)
        said.parts.push({ where: "the webhook's messages", text: told.join("\n") }, ...files)
        const signatures = place.line.signatures().map((one) => Haystack.text("a signature", one))
        const needles = [...place.needles, ...ofSandbox, ...signatures]
        const numbers = orderIds.map((orderId) => Haystack.text(`${orderId.slice(0, 4)}…`, orderId))
        assert.deepStrictEqual(Haystack.found(said.parts, needles), [])
        // The inspector's address is told a person once, as the command's last word before the log.
        const unlogged = [...numbers, Haystack.text("the inspector's token", ofInspector)]
        const logs = said.logs.map((part) => ({
          ...part,
          text: part.text.replace(new RegExp(`^Inspector \\(.*\\):\\n +\\S+#token=${ofInspector}$`, "m"), "")
        }))
        assert.deepStrictEqual(Haystack.found(logs, unlogged), [])

        // It was there to be told: what went wrong went wrong, and was logged.
        assert.isAbove(signatures.length, 50)
        assert.isAbove(told.length, 20)
        assert.isAbove(ofInspector.length, 20)
        assert.isAtLeast(files.length, 2)
        for (const name of ["one.sqlite", "many.sqlite"]) {
          const text = files.find(({ where }) => where === `the file ${name}`)?.text ?? ""
          assert.include(text, number("paid"), name)
        }
        for (const outcome of [
          "Paid",
          "Closed",
          "SignatureRejected",
          "fault.Unverified",
          "fault.Implausible",
          "fault.Unreadable"
        ]) {
          assert.include(metrics, `umf_queries_total{outcome="${outcome}"}`)
        }
        for (const name of ["umf_breaker_open", "umf_breaker_opened_total", "umf_pace_waiting"]) {
          assert.match(
            metrics,
            new RegExp(`^# HELP ${name} \\S.*\\n# TYPE ${name} (?:gauge|counter)\\n${name}[ {]`, "m")
          )
        }
        const log = (name: string) => said.logs.find(({ where }) => where === `stderr of ${name}`)?.text ?? ""
        assert.match(log("run"), /"level":"DEBUG"/)
        assert.match(log("run"), /A notice could not be handed over/)
        for (const merId of ["90000002", "90000003", "90000004", "90000005", "90000006"]) {
          assert.match(log("run with many"), new RegExp(`level=ERROR.*merId=${merId}`))
        }

        // The same search finds each secret where it does leak, in a copy of what was said.
        const [part] = said.parts
        const [logged] = said.logs
        if (part === undefined || logged === undefined) return assert.fail("nothing was said")
        for (const [name, leak] of leaks(place, place.line.signatures()[0] ?? "")) {
          const leaking = { ...part, text: `${part.text} ${leak} ` }
          assert.include(Haystack.found([leaking], needles), `${name} in ${part.where}`, leak)
        }
        for (const orderId of orderIds) {
          const leaking = { ...logged, text: `${logged.text} orderId=${orderId} ` }
          assert.isNotEmpty(Haystack.found([leaking], numbers), orderId)
        }
      }).pipe(Effect.scoped),
    120_000
  )
})
