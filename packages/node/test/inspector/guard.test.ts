/** Who is let in, and what every answer carries: the page of this inspector, with its token, and nobody else. */
import { connect } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import type { Inspector } from "../../src/inspector/Inspector.ts"
import { type Answer, send } from "../api/api.ts"
import { inspecting, open, type Running, token } from "./inspecting.ts"

/** Everything that can be asked for. */
const routes = [
  ["GET", "/"],
  ["GET", "/style.css"],
  ["GET", "/lifecycle.en.svg"],
  ["GET", "/api/session"],
  ["GET", "/api/orders"],
  ["GET", "/api/orders/AAAAAAAAAAAAAAAAAAAAAA"],
  ["POST", "/api/orders/AAAAAAAAAAAAAAAAAAAAAA/hint"],
  ["POST", "/api/orders/AAAAAAAAAAAAAAAAAAAAAA/resume"],
  ["GET", "/api/live"]
] as const

const assertGuarded = (answer: Answer): void => {
  const { headers } = answer
  assert.strictEqual(
    headers["content-security-policy"],
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
  )
  assert.strictEqual(headers["x-content-type-options"], "nosniff")
  assert.strictEqual(headers["referrer-policy"], "no-referrer")
  assert.strictEqual(headers["cross-origin-resource-policy"], "same-origin")
  assert.strictEqual(headers["cross-origin-opener-policy"], "same-origin")
  assert.strictEqual(headers["cache-control"], "no-store")
  assert.deepStrictEqual(
    Object.keys(headers).filter((name) => name.startsWith("access-control-")),
    []
  )
}

const assertRefused = (answer: Answer, status: number, what: string): void => {
  assert.strictEqual(answer.status, status, `${what}: ${answer.text}`)
  assertGuarded(answer)
  assert.deepStrictEqual(Object.keys(answer.json), ["error"], what)
  assert.notInclude(answer.text, token)
}

/** Every route, sent with these headers, is refused with this status. */
const refusedEverywhere = (
  { inspector }: Running,
  status: number,
  headers: Readonly<Record<string, string>>
) =>
  Effect.gen(function* () {
    for (const [method, path] of routes) {
      const { origin } = inspector
      const answer = yield* send(origin, path, {
        method,
        token,
        ...(method === "POST" ? { body: {} } : {}),
        headers: { ...(method === "POST" ? { origin } : {}), ...headers }
      })
      assertRefused(answer, status, `${method} ${path}`)
    }
  })

/** What the server answers to this text, as it stands. */
const raw = (origin: string, text: string): Effect.Effect<string> =>
  Effect.promise(
    () =>
      new Promise((resolve, reject) => {
        const socket = connect(Number(new URL(origin).port), "127.0.0.1", () => socket.end(text))
        let answer = ""
        socket.setEncoding("latin1").on("data", (chunk) => {
          answer += chunk
        })
        socket.on("error", reject)
        socket.on("close", () => resolve(answer))
      })
  )

describe("the Host header", () => {
  const wrong = (port: string) => [
    `localhost:${port}`,
    "127.0.0.1",
    "127.0.0.1:1",
    `127.0.0.1:${port}.evil.example`,
    `evil.example:${port}`,
    `127.0.0.1.evil.example:${port}`,
    `127.1:${port}`,
    `[::1]:${port}`,
    `0.0.0.0:${port}`
  ]

  it.live("given any but the one that was printed, 421 everywhere", () =>
    inspecting((running) =>
      Effect.gen(function* () {
        const { port } = new URL(running.inspector.origin)
        for (const host of wrong(port)) yield* refusedEverywhere(running, 421, { host })
      })
    )
  )

  it.live("given none, or another one in the request line, nothing is told", () =>
    inspecting(({ inspector: { origin }, host }) =>
      Effect.gen(function* () {
        const bearer = `authorization: Bearer ${token}\r\n`
        for (const request of [
          `GET /api/session HTTP/1.0\r\n${bearer}\r\n`,
          `GET /api/session HTTP/1.1\r\nhost:\r\n${bearer}\r\n`,
          `GET /api/session HTTP/1.1\r\nhost: evil.example\r\nhost: ${host}\r\n${bearer}\r\n`,
          `GET http://evil.example/api/session HTTP/1.1\r\nhost: evil.example\r\n${bearer}\r\n`,
          `GET http://evil.example/api/session HTTP/1.1\r\nhost: ${host}\r\n${bearer}\r\n`,
          `GET http://${host}/api/session HTTP/1.1\r\nhost: evil.example\r\n${bearer}\r\n`,
          `GET http://${host}/api/session HTTP/1.1\r\nhost: ${host}\r\n${bearer}\r\n`
        ]) {
          const answer = yield* raw(origin, request)
          assert.match(answer, /^HTTP\/1\.1 4(?:00|21) /, request)
          assert.notInclude(answer, "orderNumbers", request)
        }
      })
    )
  )
})

