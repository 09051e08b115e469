/** The pure part of umf-order-sync: schemas, signing texts, verdicts. Each module is a namespace. */
export * as Signature from "./Signature.ts"
