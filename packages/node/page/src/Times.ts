/** Instants and lengths of time as people read them. Instants are ms since the epoch, lengths ms. */

import * as Tag from "./Language.ts"
import type { Language } from "./Protocol.ts"

const two = (value: number): string => String(value).padStart(2, "0")

/** `14:03:22`, in this browser's time zone. */
export const ofDay = (at: number): string => {
  const date = new Date(at)
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

/** `14:03:22` on the day of `now`, `11-24 14:03` on another. */
export const brief = (at: number, now: number): string => {
  const date = new Date(at)
  return date.toDateString() === new Date(now).toDateString()
    ? ofDay(at)
    : `${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`
}

/** Date and time with milliseconds and the zone, for whoever wants to know exactly. */
export const exact = (at: number, language: Language): string =>
  new Intl.DateTimeFormat(Tag.tagOf(language), {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 3,
    hourCycle: "h23",
    timeZoneName: "short"
  }).format(at)

const units: Readonly<Record<Language, readonly [d: string, h: string, min: string, s: string]>> = {
  en: [" d", " h", " min", " s"],
  zh: [" 天", " 小时", " 分", " 秒"]
}

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** `3 s`, `2 min 5 s`, `1 h 20 min`, `2 d 3 h`: rounded down, in at most two units. */
export const length = (ms: number, language: Language): string => {
  const [d, h, min, s] = units[language]
  const pair = (large: number, first: string, small: number, second: string): string => {
    const rest = Math.floor((ms % large) / small)
    return `${Math.floor(ms / large)}${first}${rest === 0 ? "" : ` ${rest}${second}`}`
  }
  if (ms >= DAY) return pair(DAY, d, HOUR, h)
  if (ms >= HOUR) return pair(HOUR, h, MINUTE, min)
  if (ms >= MINUTE) return pair(MINUTE, min, SECOND, s)
  return `${Math.floor(ms / SECOND)}${s}`
}

/** How long after what came before, as `+0.25 s` or `+2 min 5 s`. */
export const since = (ms: number, language: Language): string =>
  ms < 10 * SECOND
    ? `+${(Math.max(0, ms) / SECOND).toFixed(ms < SECOND ? 2 : 1)}${units[language][3]}`
    : `+${length(ms, language)}`

/** What is left of a wait: whole seconds, counted so that 0 comes only at its end. */
export const left = (ms: number, language: Language): string =>
  length(Math.ceil(Math.max(0, ms) / SECOND) * SECOND, language)
