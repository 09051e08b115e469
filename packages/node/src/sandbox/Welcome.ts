/** What the sandbox says at `GET /`: how to use it, for a person in front of a terminal. */
import { scripts } from "./scripts.ts"

/** The facts that the welcome names. */
export interface Facts {
  readonly baseUrl: string
  readonly adminUrl: string
  readonly merId: string
  readonly keyFiles:
    | { readonly merchantPrivateKey: string; readonly merchantCert: string; readonly platformCert: string }
    | undefined
}

/** The welcome, as plain text. */
export const text = ({ baseUrl, adminUrl, merId, keyFiles }: Facts): string => {
  const width = Math.max(...scripts.map((script) => script.name.length))
  const list = scripts.map(
    ({ name, description, expected }) => `  ${name.padEnd(width)}  ${description.en} => ${expected}`
  )
  return `umf-order sandbox: a stand-in for the platform, for this machine only. It moves no money.

Query orders at   POST ${baseUrl}/pay/orderquery
Merchant number   ${merId}
${
  keyFiles === undefined
    ? "Keys are in memory only; start it with a key directory to keep them."
    : `Merchant's key    ${keyFiles.merchantPrivateKey}
Platform's cert   ${keyFiles.platformCert}`
}

An order whose number is the name of a script, or begins with it and "-" or ".", follows that script
from its first query on: paid-after-3-0001. Its amount is 8888 fen. The scripts, and where a correct
client ends:

${list.join("\n")}

Admin API (JSON; POST with content-type: application/json):
  GET  ${adminUrl}/scripts
  POST ${adminUrl}/orders              {"orderId": "my-1", "script": "paid-after-3", "amount": 8888}
                                         or your own: "script": {"steps": [
                                           {"answer": {"_tag": "Paying"}, "times": 3},
                                           {"answer": {"_tag": "Paid"}}]}
  GET  ${adminUrl}/orders
  GET  ${adminUrl}/orders/my-1
  POST ${adminUrl}/orders/my-1/refund
  POST ${adminUrl}/orders/my-1/void
  GET  ${adminUrl}/received            the last 1000 queries
`
}
