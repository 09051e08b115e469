/** What is in the tarballs that `scripts/release/Release.ts` packs. */
import { readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { gunzipSync } from "node:zlib"
import * as Release from "../../scripts/release/Release.ts"

export interface Entry {
  /** From the package's folder, with forward slashes. */
  readonly path: string
  readonly isFile: boolean
  readonly content: Buffer
}

export interface Tarball {
  readonly name: Release.Name
  /** Of the tarball itself, in bytes. */
  readonly size: number
  readonly entries: ReadonlyArray<Entry>
}

/** A text in a tar header, which ends with a NUL where it is shorter than its field. */
const field = (block: Buffer, at: number, length: number): string =>
  block.toString("utf8", at, at + length).replace(/\0.*$/s, "")

/** The entries of a ustar archive. Throws on what pnpm doesn't write, such as extended headers. */
export const entriesOf = (archive: Buffer): ReadonlyArray<Entry> => {
  const entries: Array<Entry> = []
  for (let at = 0; at + 512 <= archive.length && archive[at] !== 0; ) {
    const header = archive.subarray(at, at + 512)
    const size = Number.parseInt(field(header, 124, 12).trim(), 8)
    const path = [field(header, 345, 155), field(header, 0, 100)].filter((part) => part !== "").join("/")
    const kind = field(header, 156, 1) || "0"
    if (!path.startsWith("package/") || !Number.isSafeInteger(size) || kind === "x" || kind === "g") {
      throw new Error(`an entry that is not understood: ${kind} ${path}`)
    }
    const content = archive.subarray(at + 512, at + 512 + size)
    entries.push({ path: path.slice("package/".length), isFile: kind === "0", content })
    at += 512 + Math.ceil(size / 512) * 512
  }
  return entries
}

/** The tarballs in a folder that Release.pack filled. */
export const read = (folder: string): ReadonlyArray<Tarball> =>
  Release.names.map((name) => {
    const file = join(folder, `umf-order-sync-${name}-${Release.versions()[name]}.tgz`)
    return { name, size: statSync(file).size, entries: entriesOf(gunzipSync(readFileSync(file))) }
  })
