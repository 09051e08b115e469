/** The lifecycle of an order as an XState machine, as a pure step function, and as an actor. */

export * as OrderCommand from "./OrderCommand.ts"
export * as OrderContext from "./OrderContext.ts"
export * as OrderEvent from "./OrderEvent.ts"
export * as OrderInspection from "./OrderInspection.ts"
export * as OrderSnapshot from "./OrderSnapshot.ts"
export * as OrderStep from "./OrderStep.ts"
export { createOrderActor, type OrderActor, type OrderActorWiring } from "./orderActor.ts"
export { type OrderMachine, orderMachine } from "./orderMachine.ts"
export type { OrderInput } from "./orderSetup.ts"
export * as StateGuide from "./StateGuide.ts"
