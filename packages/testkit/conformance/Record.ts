/**
 * The answers a real Synapse gave, kept beside the scenarios: one file for each family, a line that names a scenario, then
 * a line for each of its steps.
 */
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Schema from "effect/Schema"
import { Answer, type Play } from "./Answer.ts"

const Title = Schema.Struct({ scenario: Schema.String })
const Line = Schema.Union([Title, Answer])
const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(Line))

const path = (family: string) => fileURLToPath(new URL(`recorded/${family}.ndjson`, import.meta.url))

const collected = (lines: ReadonlyArray<typeof Line.Type>): ReadonlyMap<string, Play> => {
  const plays = new Map<string, Play>()
  let answers: Array<Answer> = []
  for (const line of lines) {
    if ("scenario" in line) {
      answers = []
      plays.set(line.scenario, { scenario: line.scenario, answers })
    } else answers.push(line)
  }
  return plays
}

/** The plays in the text of a family's file, by scenario. */
export const parse = Effect.fnUntraced(function* (text: string) {
  const lines = text.split("\n").filter((line) => line !== "")
  return collected(yield* Effect.forEach(lines, (line) => decode(line)))
})

/** Every scenario of the family that was recorded. */
export const read = Effect.fnUntraced(function* (family: string) {
  const files = yield* FileSystem.FileSystem
  const exists = yield* files.exists(path(family))
  return yield* parse(exists ? yield* files.readFileString(path(family)) : "")
})

/** Waits are rounded to seconds, so that recording again changes nothing. */
const rounded = (answer: Answer): Answer =>
  answer.retryAt === undefined ? answer : { ...answer, retryAt: Math.round(answer.retryAt / 1000) * 1000 }

/** The text of a family's file. */
export const format = (plays: ReadonlyArray<Play>): string =>
  plays
    .flatMap(({ answers, scenario }) => [{ scenario }, ...answers.map(rounded)])
    .map((line) => `${JSON.stringify(line)}\n`)
    .join("")

export const write = Effect.fnUntraced(function* (family: string, plays: ReadonlyArray<Play>) {
  const files = yield* FileSystem.FileSystem
  yield* files.writeFileString(path(family), format(plays))
})