describe("the sender", () => {
  it.live("given another Origin, 403 everywhere", () =>
    inspecting((running) =>
      Effect.gen(function* () {
        const { origin } = running.inspector
        const { port } = new URL(origin)
        for (const foreign of [
          "null",
          "http://evil.example",
          `http://localhost:${port}`,
          `https://127.0.0.1:${port}`,
          "http://127.0.0.1",
          "http://127.0.0.1:1",
          `${origin}/`,
          `${origin}, http://evil.example`
        ]) {
          yield* refusedEverywhere(running, 403, { origin: foreign })
        }
      })
    )
  )

  it.live("given what a browser says of another site's request, 403 everywhere", () =>
    inspecting((running) =>
      Effect.gen(function* () {
        for (const site of ["cross-site", "same-site", "anything"]) {
          yield* refusedEverywhere(running, 403, { "sec-fetch-site": site })
        }
      })
    )
  )

  it.live("given somebody who follows a link, the page itself is answered, and nothing else", () =>
    inspecting(({ send: ask }) =>
      Effect.gen(function* () {
        const followed = {
          "sec-fetch-site": "cross-site",
          "sec-fetch-mode": "navigate",
          "sec-fetch-dest": "document"
        }
        const status = (path: string, headers: Record<string, string>) =>
          Effect.map(ask(path, { headers }), (answer) => answer.status)
        assert.strictEqual(yield* status("/", followed), 200)
        assert.strictEqual(yield* status("/", { ...followed, "sec-fetch-dest": "iframe" }), 403)
        assert.strictEqual(yield* status("/", { ...followed, "sec-fetch-mode": "no-cors" }), 403)
        assert.strictEqual(yield* status("/style.css", followed), 403)
        assert.strictEqual(yield* status("/api/session", followed), 403)
      })
    )
  )

  it.live("given its own page, or an address that a person typed, it is answered", () =>
    inspecting(({ send: ask, inspector: { origin } }) =>
      Effect.gen(function* () {
        for (const headers of [
          { origin },
          { "sec-fetch-site": "same-origin" },
          { "sec-fetch-site": "none" }
        ]) {
          assert.strictEqual((yield* ask("/api/session", { headers })).status, 200)
          assert.strictEqual((yield* ask("/", { headers, token: null })).status, 200)
        }
      })
    )
  )

  it.live("given a POST without an Origin, 403; of another content type, 415", () =>
    inspecting(({ send: ask, post, inspector: { origin } }) =>
      Effect.gen(function* () {
        const path = "/api/orders/AAAAAAAAAAAAAAAAAAAAAA/hint"
        assertRefused(yield* ask(path, { method: "POST", body: {} }), 403, "no Origin")
        for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""]) {
          assertRefused(yield* post(path, { headers: { "content-type": type } }), 415, type)
        }
        assertRefused(yield* ask(path, { method: "POST", headers: { origin } }), 415, "none")
        // With both, it is about an order that nobody knows.
        assertRefused(yield* post(path), 404, "let in")
        const headers = { "content-type": "application/json; charset=utf-8" }
        assertRefused(yield* post(path, { headers }), 404, "let in")
      })
    )
  )
})

