/**
 * Runs the real command as a child process, and holds every single run to what all commands promise:
 * nothing but JSON objects on stdout with `--json`, no secret and no signature in any output, and no
 * control character that could reach a terminal.
 *
 * The command runs from `dist`, as its users have it: `tsc -b` comes before these tests.
 */
import { spawn } from "node:child_process"
import { createPrivateKey } from "node:crypto"
import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe } from "@effect/vitest"

/** A folder of these tests' own. */
export const folder = mkdtempSync(join(tmpdir(), "umf-order-cli-"))

const command = fileURLToPath(new URL("../../bin/umf-order.js", import.meta.url))

export interface Json {
  readonly [name: string]: unknown
}

/** A run that has ended. */
export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** The lines of stdout as JSON objects; none where the command was not asked for JSON. */
  readonly lines: ReadonlyArray<Json>
  /** From the last signal to the end, in ms. */
  readonly afterSignal: number
}

/** A run under way. */
export interface Running {
  /** The first line of stdout. */
  readonly firstLine: Promise<string>
  readonly signal: (name: "SIGINT" | "SIGTERM") => void
}

export interface Options {
  readonly stdin?: string | Uint8Array
  /** The environment, besides what a process needs to start. */
  readonly env?: { readonly [name: string]: string }
  /** What happens while the command runs. */
  readonly during?: (running: Running) => Promise<void>
  /** Runs beside the others, for commands that mostly wait. */
  readonly waits?: boolean
}

/** Tests that run side by side; most of their time is spent waiting for a place among the children. */
export const describeRuns = (name: string, tests: () => void): void => {
  describe.concurrent(name, { timeout: 60_000 }, tests)
}

// More children than processors only take each other's time.
let places = 4
const waiting: Array<() => void> = []

const enter = async (): Promise<void> => {
  if (places === 0) await new Promise<void>((resolve) => waiting.push(resolve))
  else places -= 1
}

const leave = (): void => {
  const next = waiting.shift()
  if (next === undefined) places += 1
  else next()
}

const secrets = { plain: new Set<string>(), base64: new Set<string>(), hex: new Set<string>() }

/** No output may hold this text from now on. */
export const keepSecret = (text: string): void => {
  secrets.plain.add(text)
}

/** No output may hold a private part of this key (PKCS#8 DER) from now on, in base64, hex or decimal. */
export const keepKeySecret = (der: Uint8Array): void => {
  const jwk = createPrivateKey({ key: Buffer.from(der), format: "der", type: "pkcs8" }).export({
    format: "jwk"
  })
  for (const part of [jwk.d, jwk.p, jwk.q, jwk.dp, jwk.dq, jwk.qi]) {
    if (part === undefined) throw new Error("not an RSA key")
    const bytes = Buffer.from(part, "base64url")
    secrets.plain.add(BigInt(`0x${bytes.toString("hex")}`).toString())
    secrets.hex.add(bytes.subarray(0, 12).toString("hex"))
    // At any of the three places in a group that base64 text around it can give it.
    for (const start of [0, 1, 2, 30, 31, 32]) {
      secrets.base64.add(bytes.subarray(start, start + 12).toString("base64"))
    }
  }
}

