/** What packages may not be published with. */
import { posix } from "node:path"
import * as Schema from "effect/Schema"
import type * as Release from "../../scripts/release/Release.ts"
import { root } from "./pages.ts"
import * as SecretRules from "./SecretRules.ts"
import type * as Tarballs from "./Tarballs.ts"

/** What each tarball may hold, and how much: bytes packed, bytes in all, files. */
const meant: {
  readonly [name in Release.Name]: { readonly files: RegExp; readonly most: ReadonlyArray<number> }
} = {
  core: { files: /^(?:dist\/\w+\.(?:js|d\.ts)(?:\.map)?|src\/\w+\.ts)$/, most: [100_000, 400_000, 120] },
  machine: { files: /^(?:dist\/\w+\.(?:js|d\.ts)(?:\.map)?|src\/\w+\.ts)$/, most: [100_000, 400_000, 100] },
  node: {
    files:
      /^(?:bin\/umf-order\.js|dist\/(?:[\w-]+\/)*[\w-]+\.(?:js|d\.ts)(?:\.map)?|src\/(?:[\w-]+\/)*[\w-]+\.ts|page\/(?:index\.html|style\.css|lifecycle\.(?:en|zh)\.svg)|page\/dist\/\w+\.js)$/,
    most: [1_200_000, 5_000_000, 1800]
  }
}

const everyPackage = ["LICENSE", "README.md", "package.json"]

const Manifest = Schema.fromJsonString(
  Schema.Struct({
    dependencies: Schema.Record(Schema.String, Schema.String),
    scripts: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
    private: Schema.optionalKey(Schema.Boolean)
  })
)

const SourceMap = Schema.fromJsonString(
  Schema.Struct({
    sourceRoot: Schema.optionalKey(Schema.String),
    sources: Schema.Array(Schema.String),
    sourcesContent: Schema.optionalKey(Schema.Unknown)
  })
)

/** What is wrong with a tarball; names of files, no contents. */
export const of = ({ entries, name, size }: Tarballs.Tarball): ReadonlyArray<string> => {
  const { files, most } = meant[name]
  const paths = new Set(entries.map(({ path }) => path))
  const found: Array<string> = []
  const told = [size, entries.reduce((sum, { content }) => sum + content.length, 0), entries.length]
  told.forEach((one, at) => {
    if (one > (most[at] ?? 0)) found.push(`${one} is more than ${most[at]}`)
  })
  for (const path of everyPackage) if (!paths.has(path)) found.push(`${path} is missing`)
  for (const { content, isFile, path } of entries) {
    if (!isFile || (!files.test(path) && !everyPackage.includes(path))) found.push(`${path} is not meant`)
    const source = path.replace(/^dist\/(.*?)\.(?:js|d\.ts)(?:\.map)?$/, "src/$1.ts")
    if (!paths.has(source)) found.push(`${path} has no source; is it left from an older build? Remove dist.`)
    if (content.includes(root)) found.push(`${path} names this machine's folder`)
    for (const { line, rule } of SecretRules.findings(path, content)) found.push(`${path}:${line}: ${rule}`)
    if (!path.endsWith(".map")) continue
    const map = Schema.decodeUnknownSync(SourceMap)(content.toString("utf8"))
    if ((map.sourceRoot ?? "") !== "" || map.sourcesContent !== undefined) found.push(`${path} says too much`)
    for (const target of map.sources) {
      if (!paths.has(posix.join(posix.dirname(path), target))) found.push(`${path} points to ${target}`)
    }
  }
  const manifest = Schema.decodeUnknownSync(Manifest)(
    entries.find(({ path }) => path === "package.json")?.content.toString("utf8")
  )
  if (manifest.private === true || manifest.scripts !== undefined) found.push("package.json is not for users")
  for (const [dependency, version] of Object.entries(manifest.dependencies)) {
    if (!/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))
      found.push(`${dependency} is ${version}, which is not exact`)
  }
  return found
}
