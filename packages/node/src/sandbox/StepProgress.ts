/**
 * Where an order stands in a list of steps: pure, and moved by queries and by time.
 *
 * A list begins with the first query that it answers. A step that counts ends with its last query, and
 * the next one begins with the query after it. A step that lasts ends on time, also unasked, and the next
 * one begins at that instant.
 */
import type { Step, Steps } from "./Script.ts"

/** The step that answered last (or will answer first), since when it holds, and what it has answered. */
export interface StepProgress {
  readonly index: number
  /** Milliseconds since the epoch; `undefined` until the first query. */
  readonly begunAt: number | undefined
  readonly answered: number
}

/** Before the first query. */
export const initial: StepProgress = { index: 0, begunAt: undefined, answered: 0 }

/** The step that answers a query at `now`, and the progress with that query counted. `scale` divides times. */
export const next = (
  steps: Steps,
  progress: StepProgress,
  now: number,
  scale: number
): readonly [Step, StepProgress] => {
  let { index, answered } = progress
  let begunAt = progress.begunAt ?? now
  let step: Step = steps[index] ?? steps[0]
  for (let following = steps[index + 1]; following !== undefined; following = steps[index + 1]) {
    if (step.forMs === undefined) {
      if (answered < (step.times ?? 1)) break
      begunAt = now
    } else {
      const endsAt = begunAt + step.forMs / scale
      if (now < endsAt) break
      begunAt = endsAt
    }
    index++
    answered = 0
    step = following
  }
  return [step, { index, begunAt, answered: answered + 1 }]
}
