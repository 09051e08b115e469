/** Settings of the property tests: the same cases on every run, others with `FC_SEED=…`. */
export const runs = (numRuns: number): { readonly numRuns: number; readonly seed: number } => ({
  numRuns,
  seed: Number(process.env["FC_SEED"] ?? 20171101)
})
