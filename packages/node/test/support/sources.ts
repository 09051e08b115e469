/** For `node --import`: the workspace's packages are their sources, as in the tests themselves. */
import { registerHooks } from "node:module"

registerHooks({
  resolve: (specifier, context, next) => {
    const name = /^@umf-order-sync\/(core|machine|node)$/.exec(specifier)?.[1]
    return name === undefined
      ? next(specifier, context)
      : next(new URL(`../../../${name}/src/index.ts`, import.meta.url).href, context)
  }
})
