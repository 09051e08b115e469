/** The page, built or served, with the shop that stands in for a server of one's own. */
import { defineConfig } from "vite"
import { consoleInspector } from "./page/consoleInspector.ts"
import * as Parts from "./src/Parts.ts"
import * as ShopPlugin from "./src/ShopPlugin.ts"

const shop = ShopPlugin.make(process.env.INSPECT === "console" ? { inspect: consoleInspector } : {})

export default defineConfig({ plugins: [shop], build: Parts.build })
