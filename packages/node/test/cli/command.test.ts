/**
 * The command `umf-order`, run as its users run it. One file, so that one sandbox serves all of it and the
 * demo's waiting costs nobody else any time.
 */
import "./suites/servers.ts"
import "./suites/export.ts"
import "./suites/failures.ts"
import "./suites/guard.ts"
import "./suites/help.ts"
import "./suites/inspect.ts"
import "./suites/keys.ts"
import "./suites/options.ts"
import "./suites/orders.ts"
import "./suites/query.ts"
import "./suites/run.ts"
import "./suites/sign.ts"
import "./suites/track.ts"
import "./suites/usage.ts"
import "./suites/vectors.ts"
import "./suites/verify.ts"
import { startAndStop } from "./platform.ts"

startAndStop()
