/** The tests that have to notice a mutant: the ordinary ones of its own package, with fewer cases of chance. */
import { defineConfig } from "vitest/config"
import { alias } from "../../vitest.alias.ts"

export default defineConfig({
  resolve: { alias },
  test: {
    root: ".",
    include: [`packages/${process.env.UMF_MUTATE}/test/*.test.ts`],
    env: { FC_PART: "0.2" }
  }
})
