/** The `openssl` command, as a third opinion. It costs a process for each signature that it makes or checks. */
import { execFile, spawnSync } from "node:child_process"
import { mkdir, readFile, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { promisify } from "node:util"
import * as Proof from "../../../../prove/Proof.ts"

const run = promisify(execFile)

/** Whether there is such a command. A whole run can't do without it. */
export const isThere: boolean = spawnSync("openssl", ["version"]).status === 0
if (!isThere && Proof.isWhole) throw new Error("There is no openssl command, and the proof needs it.")
if (!isThere) console.warn("There is no openssl command: what it says of signatures goes UNTESTED.")

/** A text, its true signature by one of the keys, and another that is none. */
export interface Job {
  readonly id: string
  /** Names the files `<key>.key` and `<key>.pub` in the folder. */
  readonly key: string
  readonly text: string
  readonly signature: Buffer
  readonly wrong: Buffer
}

/** What the command made of some jobs. */
export interface Opinion {
  readonly operations: number
  /** The jobs whose wrong signature it believes, whose true one it doesn't, and for which it makes another. */
  readonly differing: ReadonlyArray<string>
}

/** One in so many is not only signed, but the true signature is checked too; the others are known by their bytes. */
const CHECKED = 4

/** Signs each, checks the wrong signature of each, and the true one of some, one after the other. */
export const work = async (folder: string, jobs: ReadonlyArray<Job>): Promise<Opinion> => {
  if (!isThere) return { operations: 0, differing: [] }
  const place = join(folder, `jobs-${jobs[0]?.id}`)
  await mkdir(place)
  for (const { id, signature, text, wrong } of jobs) {
    await writeFile(join(place, id), text)
    await writeFile(join(place, `${id}.true`), signature)
    await writeFile(join(place, `${id}.wrong`), wrong)
  }
  const check = (id: string, key: string, which: string): string =>
    `openssl dgst -sha1 -verify ../${key}.pub -signature ${id}.${which} ${id} >/dev/null 2>&1`
  const lines = jobs.flatMap(({ id, key }, at) => [
    `openssl dgst -sha1 -sign ../${key}.key -out ${id}.made ${id} || echo ${id} makes none`,
    `${check(id, key, "wrong")} && echo ${id} believes the wrong one`,
    ...(at % CHECKED === 0 ? [`${check(id, key, "true")} || echo ${id} does not believe the true one`] : [])
  ])
  const { stdout } = await run("sh", ["-c", `${lines.join("\n")}\ntrue`], { cwd: place })
  const differing = stdout.split("\n").filter((line) => line !== "")
  for (const { id, signature } of jobs) {
    const made = await readFile(join(place, `${id}.made`)).catch(() => Buffer.alloc(0))
    if (!signature.equals(made)) differing.push(`${id} signs otherwise`)
  }
  await rm(place, { recursive: true })
  return { operations: lines.length, differing }
}

let asked = 0

/** Whether the command believes one signature, by the key `<key>.pub` in the folder. */
export const believes = async (
  folder: string,
  key: string,
  text: string,
  signature: Buffer
): Promise<boolean> => {
  const place = join(folder, `one-${asked++}`)
  await writeFile(place, text)
  await writeFile(`${place}.sig`, signature)
  const args = ["dgst", "-sha1", "-verify", `${key}.pub`, "-signature", `${place}.sig`, place]
  return run("openssl", args, { cwd: folder }).then(
    () => true,
    () => false
  )
}
