/** Mutation testing of one package, core or machine, named by UMF_MUTATE: see prove/mutation/mutate.ts. */
const name = process.env.UMF_MUTATE

export default {
  testRunner: "vitest",
  plugins: ["@stryker-mutator/vitest-runner"],
  vitest: { configFile: "prove/mutation/vitest.config.ts", related: false },
  coverageAnalysis: "perTest",
  mutate: [`packages/${name}/src/**/*.ts`, "!**/index.ts"],
  ignorePatterns: ["/bench", "/examples", "/packages/node", "/scripts", "dist", ".git"],
  // Its rewriting of tsconfig files wants an older TypeScript; the tests need none.
  tsconfigFile: "none",
  concurrency: 2,
  timeoutMS: 10_000,
  incremental: true,
  incrementalFile: `node_modules/.cache/stryker-${name}.json`,
  tempDirName: "node_modules/.cache/stryker",
  reporters: ["clear-text", "json", "progress"],
  clearTextReporter: { allowColor: false, reportTests: false, reportMutants: false },
  jsonReporter: { fileName: `node_modules/.cache/mutation-${name}.json` },
  thresholds: { break: null, high: 95, low: 90 }
}