/** Whether a text holds anything that is to be kept secret. */
export const holdsSecret = (output: string): boolean => {
  const dense = output.replace(/\\n|\s/g, "")
  const base64 = dense.replaceAll("-", "+").replaceAll("_", "/")
  const hex = dense.replaceAll(":", "").toLowerCase()
  return (
    [...secrets.plain].some((secret) => output.includes(secret)) ||
    [...secrets.base64].some((secret) => base64.includes(secret)) ||
    [...secrets.hex].some((secret) => hex.includes(secret))
  )
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const control = /[\u0000-\u0009\u000b-\u001f\u007f]/

const toJson = (line: string): Json => {
  const value: unknown = JSON.parse(line)
  assert.isTrue(
    typeof value === "object" && value !== null && !Array.isArray(value),
    `not a JSON object: ${line}`
  )
  return Object.fromEntries(Object.entries(Object(value)))
}

const linesOf = (stdout: string): ReadonlyArray<Json> => {
  if (stdout === "") return []
  assert.isTrue(stdout.endsWith("\n"), "the last line of stdout is not ended")
  return stdout.slice(0, -1).split("\n").map(toJson)
}

const speaksJson = (args: ReadonlyArray<string>): boolean =>
  !args.includes("--help") && (args.includes("--json") || args[0] === "sign" || args[0] === "verify")

/** What holds for every run. */
const hold = (args: ReadonlyArray<string>, ran: Omit<Ran, "lines">): ReadonlyArray<Json> => {
  const told = `umf-order ${args.join(" ")} (${ran.code})\n${ran.stdout}\n${ran.stderr}`
  const signs = args[0] === "sign" && ran.code === 0
  for (const output of signs ? [ran.stderr] : [ran.stdout, ran.stderr]) {
    assert.notMatch(output, /[A-Za-z0-9+/_-]{100,}/, "an output holds a signature, or something as long")
  }
  assert.isFalse(holdsSecret(ran.stdout) || holdsSecret(ran.stderr), `an output holds a secret: ${told}`)
  // CSV has lines that end with CR LF.
  const stdout = args.includes("export") ? ran.stdout.replaceAll("\r\n", "\n") : ran.stdout
  assert.isFalse(control.test(stdout) || control.test(ran.stderr), `a control character: ${told}`)
  assert.notMatch(ran.stderr, /^ +at .*:\d+:\d+\)?$/m, "a stack trace is no message for people")
  return speaksJson(args) ? linesOf(ran.stdout) : []
}

const environment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(UMF_|NODE_OPTIONS$|VITEST|FORCE_COLOR$)/.test(name))
  )

const start = (args: ReadonlyArray<string>, options: Options): Promise<Omit<Ran, "lines">> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [command, ...args], {
      cwd: folder,
      // Node's own cache saves each child a sixth of its start.
      env: { ...environment(), NODE_COMPILE_CACHE: join(folder, "compiled"), ...options.env },
      timeout: 40_000,
      killSignal: "SIGKILL"
    })
    const out: Array<Buffer> = []
    const err: Array<Buffer> = []
    let signalledAt = 0
    const firstLine = new Promise<string>((found, none) => {
      child.stdout.on("data", (chunk: Buffer) => {
        out.push(chunk)
        const text = Buffer.concat(out).toString("utf8")
        if (text.includes("\n")) found(text.slice(0, text.indexOf("\n")))
      })
      child.on("close", () => none(new Error(`no line on stdout; stderr: ${Buffer.concat(err)}`)))
    })
    firstLine.catch(() => undefined)
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk))
    child.on("error", reject)
    child.on("close", (code) =>
      resolve({
        code,
        stdout: Buffer.concat(out).toString("utf8"),
        stderr: Buffer.concat(err).toString("utf8"),
        afterSignal: Date.now() - signalledAt
      })
    )
    // A command that fails early does not read its input.
    child.stdin.on("error", () => undefined)
    child.stdin.end(options.stdin ?? "")
    const signal = (name: "SIGINT" | "SIGTERM"): void => {
      signalledAt = Date.now()
      child.kill(name)
    }
    options.during?.({ firstLine, signal }).catch((error: unknown) => {
      child.kill("SIGKILL")
      reject(error)
    })
  })

/** Runs `umf-order` with these arguments to its end. */
export const umfOrder = async (args: ReadonlyArray<string>, options: Options = {}): Promise<Ran> => {
  if (options.waits !== true) await enter()
  try {
    const ran = await start(args, options)
    return { ...ran, lines: hold(args, ran) }
  } finally {
    if (options.waits !== true) leave()
  }
}

/** Runs the command and gives its only line of JSON. */
export const only = (ran: Ran): Json => {
  const [line, ...more] = ran.lines
  assert.deepStrictEqual(more, [])
  assert.isDefined(line, `no line on stdout; stderr: ${ran.stderr}`)
  return line ?? {}
}

/** The tag of the error on the only line of stdout, which must be there and say something on stderr too. */
export const errorTag = (ran: Ran): unknown => {
  const { error } = only(ran)
  assert.isObject(error)
  const { tag, message, ...more } = toJson(JSON.stringify(error))
  assert.isString(message)
  assert.deepStrictEqual(Object.keys(more), ["retryable"])
  assert.strictEqual(ran.stderr, `umf-order: ${message}\n`)
  return tag
}
