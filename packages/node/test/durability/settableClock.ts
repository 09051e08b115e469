/**
 * Loaded into a worker before anything else (`--import`): its wall clock can be set. At each SIGUSR2 it is as
 * many ms ahead of the true one as stands in the file `clockFile` of its settings. Timers and the steady clock
 * go on, as they do where a person or the network sets a machine's clock.
 */
import { readFileSync } from "node:fs"
import type { Settings } from "./worker.ts"

const settings: Settings = JSON.parse(process.env.UMF_TEST_WORKER ?? "{}")
const True = Date
let ahead = 0
process.on("SIGUSR2", () => {
  ahead = Number(readFileSync(settings.clockFile ?? "", "utf8"))
  process.stdout.write(`clock set ${ahead}\n`)
})

globalThis.Date = new Proxy(True, {
  construct: (target, args, made) =>
    Reflect.construct(target, args.length === 0 ? [True.now() + ahead] : args, made),
  get: (target, name, self) => (name === "now" ? () => True.now() + ahead : Reflect.get(target, name, self))
})
