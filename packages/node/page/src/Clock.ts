/** The inspector's clock: this browser's own may be wrong, and a countdown has to be right. */

export interface Clock {
  /** The inspector told its time, in ms since the epoch. */
  readonly told: (serverTime: number) => void
  /** What the inspector's clock shows now, in ms since the epoch. */
  readonly now: () => number
}

/** Until the inspector tells its time, this browser's is taken. */
export const make = (): Clock => {
  let offset = 0
  return {
    told: (serverTime) => {
      offset = serverTime - Date.now()
    },
    now: () => Date.now() + offset
  }
}
