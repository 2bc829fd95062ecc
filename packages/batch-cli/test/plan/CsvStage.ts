/** CSV as the tests of its reader see it: text in, rows and problems in a few words out. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as PlanCsv from "../../src/plan/PlanCsv.ts"
import { lines } from "../../src/plan/PlanText.ts"

/** All that is read. */
export const items = (text: string) =>
  Stream.make(new TextEncoder().encode(text)).pipe(lines, PlanCsv.rows, Stream.runCollect)

/** Every problem as it is printed. */
export const problemsOf = (text: string) =>
  Effect.map(items(text), (all) => all.filter(Result.isFailure).map(({ failure }) => failure.render("plan.csv")))

/** Line, operation, room, user, reason; fails when there is any problem. */
export const rowsOf = (text: string) =>
  Effect.map(items(text), (all) =>
    all.map((item) => {
      const { line, operation, reason, room, user } = Result.getOrThrow(item)
      return [line, operation, room, user, reason].filter((part) => part !== undefined).join(" ")
    })
  )

/** The usual columns. */
export const head = "operation,room,user,reason\n"
