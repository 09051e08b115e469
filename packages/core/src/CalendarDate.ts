/** The platform's dates (`yyyyMMdd`) and times of day (`HHmmss`), checked as dates and times. */

const daysInMonth = (year: number, month: number): number => {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** Whether `text` is `yyyyMMdd` and such a day exists: `20240229` does, `20230229` and `20231301` do not. */
export const isDate = (text: string): boolean => {
  if (!/^[0-9]{8}$/.test(text)) return false
  const year = Number(text.slice(0, 4))
  const month = Number(text.slice(4, 6))
  const day = Number(text.slice(6, 8))
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month)
}

/** Whether `text` is `HHmmss` between `000000` and `235959`. */
export const isTime = (text: string): boolean => /^(?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]$/.test(text)
