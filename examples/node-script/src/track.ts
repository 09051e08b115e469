/**
 * Follows one order to its end: `node src/track.ts ORDER_NUMBER [AMOUNT_IN_FEN]`.
 *
 * Exits with 0 for an order that has a result, 2 where a person is needed, 75 for trouble that may pass, 78 for
 * settings that must be mended, 130 when it was stopped.
 */
import { createOrderSync, type OrderSync, UmfError } from "@umf-order-sync/node"

const setting = (name: string): string => {
  const value = process.env[name]
  if (value !== undefined && value !== "") return value
  console.error(`${name} is not set. The README beside this script says what it needs.`)
  process.exit(78)
}

const explain = (error: UmfError): number => {
  console.error(`${error.code}: ${error.message}`)
  switch (error.code) {
    case "KEY_INVALID":
    case "CONFIG_INVALID":
    case "INPUT_INVALID":
      return 78
    default:
      return error.retryable ? 75 : 1
  }
}

const stop = new AbortController()
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort())

const [orderId, amount] = process.argv.slice(2)
let sync: OrderSync | undefined
try {
  sync = await createOrderSync({
    merId: setting("UMF_MER_ID"),
    privateKey: setting("UMF_PRIVATE_KEY"),
    platformCert: setting("UMF_PLATFORM_CERT"),
    passphrase: process.env.UMF_PASSPHRASE, // for a key that is encrypted
    baseUrl: process.env.UMF_BASE_URL // the platform's own address, if left out
  })
  const order = await sync.track({ orderId: orderId ?? "", amount }, { signal: stop.signal })
  console.log(order.state)
  process.exitCode = order.attention ? 2 : 0
} catch (error) {
  if (error instanceof UmfError) process.exitCode = explain(error)
  else if (stop.signal.aborted) process.exitCode = 130
  else throw error
} finally {
  await sync?.close()
}
