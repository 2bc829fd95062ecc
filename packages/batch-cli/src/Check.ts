/** `check`: what is in a plan, told without any server. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { WrongUsage } from "./ExitCode.ts"
import { type Operation, operations } from "./Operations.ts"
import * as Output from "./Output.ts"
import * as Plan from "./plan/Plan.ts"
import { type Problem, printable, printableJson } from "./plan/PlanProblem.ts"
import * as PlanWarnings from "./plan/PlanWarnings.ts"

export interface Options {
  readonly plan: string
  readonly json: boolean
}

export interface Checked {
  readonly source: string
  readonly digest: string
  readonly rows: number
  readonly rooms: number
  /** Users and addresses that the plan names. */
  readonly people: number
  /** Whoever is to act in place of the owner of the token. */
  readonly actors: number
  /** In the order of the table; those that the plan has. */
  readonly operations: ReadonlyArray<{ readonly operation: Operation; readonly count: number }>
  readonly warnings: PlanWarnings.Warnings
}

/** Pure: what is in the plan. */
export const of = ({ digest, rows, source }: Plan.Plan): Checked => {
  const counts = new Map<Operation, number>()
  const actors = new Set<number>()
  for (let row = 0; row < rows.size; row++) {
    const operation = rows.operation(row)
    counts.set(operation, (counts.get(operation) ?? 0) + 1)
    if (rows.actor(row) !== -1) actors.add(rows.actor(row))
  }
  return {
    source,
    digest,
    rows: rows.size,
    rooms: rows.rooms.size,
    people: rows.people.size,
    actors: actors.size,
    operations: operations.flatMap((operation) => {
      const count = counts.get(operation)
      return count === undefined ? [] : [{ operation, count }]
    }),
    warnings: PlanWarnings.of(rows)
  }
}

const name = (source: string) => printable(source === "-" ? "stdin" : source)

const counted = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`

/** The answer for a person: the counts, after the warnings. */
export const text = function* ({ actors, operations, people, rooms, rows, source, warnings }: Checked) {
  for (const warning of warnings.told) yield `warning: ${warning.render(source)}`
  if (warnings.more > 0) yield `and ${counted(warnings.more, "more warning", "more warnings")}`
  if (warnings.told.length > 0) yield ""
  const acting = actors === 0 ? "" : `, ${counted(actors, "actor", "actors")} by \`as\``
  yield `${name(source)}: ${counted(rows, "row", "rows")}, ${counted(rooms, "room", "rooms")}, ${counted(people, "person", "people")}${acting}`
  for (const { count, operation } of operations) yield `  ${operation.padEnd(8)}${String(count).padStart(8)}`
}

const problemJson = (type: "problem" | "warning", { column, field, line, message, value }: Problem) =>
  printableJson({ type, line, column, field, value, message })

/** The answer for a program: a line for every warning, and one for the plan. */
export const lines = function* ({ operations, source, warnings, ...counts }: Checked) {
  for (const warning of warnings.told) yield problemJson("warning", warning)
  const byName = Object.fromEntries(operations.map(({ count, operation }) => [operation, count]))
  yield printableJson({
    type: "plan",
    plan: source,
    ...counts,
    operations: byName,
    warnings: warnings.told.length + warnings.more
  })
}

/** Fails with all that is wrong; with `json` each problem is a line of its own on stdout as well. */
export const check = Effect.fn("check")(function* ({ json, plan }: Options) {
  const read = yield* Effect.result(Plan.read(plan))
  if (Result.isFailure(read)) {
    const { message, more = 0, problems } = read.failure
    if (!json) return yield* new WrongUsage({ message })
    yield* Output.printLines(problems.map((problem) => problemJson("problem", problem)))
    return yield* new WrongUsage({
      message: `${name(plan)}: ${counted(problems.length + more, "problem", "problems")}`
    })
  }
  const checked = of(read.success)
  yield* Output.printLines(json ? lines(checked) : text(checked))
})