describe("the token", () => {
  it.live("given none or another one, 401 for all of /api", () =>
    inspecting((running) =>
      Effect.gen(function* () {
        const { origin } = running.inspector
        for (const [method, path] of routes.filter(([, path]) => path.startsWith("/api"))) {
          const ask = (given: string | null, more: Readonly<Record<string, string>> = {}) =>
            send(origin, path, {
              method,
              token: given,
              ...(method === "POST" ? { body: {} } : {}),
              headers: { ...(method === "POST" ? { origin } : {}), ...more }
            })
          for (const given of [null, "", " ", "wrong", `${token}x`, token.slice(1), token.toUpperCase()]) {
            const answer = yield* ask(given)
            assertRefused(answer, 401, `${path} ${given}`)
            assert.match(String(answer.headers["www-authenticate"]), /^Bearer/)
          }
          for (const authorization of [`Basic ${token}`, token, `Bearer ${token} ${token}`]) {
            assertRefused(yield* ask(null, { authorization }), 401, authorization)
          }
          assertRefused(yield* ask(null, { cookie: `token=${token}` }), 401, "cookie")
        }
      })
    )
  )

  it.live("given in the address, it is no token", () =>
    inspecting(({ send: ask }) =>
      Effect.gen(function* () {
        for (const path of [
          `/api/session?token=${token}`,
          `/api/live?token=${token}&access_token=${token}`,
          `/api/orders?authorization=Bearer%20${token}`
        ]) {
          assertRefused(yield* ask(path, { token: null }), 401, path)
        }
      })
    )
  )

  it.live("given none to the layer, each inspector makes its own, of 32 bytes", () =>
    Effect.gen(function* () {
      const found = new Set<string>()
      const look = ({ inspector }: { readonly inspector: Inspector["Service"] }) =>
        Effect.sync(() => {
          const [, made] = /^http:\/\/127\.0\.0\.1:\d+\/#token=([A-Za-z0-9_-]{43})$/.exec(inspector.url) ?? []
          found.add(made ?? "")
        })
      yield* inspecting(look, { token: undefined })
      yield* inspecting(look, { token: undefined })
      assert.strictEqual(found.size, 2)
      assert.isFalse(found.has(""))
    })
  )

  it.live.each(["", "short", "with a space in it, and long", "x".repeat(15), 'quotes"and<tags>0123456789'])(
    'given "%s" to the layer, nothing is served, and the error holds no token',
    (given) =>
      Effect.gen(function* () {
        const exit = yield* Effect.exit(inspecting(() => Effect.void, { token: Redacted.make(given) }))
        assert.isTrue(Exit.isFailure(exit))
        assert.include(String(exit), "InspectorNotServed")
        assert.include(String(exit), "16 letters")
        if (given !== "") assert.notInclude(String(exit), given)
      })
  )
})

