/** Amounts as people read them: yuan, from fen as digits. */
import type { Language } from "./Protocol.ts"

const groups: Readonly<Record<Language, Intl.NumberFormat>> = {
  en: new Intl.NumberFormat("en"),
  zh: new Intl.NumberFormat("zh-CN")
}

/** `"8888"` as `¥88.88`. Reckoned in whole fen, so that no amount is too large. */
export const yuan = (fen: string, language: Language): string => {
  if (!/^\d+$/.test(fen)) return fen
  const amount = BigInt(fen)
  return `¥${groups[language].format(amount / 100n)}.${String(amount % 100n).padStart(2, "0")}`
}

/** A count with its thousands set apart. */
export const count = (value: number, language: Language): string => groups[language].format(value)
