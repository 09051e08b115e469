/** Changes of the JSON text: its structure and its Unicode. */
import * as Chance from "../../../../../prove/Chance.ts"
import { dangerousValues, escaped, inserted, type Mutation, onText } from "./Mutation.ts"

const { below, pick } = Chance

export const mutations: ReadonlyArray<Mutation> = [
  onText("a mark of JSON put in", 6, (next, text) =>
    inserted(next, text, pick(next, ["{", "}", "[", "]", ",", ":", '"', "\\", "/", "'", "#"]))
  ),
  onText("something round it or after it", 3, (next, text) =>
    pick(next, [
      ...([`[${text}]`, `{"a":${text}}`, JSON.stringify(text), `${text}${text}`, `${text},`] as const),
      ...[`(${text})`, `${text}\n${text}`, `)]}',\n${text}`, `callback(${text})`, `${text}\u0000`]
    ])
  ),
  onText("what is no JSON, but is read by some", 4, (next, text) =>
    inserted(
      next,
      text,
      pick(next, ["/* */", "// \n", "NaN", "undefined", "0x10", "\u2028", "\u00a0", "\f", '""', "{}", "-"])
    )
  ),
  onText("a comma too many", 1, (_, text) => text.replace("}", ",}")),
  onText("other quotes", 1, (_, text) => text.replaceAll('"', "'")),
  onText("quotes left out", 1, (_, text) => text.replace(/"([a-zA-Z]+)":/, "$1:")),
  onText("an escape put in", 6, (next, text) =>
    inserted(
      next,
      text,
      pick(next, [
        ...(["\\ud800", "\\udc00\\ud800", "\\ud83d\\ude00", "\\u0000", "\\u007c", "\\n", "\\/"] as const),
        ...["\\x41", "\\u{41}", "\\u00", "\\U0041", "\\"]
      ])
    )
  ),
  onText("a name twice, spelt otherwise", 4, (next, text) => {
    const all = [...text.matchAll(/"([A-Za-z]+)"\s*:\s*("[^"]*")/g)]
    const [, name, value] = all[below(next, Math.max(1, all.length))] ?? []
    if (name === undefined) return text
    const spelt = escaped(next, name, pick(next, [0.2, 1]))
    const twin = `${spelt}:${next() < 0.3 ? value : JSON.stringify(pick(next, dangerousValues))}`
    return next() < 0.5 ? text.replace("{", `{${twin},`) : text.replace(/\}(?=[^}]*$)/, `,${twin}}`)
  }),
  onText("a character put in", 6, (next, text) =>
    inserted(
      next,
      text,
      pick(next, [
        ...(["\ufeff", "\u200b", "\u200d", "\u202e", "\u200f", "\u2066", "\u0000", "\u0301"] as const),
        ...["\u007f", "é", "中", "𝟎", "０", "Ａ", "\t", "\n", " ", "|"]
      ])
    )
  ),
  onText("a character replaced by its double", 4, (next, text) => {
    const doubles = "a\u0430c\u0441e\u0435o\u043ep\u0440S\u0405A\u0391P\u0420T\u03a40\u041e"
    const at = below(next, doubles.length / 2) * 2
    const from = below(next, text.length)
    const found = text.indexOf(doubles.charAt(at), from)
    return found < 0 ? text : text.slice(0, found) + doubles.charAt(at + 1) + text.slice(found + 1)
  }),
  onText("half a pair for what UTF-8 writes in its place", 8, (next, text) =>
    text.replace("\ufffd", pick(next, ["\\ud800", "\\udfff", "\\udc00\\ud800", "\\ufffd"]))
  ),
  onText("normalised otherwise", 1, (next, text) => text.normalize(pick(next, ["NFD", "NFKC", "NFKD"]))),
  onText("text twice", 2, (next, text) => {
    const from = below(next, text.length)
    const piece = text.slice(from, from + 1 + below(next, 80))
    return inserted(next, text, piece)
  }),
  onText("a border of fields moved", 3, (next, text) => {
    const borders = [...text.matchAll(/","/g)].map(({ index }) => index)
    const at = borders[below(next, Math.max(1, borders.length))]
    return at === undefined ? text : `${text.slice(0, at)}|${text.slice(at + 3)}`
  })
]
