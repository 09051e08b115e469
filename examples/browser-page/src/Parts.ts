/**
 * The page in parts, a file each: libraries change less often than the page, and stay in the browser's cache.
 * It also shows what each of them weighs.
 */
import type { BuildOptions } from "vite"

/** The parts by what they are made of, with what they need; what is in none of them is the page itself. */
const groups = [
  { name: "react", test: /node_modules[\\/](?:react|react-dom|scheduler)[\\/]/ },
  { name: "xstate", test: /node_modules[\\/](?:xstate|@xstate[\\/]react)[\\/]/ },
  { name: "effect", test: /node_modules[\\/]effect[\\/]/ },
  { name: "order", test: /[\\/](?:packages|@umf-order-sync)[\\/](?:core|machine)[\\/]/ }
]

export const build: BuildOptions = {
  rolldownOptions: {
    output: {
      codeSplitting: { groups },
      entryFileNames: "assets/page-[hash].js",
      chunkFileNames: "assets/[name]-[hash].js"
    }
  }
}
