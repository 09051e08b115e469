/** Starts the shop, and ends it in order: no request is cut off, and queries under way may end. */
import { createNotificationHandler, createOrderSync, UmfError } from "@umf-order-sync/node"
import * as Settings from "./Settings.ts"
import * as Shop from "./Shop.ts"
import * as Tasks from "./Tasks.ts"

const start = async (): Promise<void> => {
  const settings = Settings.read(process.env)
  const { merId, privateKey, passphrase, platformCert, baseUrl, store, prefix } = settings
  const sync = await createOrderSync({
    merId,
    privateKey,
    passphrase,
    platformCert,
    baseUrl,
    store: { file: store },
    onNoticeInTransaction: Tasks.note
  })
  const notifications = await createNotificationHandler(sync, { platformCert })
  const tasks = Tasks.open(store)
  const app = Shop.make({ sync, notifications, tasks, prefix })
  // Fastify lets requests under way end before this is called.
  app.addHook("onClose", async () => {
    await notifications.idle()
    tasks.close()
    await sync.close()
  })
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void app.close())
  try {
    await app.listen({ host: settings.host, port: settings.port })
  } catch (error) {
    await app.close()
    throw error
  }
}

try {
  await start()
} catch (error) {
  console.error(error instanceof UmfError ? `${error.code}: ${error.message}` : String(error))
  process.exitCode = 1
}
