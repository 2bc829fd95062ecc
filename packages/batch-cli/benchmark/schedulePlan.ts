/** Acts as a plan: rooms and people get names instead of numbers. */
import * as Arr from "effect/Array"
import * as Schema from "effect/Schema"
import * as Plan from "../src/plan/Plan.ts"
import * as PlanRows from "../src/plan/PlanRows.ts"
import type * as Server from "./scheduleServer.ts"

export interface Names {
  readonly room: (room: number) => string
  readonly person: (person: number) => string
  /** Whether rows name their actor; otherwise that is the owner of the token. */
  readonly isService?: boolean
}

const decode = Schema.decodeUnknownSync(Plan.Content)

export const of = (acts: ReadonlyArray<Server.Act>, { isService = false, person, room }: Names): Plan.Plan => {
  const rows = acts.map((act, index): Plan.Row => {
    const as = isService ? { as: person(act.actor) } : {}
    const content = decode({ operation: act.operation, room: room(act.room), user: person(act.target), ...as })
    return { ...content, line: index + 1 }
  })
  if (!Arr.isReadonlyArrayNonEmpty(rows)) throw new Error("a plan has rows")
  return { source: "plan.csv", rows: PlanRows.fromRows(rows), digest: Plan.digestOf(rows) }
}
