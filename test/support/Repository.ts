/** The files of the repository, as they are now and as they ever were. */
import { execFileSync } from "node:child_process"
import { existsSync, lstatSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "./pages.ts"

export interface File {
  readonly path: string
  readonly content: Buffer
}

const LARGEST_OUTPUT = 1024 * 1024 * 1024

const git = (args: ReadonlyArray<string>, input = ""): Buffer =>
  execFileSync("git", args, {
    cwd: root,
    input,
    maxBuffer: LARGEST_OUTPUT,
    stdio: ["pipe", "pipe", "ignore"]
  })

/** Whether the files can be told from what a build and an installation left; not so in a copy without Git. */
export const isThere = existsSync(join(root, ".git"))

/** The files that are tracked, and those that could be by the next commit. */
export const files = (): ReadonlyArray<File> =>
  git(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
    .toString("utf8")
    .split("\0")
    .filter((path) => path !== "" && existsSync(join(root, path)) && lstatSync(join(root, path)).isFile())
    .map((path) => ({ path, content: readFileSync(join(root, path)) }))

/** Every content that a file had in any commit that is here; a shallow clone has few. */
export const history = (): ReadonlyArray<File> => {
  const objects = git(["rev-list", "--objects", "--all"]).toString("utf8").trim().split("\n")
  const all = git(["cat-file", "--batch"], `${objects.map((line) => line.split(" ")[0]).join("\n")}\n`)
  const found: Array<File> = []
  let at = 0
  for (const object of objects) {
    const line = all.indexOf("\n", at)
    const [, type, size] = all.toString("latin1", at, line).split(" ")
    const end = line + 1 + Number(size)
    const path = object.slice(object.indexOf(" ") + 1)
    if (type === "blob") found.push({ path, content: all.subarray(line + 1, end) })
    at = end + 1
  }
  return found
}
