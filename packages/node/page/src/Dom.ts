/** Builds and changes the page's elements. Text goes in as text only: nothing here reads markup. */

export type Attributes = Readonly<Record<string, string | undefined>>
export type Child = Node | string | undefined

const present = (children: ReadonlyArray<Child>): ReadonlyArray<Node | string> =>
  children.filter((child) => child !== undefined)

/** A new element. Strings among the children become text. */
export const make = <K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: ReadonlyArray<Child>
): HTMLElementTagNameMap[K] => {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) element.setAttribute(name, value)
  }
  element.append(...present(children))
  return element
}

/** What an element holds from now on. */
export const fill = (element: Element, ...children: ReadonlyArray<Child>): void => {
  element.replaceChildren(...present(children))
}

/** Sets a text where it is another than before, so that nothing is laid out or told anew for nothing. */
export const text = (node: Node, value: string): void => {
  if (node.textContent !== value) node.textContent = value
}

/** Sets an attribute, or takes it away, where that changes something. */
export const attribute = (element: Element, name: string, value: string | undefined): void => {
  if (value === undefined) element.removeAttribute(name)
  else if (element.getAttribute(name) !== value) element.setAttribute(name, value)
}

/** Shows or hides an element. */
export const show = (element: HTMLElement, shown: boolean): void => {
  if (element.hidden === shown) element.hidden = !shown
}

const SVG = "http://www.w3.org/2000/svg"

/** One of the icons that stand in index.html. For the eye only: a label says what it means. */
export const icon = (name: string): SVGElement => {
  const svg = document.createElementNS(SVG, "svg")
  svg.setAttribute("class", "icon")
  svg.setAttribute("aria-hidden", "true")
  const use = document.createElementNS(SVG, "use")
  use.setAttribute("href", `#icon-${name}`)
  svg.append(use)
  return svg
}

/** An SVG `title`: what the pointer is told over a part of a picture. */
export const svgTitle = (value: string): SVGElement => {
  const title = document.createElementNS(SVG, "title")
  title.textContent = value
  return title
}

/** Which key an element was made for; kept beside the elements, so that no key is in the document. */
const keys = new WeakMap<Element, string>()

/**
 * Makes the children of an element be those of the items, in their order. The element of a key that was
 * there before is kept, so that only what is new is built. `build` learns whether there were any before.
 */
export const keyed = <A>(
  parent: Element,
  items: ReadonlyArray<A>,
  keyOf: (item: A) => string,
  build: (item: A, isAddition: boolean) => Element
): void => {
  const had = new Map([...parent.children].map((child) => [keys.get(child), child] as const))
  const isAddition = had.size > 0
  const wanted = items.map((item) => {
    const key = keyOf(item)
    const element = had.get(key) ?? build(item, isAddition)
    keys.set(element, key)
    had.delete(key)
    return element
  })
  for (const gone of had.values()) gone.remove()
  for (const [index, element] of wanted.entries()) {
    if (parent.children[index] !== element) parent.insertBefore(element, parent.children[index] ?? null)
  }
}
