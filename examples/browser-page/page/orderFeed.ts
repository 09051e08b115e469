/**
 * What the shop's server says of one order, look by look, as an XState machine of the page's own. The server
 * alone asks the platform and decides; the page never concludes anything.
 */
import { OrderInspection, OrderSnapshot } from "@umf-order-sync/machine"
import { assign, fromPromise, setup } from "xstate"
import * as ShopApi from "./ShopApi.ts"

export interface Input {
  readonly orderId: string
  /** Takes the order's states as those of an actor's: any XState inspector. */
  readonly inspect?: OrderInspection.Inspect | undefined
}

interface Context {
  readonly orderId: string
  /** What the server said last. Trouble afterwards says nothing of the order: this stays. */
  readonly order: OrderSnapshot.OrderSnapshot | undefined
  readonly trouble: ShopApi.ShopError["trouble"] | undefined
  readonly inspection: OrderInspection.OrderInspection | undefined
}

const SECOND = 1000

const troubleIn = (error: unknown): Context["trouble"] =>
  error instanceof ShopApi.ShopError ? error.trouble : "away"

export const orderFeed = setup({
  types: {
    context: {} as Context,
    input: {} as Input,
    events: {} as { readonly type: "act"; readonly act: ShopApi.Act }
  },
  actors: {
    look: fromPromise<OrderSnapshot.OrderSnapshot, { readonly orderId: string }>(({ input, signal }) =>
      ShopApi.look(input.orderId, signal)
    ),
    act: fromPromise<void, { readonly orderId: string; readonly act: ShopApi.Act }>(({ input, signal }) =>
      ShopApi.act(input.orderId, input.act, signal)
    )
  },
  delays: {
    /** An order at rest changes seldom, but it does: money may come late. */
    pause: ({ context: { order, trouble } }) =>
      trouble === undefined && order !== undefined && OrderSnapshot.tagOf(order.result) === "polling"
        ? SECOND
        : 3 * SECOND
  }
}).createMachine({
  id: "orderFeed",
  context: ({ input: { orderId, inspect } }) => ({
    orderId,
    order: undefined,
    trouble: undefined,
    inspection: inspect && OrderInspection.make(OrderInspection.guarded(inspect))
  }),
  initial: "looking",
  states: {
    looking: {
      invoke: {
        src: "look",
        input: ({ context }) => ({ orderId: context.orderId }),
        onDone: {
          target: "pausing",
          actions: [
            ({ context, event }) => context.inspection?.began(event.output),
            assign({ order: ({ event }) => event.output, trouble: undefined })
          ]
        },
        onError: { target: "pausing", actions: assign({ trouble: ({ event }) => troubleIn(event.error) }) }
      },
      on: { act: "acting" }
    },
    pausing: { after: { pause: "looking" }, on: { act: "acting" } },
    acting: {
      invoke: {
        src: "act",
        input: ({ context, event }) => ({ orderId: context.orderId, act: event.act }),
        onDone: "looking",
        onError: { target: "pausing", actions: assign({ trouble: ({ event }) => troubleIn(event.error) }) }
      }
    }
  }
})
