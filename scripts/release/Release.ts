/** What it takes to pack the packages for publishing. */
import { execFileSync } from "node:child_process"
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../..", import.meta.url))

const PNPM = "pnpm@12.21.0"

/** In the order in which they depend on each other. */
export const names = ["core", "machine", "node"] as const
export type Name = (typeof names)[number]

const manifestOf = (name: Name): string => join(root, "packages", name, "package.json")

/** The version that each package has. */
export const versions = (): { readonly [name in Name]: string } => {
  const [core, machine, node] = names.map(
    (name) => JSON.parse(readFileSync(manifestOf(name), "utf8")).version
  )
  return { core, machine, node }
}

/** Changes that no version has taken in yet: `changeset version` does. */
export const changesets = (): ReadonlyArray<string> =>
  readdirSync(join(root, ".changeset")).filter((file) => file.endsWith(".md") && file !== "README.md")

/** Why what is here is not the version that a tag names. */
export const troubles = (
  tag: string,
  has: { readonly [name in Name]: string },
  pending: ReadonlyArray<string>
): ReadonlyArray<string> => [
  ...(/^v\d+\.\d+\.\d+$/.test(tag) ? [] : [`${tag} is no version's tag, such as v1.2.3.`]),
  ...names
    .filter((name) => `v${has[name]}` !== tag)
    .map((name) => `packages/${name} has version ${has[name]}, the tag is ${tag}.`),
  ...pending.map((file) => `.changeset/${file} is in no version yet: run 'npx changeset version' first.`)
]

/**
 * A manifest that says where its source is kept, which npm holds against where a provenance was made. The
 * sources say nothing of it, so that they can be built and published from wherever they are kept.
 */
export const withRepository = (manifest: string, repository: string, name: Name): string =>
  `${JSON.stringify(
    {
      ...JSON.parse(manifest),
      repository: { type: "git", url: `git+${repository}.git`, directory: `packages/${name}` }
    },
    undefined,
    2
  )}\n`

/** Packs every package as it is into a folder. */
export const pack = (folder: string): void => {
  mkdirSync(folder, { recursive: true })
  for (const name of names) {
    execFileSync("npx", ["--yes", PNPM, "pack", "--pack-destination", resolve(folder)], {
      cwd: join(root, "packages", name),
      stdio: ["ignore", "ignore", "inherit"],
      // npx is npx.cmd on Windows, which only a shell can start.
      shell: process.platform === "win32"
    })
  }
}

/** Packs every package with the place of its source, and leaves the manifests as they were. */
export const packFrom = (repository: string, folder: string): void => {
  const before = names.map((name) => readFileSync(manifestOf(name), "utf8"))
  try {
    names.forEach((name, at) => {
      writeFileSync(manifestOf(name), withRepository(before[at] ?? "", repository, name))
    })
    pack(folder)
  } finally {
    names.forEach((name, at) => {
      writeFileSync(manifestOf(name), before[at] ?? "")
    })
  }
}
