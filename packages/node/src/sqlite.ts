/** The door of apps that put layers together themselves, and keep orders in a SQLite file. */
import "./runtime/refuseOldNode.ts"

export * as SqliteStore from "./store/SqliteStore.ts"
export { FileLock } from "./store/sqlite/FileLock.ts"
