/** What the shop is told by its environment. Keys are files; nothing secret stands in the code. */

export interface Settings {
  readonly merId: string
  /** The merchant's private key, a file's path. */
  readonly privateKey: string
  readonly passphrase: string | undefined
  readonly platformCert: string
  /** The platform's own address, if left out. */
  readonly baseUrl: string | undefined
  /** The SQLite file of orders and deliveries, on a local disk. */
  readonly store: string
  readonly host: string
  readonly port: number
  /** Stands before each order's number, so that shops of one merchant don't give out the same. */
  readonly prefix: string
}

type Environment = Readonly<Record<string, string | undefined>>

/** Throws an Error that says which variable is missing or wrong. */
export const read = (env: Environment): Settings => {
  const needed = (name: string): string => {
    const value = env[name]
    if (value === undefined || value === "") throw new Error(`${name} is not set.`)
    return value
  }
  const port = Number(env.PORT ?? 3000)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error("PORT must be a number from 0 to 65535.")
  }
  const prefix = env.SHOP_ORDER_PREFIX ?? ""
  // The platform takes order numbers of at most 64 characters; the rest of them is the shop's.
  if (prefix.length > 31 || /[|&=]/.test(prefix)) {
    throw new Error("SHOP_ORDER_PREFIX must have at most 31 characters, without |, & and =.")
  }
  return {
    merId: needed("UMF_MER_ID"),
    privateKey: needed("UMF_PRIVATE_KEY"),
    passphrase: env.UMF_PASSPHRASE,
    platformCert: needed("UMF_PLATFORM_CERT"),
    baseUrl: env.UMF_BASE_URL,
    store: env.SHOP_STORE ?? "shop.sqlite",
    host: env.HOST ?? "127.0.0.1",
    port,
    prefix
  }
}
