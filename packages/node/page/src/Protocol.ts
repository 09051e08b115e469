/**
 * What the page and its server say to each other, types only. By the name of the compiled file: the two are
 * compiled apart from each other, so this is the one import whose ending must not be rewritten.
 */
export type * from "../../src/inspector/Protocol.js"
