/**
 * For tests of apps that follow orders: a platform in this process with the real gateway and order sync over
 * it, a clock that the test moves, and signed answers. Opens no socket and needs no test framework.
 *
 * `createTestKit` for promises; `layerTest` and `TestPlatform` for Effect.
 */
import "./runtime/refuseOldNode.ts"

export { type AnswerAbout, answers, type PlainAnswerFields } from "./testing/answers.ts"
export { createTestKit } from "./testing/createTestKit.ts"
export { layerTest, type TestOptions } from "./testing/layerTest.ts"
export type { NewTestOrder, PlainPlatform, TestOrder, TestQuery } from "./testing/PlainPlatform.ts"
export type * from "./testing/PlainReply.ts"
export type { ScriptName } from "./testing/ScriptName.ts"
export { signAnswer } from "./testing/signAnswer.ts"
export { createTestKeys, type TestKeys } from "./testing/TestKeys.ts"
export type { KitClock, TestKit, TestKitOptions } from "./testing/TestKit.ts"
export { TestPlatform, type TestPlatformOptions } from "./testing/TestPlatform.ts"
