/** The pages, as HTML. `html` escapes every value that is put into it, order numbers included. */
import { html } from "hono/html"
import { type Language, labels, type Shown, words } from "./Words.ts"

type Html = ReturnType<typeof html>

interface PageParts {
  readonly language: Language
  readonly title: string
  readonly body: Html
  /** For an order that is still waited for. */
  readonly isWaiting?: boolean
}

/** Seconds between two looks of a browser without JavaScript. */
const REFRESH = 5

const page = ({ language, title, body, isWaiting = false }: PageParts): Html => html`<!doctype html>
<html lang="${language}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${title}</title>
    ${
      isWaiting
        ? html`<noscript><meta http-equiv="refresh" content="${REFRESH}"></noscript>
    <script src="/wait.js" defer></script>`
        : ""
    }
  </head>
  <body>
    <main>
      <h1>${title}</h1>
      ${body}
    </main>
  </body>
</html>`

export const shop = (language: Language): Html => {
  const { buy } = labels[language]
  return page({
    language,
    title: buy,
    body: html`<form method="post" action="/checkout"><button>${buy}</button></form>`
  })
}

/** `waitUrl` is what the script waits on. */
export const order = (language: Language, orderId: string, shown: Shown, waitUrl: string): Html => {
  const { title, text } = words[language][shown]
  const { order, home } = labels[language]
  return page({
    language,
    title,
    isWaiting: shown === "waiting" || shown === "goingBack",
    body: html`<p>${text}</p>
      <p data-shown="${shown}" data-wait="${waitUrl}" role="status">${order} ${orderId}</p>
      <p><a href="/">${home}</a></p>`
  })
}

export const unknown = (language: Language, orderId: string): Html => {
  const { order, home, unknown } = labels[language]
  return page({
    language,
    title: unknown,
    body: html`<p>${order} ${orderId}</p><p><a href="/">${home}</a></p>`
  })
}

/** Asks the shop until there is something new, and loads the page again then. Trouble only makes it wait longer. */
export const waitScript = `"use strict"
const url = document.querySelector("[data-wait]").dataset.wait
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const wait = async () => {
  for (;;) {
    const response = await fetch(url).catch(() => undefined)
    if (response !== undefined && response.status === 200) break
    if (response === undefined || response.status !== 204) await pause(3000)
  }
  location.reload()
}
wait()
`
