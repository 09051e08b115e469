/** All that may come over a connection in place of an answer, with lies under a signature that was true. */
import * as Hostile from "./Hostile.ts"

/** The same answer with another text in a place that has to be there, under the signature as it was. */
const lie = (name: string, from: RegExp, to: string): Hostile.Hostile => ({
  name,
  believed: "never",
  send: ({ body, socket }) => {
    const text = body.toString("utf8").replace(from, to)
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`)
  }
})

export const kinds: readonly [Hostile.Hostile, ...ReadonlyArray<Hostile.Hostile>] = [
  ...Hostile.kinds,
  lie("another message", /"ok"/, '"OK"'),
  lie("another verdict", /"retCode":"[0-9]+","transState":"[A-Z]+"/, '"retCode":"88881137"'),
  lie("another day", /"20260729"/, '"20260730"'),
  lie("another way of paying", /"WX"/, '"YL"'),
  lie("no signature", /"sign":"[^"]+"/, '"sign":""'),
  lie("half a signature", /"sign":"[^"]{40}/, '"sign":"')
]
