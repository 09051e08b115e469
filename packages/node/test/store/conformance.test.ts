/** The rules that every store keeps, run over all of them. */
import { all, durable } from "../support/stores.ts"
import { due } from "./rules/due.ts"
import { keeping } from "./rules/durable.ts"
import { lists } from "./rules/lists.ts"
import { orders } from "./rules/orders.ts"
import { outbox } from "./rules/outbox.ts"

for (const subject of all) {
  orders(subject)
  due(subject)
  lists(subject)
  outbox(subject)
}
for (const subject of durable) keeping(subject)
