/** Lets the page in, by its token, and says what to do where that is not possible. */
import * as App from "./App.ts"
import * as Client from "./Client.ts"
import { kindOf } from "./ClientError.ts"
import * as Explain from "./Explain.ts"
import * as Language from "./Language.ts"
import type { Session } from "./Protocol.ts"
import * as Scheme from "./Scheme.ts"
import * as Token from "./Token.ts"

/** How long to wait before an inspector that does not answer is asked again, in ms. */
const PATIENCE = 3000

/** Ends the wait for the next try. */
let tryNow = (): void => {}

const pause = (): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, PATIENCE)
    tryNow = () => {
      clearTimeout(timer)
      resolve()
    }
  })

/** Asks what there is to look at until somebody answers; `undefined` where the token is refused. */
const ask = async (place: Element, client: Client.Client): Promise<Session | undefined> => {
  for (;;) {
    try {
      return await client.session()
    } catch (error) {
      if (kindOf(error) === "refused") return undefined
      // Shown once: shown anew at each try it would take the keyboard away from wherever it is.
      if (place.querySelector(".explain") === null) {
        Explain.show(place, "unreachable", Language.first(), () => tryNow())
      }
      await pause()
    }
  }
}

const enter = async (place: Element, client: Client.Client): Promise<void> => {
  const refused = () => Explain.show(place, "refused", Language.first())
  const session = await ask(place, client)
  if (session === undefined) refused()
  else App.start(place, client, session, refused)
}

const place = document.querySelector("#app")
Scheme.apply(Scheme.first())
// A new address in the same tab only changes the fragment: the page begins anew with its token.
addEventListener("hashchange", () => {
  if (!Token.isInAddress()) return
  Token.take()
  location.reload()
})
if (place !== null) {
  const token = Token.take()
  if (token === undefined) Explain.show(place, "noToken", Language.first())
  else void enter(place, Client.make(token))
}
