/** Which route a request is for, before anything of it is read: for its limits, its log line, and 405. */
import { Api } from "./Api.ts"

/** A path of the API, and the methods that it has. */
export interface Route {
  /** As declared, such as "/v1/orders/:merId/:orderId". */
  readonly pattern: string
  readonly methods: ReadonlyArray<string>
  /** The order number in the path, decoded, where there is one. */
  readonly orderId: string | undefined
}

interface Declared {
  readonly pattern: string
  readonly parts: ReadonlyArray<string>
  readonly methods: Array<string>
}

const declare = (): ReadonlyArray<Declared> => {
  const found = new Map<string, Declared>()
  const add = (method: string, pattern: string) => {
    const known = found.get(pattern) ?? { pattern, parts: pattern.split("/"), methods: [] }
    known.methods.push(method)
    if (method === "GET") known.methods.push("HEAD")
    found.set(pattern, known)
  }
  for (const group of Object.values(Api.groups)) {
    for (const endpoint of Object.values(group.endpoints)) add(endpoint.method, endpoint.path)
  }
  add("GET", "/openapi.json")
  return [...found.values()]
}

const declared = declare()

const decoded = (part: string): string | undefined => {
  try {
    return decodeURIComponent(part)
  } catch {
    return undefined
  }
}

/** The route of a request's path and query; `undefined` where there is none. */
export const find = (url: string): Route | undefined => {
  const parts = (url.split("?", 1)[0] ?? "").split("/")
  const found = declared.find(
    (route) =>
      route.parts.length === parts.length &&
      route.parts.every((part, index) => (part.startsWith(":") ? parts[index] !== "" : part === parts[index]))
  )
  if (found === undefined || parts.some((part) => decoded(part) === undefined)) return undefined
  const place = found.parts.indexOf(":orderId")
  return {
    pattern: found.pattern,
    methods: found.methods,
    orderId: place < 0 ? undefined : decoded(parts[place] ?? "")
  }
}
