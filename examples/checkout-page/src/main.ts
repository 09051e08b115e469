/** Starts the shop, and ends it in order. */
import { once } from "node:events"
import { serve } from "@hono/node-server"
import { createNotificationHandler, createOrderSync, UmfError } from "@umf-order-sync/node"
import * as Checkout from "./Checkout.ts"
import * as Settings from "./Settings.ts"

const start = async (): Promise<void> => {
  const { merId, privateKey, passphrase, platformCert, baseUrl, store, host, port, prefix } = Settings.read(
    process.env
  )
  const sync = await createOrderSync({
    merId,
    privateKey,
    passphrase,
    platformCert,
    baseUrl,
    store: { file: store }
  })
  const notifications = await createNotificationHandler(sync, { platformCert })
  const app = Checkout.make({ sync, notifications, prefix, onError: console.error })
  const server = serve({ fetch: app.fetch, hostname: host, port })
  const stop = async (): Promise<void> => {
    const closed = once(server, "close")
    server.close()
    await notifications.idle()
    // Pages that wait are answered by this, so that their connections end too.
    await sync.close()
    await closed
  }
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void stop())
  await once(server, "listening").catch(async (error: unknown) => {
    await sync.close()
    throw error
  })
  const address = server.address()
  console.log(`The shop listens on http://${host}:${typeof address === "object" ? address?.port : port}`)
}

try {
  await start()
} catch (error) {
  console.error(error instanceof UmfError ? `${error.code}: ${error.message}` : String(error))
  process.exitCode = 1
}