describe("requests", () => {
  it.live("given another method, 405, OPTIONS too", () =>
    inspecting(({ send: ask, inspector: { origin } }) =>
      Effect.gen(function* () {
        for (const method of ["OPTIONS", "HEAD", "PUT", "DELETE", "PATCH", "TRACE"]) {
          for (const path of ["/", "/api/session", "/api/live"]) {
            const answer = yield* ask(path, { method })
            assert.strictEqual(answer.status, 405, `${method} ${path}`)
            assertGuarded(answer)
          }
        }
        const preflight = yield* ask("/api/session", {
          method: "OPTIONS",
          headers: { origin, "access-control-request-method": "GET" }
        })
        assertRefused(preflight, 405, "preflight")
        assertRefused(
          yield* ask("/api/session", { method: "POST", body: {}, headers: { origin } }),
          405,
          "POST"
        )
        assertRefused(yield* ask("/api/orders/AAAA/hint"), 405, "GET hint")
      })
    )
  )

  it.live("given a path that is none of the page's files, 404, and nothing of the disk", () =>
    inspecting(({ send: ask }) =>
      Effect.gen(function* () {
        for (const path of [
          "/index.html",
          "/page/",
          "/page/nothing.js",
          "/page/main.ts",
          "/page/main.js.map",
          "/page/../index.html",
          "/page/..%2f..%2fpackage.json",
          "/page/%2e%2e/%2e%2e/package.json",
          "/../package.json",
          "/../../../../etc/passwd",
          "//etc/passwd",
          "/page/..\\..\\package.json",
          "/dist/main.js",
          "/src/main.ts",
          "/package.json",
          "/page/main.js%00.css",
          "/favicon.ico"
        ]) {
          assertRefused(yield* ask(path), 404, path)
        }
        for (const path of [
          "/api",
          "/api/",
          "/api/none",
          "/api/orders/",
          "/api/orders/a/b",
          "/api/orders/a%2Fb"
        ]) {
          assertRefused(yield* ask(path), 404, path)
        }
        // What looks like the API, and is not under its check, is nothing.
        for (const path of ["//api/session", "/API/session", "/%61pi/session", "/./api/session"]) {
          assertRefused(yield* ask(path, { token: null }), 404, path)
        }
      })
    )
  )

  it.live("given the page's files, they come with their types, without a token", () =>
    inspecting(({ send: ask }) =>
      Effect.gen(function* () {
        const page = yield* ask("/", { token: null })
        assert.strictEqual(page.headers["content-type"], "text/html; charset=utf-8")
        assertGuarded(page)
        const [, script] = /src="(\/page\/[A-Za-z]+\.js)"/.exec(page.text) ?? []
        assert.isDefined(script)
        for (const [path, type] of [
          ["/style.css", "text/css; charset=utf-8"],
          ["/lifecycle.en.svg", "image/svg+xml"],
          ["/lifecycle.zh.svg", "image/svg+xml"],
          [script ?? "", "text/javascript; charset=utf-8"]
        ] as const) {
          const answer = yield* ask(path, { token: null })
          assert.strictEqual(answer.status, 200, path)
          assert.strictEqual(answer.headers["content-type"], type)
          assertGuarded(answer)
        }
      })
    )
  )

  it.live("given a body above 1 KiB, 413, whether its length is told or not", () =>
    inspecting(({ post, send: ask }) =>
      Effect.gen(function* () {
        const path = "/api/orders/AAAAAAAAAAAAAAAAAAAAAA/hint"
        const body = JSON.stringify({ padding: "x".repeat(1024) })
        assertRefused(yield* post(path, { body }), 413, "told")
        const headers = { "transfer-encoding": "chunked" }
        assertRefused(yield* post(path, { body, headers }), 413, "chunked")
        assertRefused(yield* ask("/api/session", { method: "GET", body, headers }), 413, "GET, chunked")
        const told = { "content-length": String(body.length) }
        assertRefused(yield* ask("/api/session", { method: "GET", body, headers: told }), 413, "GET, told")
        assertRefused(yield* post(path, { body: JSON.stringify({ padding: "x".repeat(900) }) }), 404, "small")
      })
    )
  )

  it.live("given an upgrade, 400", () =>
    inspecting(({ host, inspector: { origin } }) =>
      Effect.gen(function* () {
        for (const protocol of ["websocket", "h2c"]) {
          const answer = yield* raw(
            origin,
            `GET /api/live HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${token}\r\nconnection: upgrade\r\nupgrade: ${protocol}\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`
          )
          assert.match(answer, /^HTTP\/1\.1 400 /)
          assert.match(answer, /content-security-policy/)
        }
      })
    )
  )

  it.live("given a seventeenth page that looks, 503 until one leaves", () =>
    inspecting(({ inspector, send: ask }) =>
      Effect.gen(function* () {
        const pages = yield* Effect.forEach(Array.from({ length: 16 }), () =>
          open(inspector.origin, token, "/api/live")
        )
        assertRefused(yield* ask("/api/live"), 503, "the seventeenth")
        pages[0]?.leave()
        let status = 503
        while (status === 503) {
          const exit = yield* Effect.exit(open(inspector.origin, token, "/api/live"))
          status = Exit.isSuccess(exit) ? 200 : 503
        }
      })
    )
  )

  it.live("are logged at Debug only, by route, without ids and tokens", () => {
    const log: Array<string> = []
    return inspecting(
      ({ send: ask, post }) =>
        Effect.gen(function* () {
          const id = "SOMEID4567890123456789"
          yield* ask("/api/session")
          yield* ask(`/api/orders/${id}?x=${id}`)
          yield* ask(`/api/orders?search=${id}`)
          yield* ask("/nothing-that-is-there")
          yield* ask("/api/session", { headers: { host: "evil.example" } })
          yield* post(`/api/orders/${id}/hint`)
          assert.isAtLeast(log.length, 6)
          for (const line of log) {
            assert.include(line, '"DEBUG"', line)
            for (const secret of [id, token, "nothing-that-is-there", "evil"]) assert.notInclude(line, secret)
          }
          for (const route of ["/api/session", "/api/orders/:id", "/api/orders", "/api/orders/:id/hint"]) {
            assert.isTrue(
              log.some((line) => line.includes(`"${route}"`)),
              route
            )
          }
        }),
      { log }
    )
  })
})

describe("serving", () => {
  it.live("given a port that is taken, the error says so and what to do", () =>
    inspecting(({ inspector }) =>
      Effect.gen(function* () {
        const port = Number(new URL(inspector.origin).port)
        const exit = yield* Effect.exit(inspecting(() => Effect.void, { port }))
        assert.include(String(exit), "InspectorNotServed")
        assert.include(String(exit), `${port} (EADDRINUSE)`)
        assert.include(String(exit), "choose another one")
      })
    )
  )
})
