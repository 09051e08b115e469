/** Writes what each package shows of its types to packages/NAME/api/declarations.md, from the build; see api/ApiReport.ts. */
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import * as ApiReport from "./api/ApiReport.ts"

for (const name of ApiReport.packages) {
  mkdirSync(dirname(ApiReport.kept(name)), { recursive: true })
  writeFileSync(ApiReport.kept(name), ApiReport.report(name))
}
