/**
 * The shop's own table: what is to be done about an order, once it is known how it ended. It lies in the
 * store's file, so a task is written in the very transaction that marks its notice as handed over: exactly once,
 * whenever the process may end.
 */
import { DatabaseSync } from "node:sqlite"
import type { PlainNotice, PlainTransaction } from "@umf-order-sync/node"

/** `deliver`: the money is there. `release`: the goods are free again. `look`: a person has to decide. */
export type Todo = "deliver" | "release" | "look"

export interface Task {
  readonly todo: Todo
  /** The notice's type, such as "order.paid". */
  readonly because: string
  readonly at: string
}

const TABLE = `
  CREATE TABLE IF NOT EXISTS tasks (
    id INTEGER PRIMARY KEY,
    order_id TEXT NOT NULL,
    todo TEXT NOT NULL,
    because TEXT NOT NULL,
    notice_id TEXT NOT NULL,
    at TEXT NOT NULL
  ) STRICT`

/** What a notice means to the shop. Money that came late meets goods that were released: a person decides. */
const todoOf = ({ type, late }: PlainNotice): Todo => {
  switch (type) {
    case "order.paid":
      return late === undefined ? "deliver" : "look"
    case "order.closed":
    case "order.pay_failed":
    case "order.voided":
    case "order.refund_accepted":
      return "release"
    default:
      return "look"
  }
}

/** Writes down what a notice asks for, in the notice's transaction. */
export const note = async (notice: PlainNotice, sql: PlainTransaction): Promise<void> => {
  await sql(TABLE)
  await sql("INSERT INTO tasks (order_id, todo, because, notice_id, at) VALUES (?, ?, ?, ?, ?)", [
    notice.orderId,
    todoOf(notice),
    notice.type,
    notice.id,
    notice.at.toISOString()
  ])
}

export interface Tasks {
  /** The tasks of an order, oldest first. */
  readonly of: (orderId: string) => ReadonlyArray<Task>
  readonly close: () => void
}

/**
 * Looks at the tasks in the store's file, which must be there. For reading only: this process has one writer, the
 * store, and a second one would wait for it in vain.
 */
export const open = (file: string): Tasks => {
  const database = new DatabaseSync(file, { readOnly: true })
  const isThere = database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'tasks'")
  return {
    of: (orderId) => {
      // The first notice makes the table.
      if (isThere.get() === undefined) return []
      const rows = database
        .prepare("SELECT todo, because, at FROM tasks WHERE order_id = ? ORDER BY id")
        .all(orderId)
      return rows.map(({ todo, because, at }) => ({
        todo: String(todo) as Todo,
        because: String(because),
        at: String(at)
      }))
    },
    close: () => database.close()
  }
}
