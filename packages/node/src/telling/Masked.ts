/** Order numbers in logs: as the gateway's traces have them. */
export { masked } from "../gateway/Masked.ts"
