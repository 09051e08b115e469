/**
 * The machine as a pure function: snapshot and event in, snapshot and commands out. No actor runs, no timer.
 * Steps are the machine's own, as a running actor makes them, so they can't differ from it.
 */
import { QuerySchedule } from "@umf-order-sync/core"
import { type AnyActorScope, createEmptyActor, type SnapshotFrom } from "xstate"
import type { OrderCommand } from "./OrderCommand.ts"
import type { OrderContext } from "./OrderContext.ts"
import { describe, type OrderEvent } from "./OrderEvent.ts"
import { type AskingState, nameOf, type OrderSnapshot, type ResultState } from "./OrderSnapshot.ts"
import { type OrderMachine, orderMachine } from "./orderMachine.ts"
import type { OrderInput } from "./orderSetup.ts"
import * as Restore from "./Restore.ts"

/** A change of state, for people and logs. */
export interface Transition {
  /** ms since the epoch */
  readonly at: number
  readonly from: string
  readonly to: string
  readonly because: string
}

/** What one event led to. `transition` is absent where the state stayed the same. */
export interface Step {
  readonly snapshot: OrderSnapshot
  readonly commands: ReadonlyArray<OrderCommand>
  readonly transition: Transition | undefined
}

export interface OrderStep {
  /** Begins to follow an order: its first snapshot, and the command to query at once. */
  readonly start: (input: OrderInput) => Step
  /** One step. */
  readonly step: (snapshot: OrderSnapshot, event: OrderEvent) => Step
  /**
   * The commands that a snapshot implies when it is taken up again, after a restart for example: a query
   * that was under way is asked again, a wait goes on.
   */
  readonly takeUp: (snapshot: OrderSnapshot) => ReadonlyArray<OrderCommand>
}

const commandTypes: ReadonlySet<string> = new Set<OrderCommand["type"]>([
  "query",
  "wake",
  "tell",
  "askPerson"
])

type Action = Parameters<AnyActorScope["actionExecutor"]>[0]
type Actions = ReadonlyArray<Action>

/**
 * What a machine wants to have around it, with nobody there: actions are collected and not executed. XState's
 * `transition` does the same but makes an actor for each step, which takes ten times as long as the step.
 * This one serves all steps: a step ends before the next one begins, and the machine leaves nothing in it.
 */
const inertScope = () => {
  let actions: Array<Action> = []
  const self = createEmptyActor()
  const scope: AnyActorScope = {
    self,
    system: self.system,
    id: "",
    sessionId: "",
    logger: () => {},
    defer: () => {},
    emit: () => {},
    stopChild: () => {},
    actionExecutor: (action) => {
      actions.push(action)
    }
  }
  return {
    /** What `make` gives, and the actions that it led to. */
    collect: <A>(make: (scope: AnyActorScope) => A): readonly [A, Actions] => {
      actions = []
      const made = make(scope)
      return [made, actions]
    }
  }
}

const toCommands = (actions: Actions): ReadonlyArray<OrderCommand> =>
  actions
    .filter(({ type }) => commandTypes.has(type))
    .map(({ params, type }) => ({ type, ...(params as object | undefined) }) as OrderCommand)

/** Keys without a value are left out, so that a snapshot equals its own decoded text. */
const compact = (context: OrderContext): OrderContext =>
  Object.fromEntries(
    Object.entries(context).filter(([, value]) => value !== undefined)
  ) as unknown as OrderContext

/** The persisted form of a running machine's snapshot. */
export const toSnapshot = (running: SnapshotFrom<OrderMachine>): OrderSnapshot => {
  const value = running.value as { readonly result: ResultState; readonly asking: AskingState }
  return { version: 1, result: value.result, asking: value.asking, context: compact(running.context) }
}

/** See `OrderStep.takeUp`; it is the same for every schedule. */
export const takeUp = ({ asking, context }: OrderSnapshot): ReadonlyArray<OrderCommand> => {
  if (asking === "querying") return [{ type: "query", operation: context.operation }]
  return context.nextQueryAt === undefined ? [] : [{ type: "wake", at: context.nextQueryAt }]
}

/** The steps of the machine for a schedule (QuerySchedule's defaults if none is given). */
export const make = (schedule: QuerySchedule.QuerySchedule = QuerySchedule.defaults): OrderStep => {
  const machine = orderMachine(schedule)
  const { collect } = inertScope()
  const restore = Restore.make(machine)
  return {
    start: (input) => {
      const [running, actions] = collect((scope) => machine.getInitialSnapshot(scope, input))
      return { snapshot: toSnapshot(running), commands: toCommands(actions), transition: undefined }
    },
    step: (snapshot, event) => {
      const before = restore(snapshot)
      const [running, actions] = collect((scope) => machine.transition(before, event, scope))
      const after = toSnapshot(running)
      const [from, to] = [nameOf(snapshot), nameOf(after)]
      return {
        snapshot: after,
        commands: toCommands(actions),
        transition: from === to ? undefined : { at: event.at, from, to, because: describe(event) }
      }
    },
    takeUp
  }
}
