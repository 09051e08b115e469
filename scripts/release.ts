/**
 * Packs the packages for publishing, where they have the version that a tag names and no change waits for one.
 *   node scripts/release.ts v1.2.3 https://HOST/OWNER/REPOSITORY FOLDER
 * The packages have to be built: `npm test` does.
 */
import * as Release from "./release/Release.ts"

const [tag, repository, folder] = process.argv.slice(2)
if (tag === undefined || repository === undefined || folder === undefined) {
  console.error("usage: node scripts/release.ts TAG REPOSITORY FOLDER")
  process.exit(2)
}
const troubles = Release.troubles(tag, Release.versions(), Release.changesets())
for (const trouble of troubles) console.error(trouble)
if (troubles.length > 0) process.exit(1)
Release.packFrom(repository, folder)
