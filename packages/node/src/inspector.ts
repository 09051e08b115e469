/** The door `@umf-order-sync/node/inspector`: a page on loopback that shows orders and their machines. */
import "./runtime/refuseOldNode.ts"

export { attach as attachInspector } from "./inspector/AttachInspector.ts"
export {
  type CreateInspectorOptions,
  createInspector,
  type RunningInspector
} from "./inspector/CreateInspector.ts"
export {
  type ActorsOptions,
  Inspector,
  InspectorNotServed,
  type InspectorOptions
} from "./inspector/Inspector.ts"
