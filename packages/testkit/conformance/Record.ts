/** The answers a real Synapse gave, kept beside the scenarios: one file for each family, one line for each step. */
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Schema from "effect/Schema"
import { Answer, type Play } from "./Answer.ts"

const Recorded = Schema.fromJsonString(Schema.Record(Schema.String, Schema.Array(Answer)))
const decode = Schema.decodeUnknownEffect(Recorded)

const path = (family: string) => fileURLToPath(new URL(`recorded/${family}.json`, import.meta.url))

/** Every scenario of the family that was recorded. */
export const read = Effect.fnUntraced(function* (family: string) {
  const files = yield* FileSystem.FileSystem
  const text = yield* files.readFileString(path(family)).pipe(Effect.orElseSucceed(() => "{}"))
  const recorded = yield* decode(text)
  return new Map(
    Object.entries(recorded).map(([scenario, answers]): [string, Play] => [scenario, { scenario, answers }])
  )
})

/** The text of a family's file. Waits are rounded, so that recording again changes nothing. */
export const format = (plays: ReadonlyArray<Play>): string => {
  const rounded = (answer: Answer): Answer =>
    answer.retryAfterMs === undefined
      ? answer
      : { ...answer, retryAfterMs: Math.round(answer.retryAfterMs / 1000) * 1000 }
  const lines = plays.map(({ answers, scenario }) => {
    const steps = answers.map((answer) => `    ${JSON.stringify(rounded(answer))}`)
    return `  ${JSON.stringify(scenario)}: [\n${steps.join(",\n")}\n  ]`
  })
  return `{\n${lines.join(",\n")}\n}\n`
}

export const write = Effect.fnUntraced(function* (family: string, plays: ReadonlyArray<Play>) {
  const files = yield* FileSystem.FileSystem
  yield* files.writeFileString(path(family), format(plays))
})
