/**
 * Every way in, on a Node that is too old: one error that says so. On a Node that claims to be old, and on a
 * true one where the machine has it.
 */
import { execFile, execFileSync } from "node:child_process"
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { refusal } from "../src/runtime/OldNode.ts"

const doors = ["", "/inspector", "/postgres", "/promise", "/sqlite", "/testing"]

const command = fileURLToPath(new URL("../bin/umf-order.js", import.meta.url))

/** An app's folder: what a door says when it is opened, one line each. */
const folder = mkdtempSync(join(tmpdir(), "umf-old-node-"))

const opening = (open: string) => `
const told = []
const tell = (door, error) => told.push([door, error.code ?? error.name, error.message])
const main = async () => {
  for (const door of ${JSON.stringify(doors)}) {
    try { ${open}("@umf-order-sync/node" + door); told.push([door]) } catch (error) { tell(door, error) }
  }
  console.log(JSON.stringify(told))
}
main()
`

beforeAll(() => {
  const modules = fileURLToPath(new URL("../../../node_modules", import.meta.url))
  symlinkSync(modules, join(folder, "node_modules"), "junction")
  writeFileSync(join(folder, "app.mjs"), opening("await import"))
  writeFileSync(join(folder, "app.cjs"), opening("require"))
  writeFileSync(
    join(folder, "pretend.cjs"),
    `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.19.0" } })`
  )
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = async (node: string, args: ReadonlyArray<string>) =>
  (await promisify(execFile)(node, [...args], { cwd: folder })).stdout

/** An older Node on the PATH, as the system has it: past the one that the workspace puts first. */
const older = (process.env.PATH ?? "")
  .split(delimiter)
  .map((place) => join(place, process.platform === "win32" ? "node.exe" : "node"))
  .filter((file) => existsSync(file))
  .map((file) => ({ file, version: execFileSync(file, ["--version"], { encoding: "utf8" }).trim().slice(1) }))
  .find(({ version }) => refusal(version, "") !== undefined)

const needed = (who: string, version: string) => `${who} needs Node 22.19 or later; this is Node ${version}.`

const refused = (version: string) =>
  doors.map((door) => [door, "NODE_TOO_OLD", needed("@umf-order-sync/node", version)])

describe("an old Node", () => {
  it.each([
    ["20.20.2", false],
    ["22.18.0", false],
    ["22.19.0", true],
    ["22.20.1", true],
    ["23.0.0", true],
    ["24.21.0", true],
    ["100.0.0", true],
    ["9.11.2", false]
  ])("given Node %s, runs: %s", (version, runs) => {
    assert.strictEqual(refusal(version, "It"), runs ? undefined : needed("It", version))
  })

  it.each(["app.mjs", "app.cjs"])(
    "given one that claims to be old, %s is told at every door",
    async (app) => {
      const pretending = ["--require", join(folder, "pretend.cjs"), app]
      assert.deepStrictEqual(JSON.parse(await run(process.execPath, pretending)), refused("20.19.0"))
    }
  )

  it("given this Node, every door opens", async () => {
    assert.deepStrictEqual(
      JSON.parse(await run(process.execPath, ["app.mjs"])),
      doors.map((door) => [door])
    )
  })

  it.skipIf(older === undefined)(
    `given the machine's own older Node (${older?.version ?? "none here"}), apps and the command are told`,
    async () => {
      const { file = "", version = "" } = older ?? {}
      assert.deepStrictEqual(JSON.parse(await run(file, ["app.mjs"])), refused(version))
      const failure = await run(file, [command, "--version"]).catch((error: unknown) => error)
      assert.include(failure, { code: 2, stdout: "", stderr: `${needed("umf-order", version)}\n` })
    }
  )
})
