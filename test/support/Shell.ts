/** Commands in a shell's text: as much of its syntax as the documents use. */

/** A program and what it is given, without assignments before it and redirections. */
export type Command = readonly [program: string, ...args: ReadonlyArray<string>]

const token =
  /\s*(?:(#.*)|("(?:[^"\\]|\\[\s\S])*"|'[^']*'|\$\([^)]*\)|[^\s"'()|;&<>])+|(&&|\|\||[()|;&\n]|\d?>>?|<))/y

const unquoted = (word: string): string =>
  word.replaceAll(/"((?:[^"\\]|\\[\s\S])*)"|'([^']*)'/g, (_, double, single) => double ?? single)

/** The commands of a script, in their order. Throws where it can't be read. */
export const commands = (script: string): ReadonlyArray<Command> => {
  const text = script.replaceAll("\\\n", " ").trim()
  const found: Array<Command> = []
  let words: Array<string> = []
  let isPlace = false
  const end = () => {
    const [program, ...args] = words.filter(
      (word, index) => !/^\w+=/.test(word) || words.slice(0, index).some((before) => !/^\w+=/.test(before))
    )
    if (program !== undefined) found.push([program, ...args])
    words = []
    isPlace = false
  }
  for (const line of text.split("\n")) {
    token.lastIndex = 0
    while (token.lastIndex < line.trimEnd().length) {
      const at = token.lastIndex
      const [all, comment, , operator] = token.exec(line) ?? []
      if (all === undefined) throw new Error(`This can't be read as a command: ${line.slice(at)}`)
      if (comment !== undefined) break
      if (operator === undefined) {
        if (!isPlace) words.push(unquoted(all.trim()))
        isPlace = false
      } else if (/[<>]/.test(operator)) isPlace = true
      else end()
    }
    end()
  }
  return found
}
