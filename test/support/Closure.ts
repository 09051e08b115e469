/** What is installed along with a package, read from the folders as Node would find them. */
import { existsSync, readFileSync, realpathSync } from "node:fs"
import { dirname, join } from "node:path"

interface Manifest {
  readonly name: string
  readonly version: string
  readonly license?: unknown
  readonly scripts?: { readonly [name: string]: string }
  readonly dependencies?: { readonly [name: string]: string }
  readonly optionalDependencies?: { readonly [name: string]: string }
  readonly peerDependencies?: { readonly [name: string]: string }
  readonly peerDependenciesMeta?: { readonly [name: string]: { readonly optional?: boolean } }
}

export interface Installed {
  readonly folder: string
  readonly manifest: Manifest
}

/** The package in a folder. */
export const read = (folder: string): Installed => ({
  folder,
  manifest: JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
})

/** The folder of a package as seen from another's; `undefined` where it is not installed. */
const find = (from: string, name: string): string | undefined => {
  const folder = join(from, "node_modules", name)
  if (existsSync(join(folder, "package.json"))) return realpathSync(folder)
  const above = dirname(from)
  return above === from ? undefined : find(above, name)
}

/**
 * The package in a folder and everything that is installed for it: dependencies, optional ones, and peers
 * that are there. Throws where a dependency is not installed, an optional one too: nothing is known of it.
 */
export const of = (folder: string): ReadonlyArray<Installed> => {
  const found = new Map<string, Installed>()
  const add = (at: string) => {
    if (found.has(at)) return
    const installed = read(at)
    found.set(at, installed)
    const { dependencies, optionalDependencies, peerDependencies } = installed.manifest
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
      const below = find(at, name)
      if (below !== undefined) add(below)
      else if (dependencies?.[name] !== undefined || optionalDependencies?.[name] !== undefined) {
        throw new Error(`${installed.manifest.name} needs ${name}, which is not installed.`)
      }
    }
  }
  add(realpathSync(folder))
  return [...found.values()]
}

/** Name and version. */
export const nameOf = ({ manifest }: Installed): string => `${manifest.name}@${manifest.version}`

/** What npm runs on the machine of whoever installs a package: it runs node-gyp for a binding.gyp unasked. */
export const installSteps = ({ folder, manifest }: Installed): ReadonlyArray<string> => [
  ...["preinstall", "install", "postinstall"].filter((step) => manifest.scripts?.[step] !== undefined),
  ...(existsSync(join(folder, "binding.gyp")) ? ["binding.gyp"] : [])
]
