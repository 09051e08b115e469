/** Where the page begins: `?order=…`, and where they are wanted `&lang=zh` and `&inspect=console`. */
import { StrictMode } from "react"
import { createRoot } from "react-dom/client"
import { consoleInspector } from "./consoleInspector.ts"
import { OrderPage } from "./OrderPage.tsx"
import { languageOf, words } from "./words.ts"

const wanted = new URLSearchParams(location.search)
const orderId = wanted.get("order")
const language = languageOf(wanted.get("lang") ?? navigator.language)
const inspect = wanted.get("inspect") === "console" ? consoleInspector : undefined

/** Names that the scripted shop knows; a real shop's page links to its orders from elsewhere. */
const samples = ["paid-1", "failed-1", "closed-1", "late-1", "strange-1", "pending-1"]

const Choice = () => (
  <nav lang={language}>
    <p>{words[language].choose}</p>
    <ul>
      {samples.map((sample) => (
        <li key={sample}>
          <a href={`?order=${sample}`}>{sample}</a>
        </li>
      ))}
    </ul>
  </nav>
)

const page = document.getElementById("page")
if (page === null) throw new Error("index.html has no element with the id page.")
document.documentElement.lang = language
createRoot(page).render(
  <StrictMode>
    {orderId === null ? <Choice /> : <OrderPage orderId={orderId} language={language} inspect={inspect} />}
  </StrictMode>
)
