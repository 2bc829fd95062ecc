/**
 * Plans that were saved together with what the server looked like: NDJSON whose first line is no row but tells of the
 * plan's making. What it says is handed through; whoever saved it knows how to read it.
 */

import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Json from "./PlanJsonValue.ts"
import { Problem } from "./PlanProblem.ts"
import type { Line } from "./PlanText.ts"

/** The key by which the first line is known; its value is the version of the form. */
export const mark = "savedPlan"
export const version = 1

export const Saved = Schema.StructWithRest(Schema.Struct({ [mark]: Schema.Literal(version) }), [
  Schema.Record(Schema.String, Schema.Json)
])
export type Saved = typeof Saved.Type

const decode = Schema.decodeUnknownResult(Schema.fromJsonString(Saved))

/** What the first line tells of a saved plan; nothing when it is a line like any other. */
export const read = ({ number, text }: Line): Result.Result<Saved | undefined, Problem> => {
  if (!/^\s*\{\s*"savedPlan"/.test(text)) return Result.succeed(undefined)
  const { problems, value } = Json.parse(text.trimEnd(), { line: number, column: 1 })
  const [broken] = problems
  if (broken !== undefined) return Result.fail(broken)
  const entry = value?.kind === "object" ? value.entries.find(({ key }) => key.value === mark) : undefined
  const place = entry?.value ?? { line: number, column: 1 }
  const saved = decode(text)
  if (Result.isSuccess(saved)) return Result.succeed(saved.success)
  const given = entry !== undefined && "value" in entry.value ? { value: String(entry.value.value) } : {}
  const message = `expected ${version}, the only form of saved plans that this version knows`
  return Result.fail(new Problem({ line: place.line, column: place.column, field: mark, ...given, message }))
}
