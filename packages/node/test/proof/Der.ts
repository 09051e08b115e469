/** DER as a tree that can be cut to pieces and put together again, lengths and all. */

export interface Element {
  readonly tag: number
  /** Elements within, or bytes. */
  readonly content: ReadonlyArray<Element> | Buffer
}

const isConstructed = (tag: number): boolean => (tag & 0x20) !== 0

/** The elements of well-formed DER. */
export const parse = (bytes: Buffer): ReadonlyArray<Element> => {
  const found: Array<Element> = []
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at] ?? 0
    const first = bytes[at + 1] ?? 0
    const more = first < 0x80 ? 0 : first & 0x7f
    const length = more === 0 ? first : bytes.readUIntBE(at + 2, more)
    const start = at + 2 + more
    const content = bytes.subarray(start, start + length)
    found.push({ tag, content: isConstructed(tag) ? parse(content) : content })
    at = start + length
  }
  return found
}

const lengthOf = (length: number): Buffer => {
  if (length < 0x80) return Buffer.of(length)
  const hex = length.toString(16)
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex")
  return Buffer.concat([Buffer.of(0x80 | bytes.length), bytes])
}

export const encode = ({ content, tag }: Element): Buffer => {
  const bytes = Buffer.isBuffer(content) ? content : Buffer.concat(content.map(encode))
  return Buffer.concat([Buffer.of(tag), lengthOf(bytes.length), bytes])
}

/** A whole number, as DER has it. */
export const integer = (value: bigint): Element => {
  let bytes = 1
  while (value >= 1n << BigInt(8 * bytes - 1) || value < -(1n << BigInt(8 * bytes - 1))) bytes += 1
  const hex = BigInt.asUintN(8 * bytes, value).toString(16)
  return { tag: 2, content: Buffer.from(hex.padStart(2 * bytes, "0"), "hex") }
}

export const sequence = (...content: ReadonlyArray<Element>): Element => ({ tag: 0x30, content })

/** Every tree that is this one with one element changed by `change`, which gives what stands in its place. */
export const everywhere = (
  root: Element,
  change: (element: Element) => ReadonlyArray<Element>
): ReadonlyArray<Element> => {
  const { content, tag } = root
  if (Buffer.isBuffer(content)) return []
  return content.flatMap((inner, at) => {
    const around = (by: ReadonlyArray<Element>): Element => ({
      tag,
      content: [...content.slice(0, at), ...by, ...content.slice(at + 1)]
    })
    return [around(change(inner)), ...everywhere(inner, change).map((one) => around([one]))]
  })
}
