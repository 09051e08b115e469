/**
 * Printing: one JSON object a line on stdout with `--json` and nothing else there, or text for people.
 * Messages and progress go to stderr. What came from outside is stripped of control characters before a
 * terminal sees it.
 */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"

const steering = /[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/**
 * A JSON object as one line with its end; keys without a value are left out. Characters that could steer a
 * terminal are written as escapes, which any JSON reader takes for the same text.
 */
export const jsonLine = (value: object): string =>
  `${JSON.stringify(value).replace(
    steering,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`
  )}\n`

/** One JSON object on one line of stdout. */
export const json = (value: object): Effect.Effect<void> => Console.log(jsonLine(value).trimEnd())

/** A line of text for people on stdout. */
export const text = (line: string): Effect.Effect<void> => Console.log(line)

/** Text on stdout as it is, with its own line ends; returns once a slow reader has taken it. */
export const raw = (text: string): Effect.Effect<void> =>
  Effect.callback((resume) => {
    process.stdout.write(text, () => resume(Effect.void))
  })

/** A line for people on stderr. */
export const note = (line: string): Effect.Effect<void> => Console.error(line)

/** Text from outside, harmless to a terminal: control and direction-changing characters become "?". */
export const harmless = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced.
  text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "?")

/** Fen as people write it: 8888 is "CNY 88.88". */
export const money = (fen: bigint): string => `CNY ${fen / 100n}.${(fen % 100n).toString().padStart(2, "0")}`

const colours = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const
export type Colour = keyof typeof colours

/** Whether stdout is a terminal that wants colours (https://no-color.org). */
export const wantsColour = (): boolean => process.stdout.isTTY === true && !process.env.NO_COLOR

/** `text` in a colour, where colours are wanted. */
export const paint = (colour: Colour, text: string, wanted: boolean = wantsColour()): string =>
  wanted ? `\u001b[${colours[colour]}m${text}\u001b[0m` : text

/** Replaces the progress line on a terminal's stderr; silent elsewhere. An empty text clears it. */
export const progress = (line: string): Effect.Effect<void> =>
  Effect.sync(() => {
    if (process.stderr.isTTY !== true) return
    process.stderr.write(`\r\u001b[2K${line.slice(0, Math.max(1, (process.stderr.columns ?? 80) - 1))}`)
  })
