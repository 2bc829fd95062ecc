import { Buffer } from "node:buffer"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Record from "../../src/journal/JournalRecord.ts"
import * as Outcome from "../../src/Outcome.ts"
import { invitation } from "./JournalStage.ts"

const Line = Schema.fromJsonString(Schema.JsonObject)
const withoutNewline = (line: string) => Buffer.from(line.slice(0, -1))

describe("encode", () => {
  it("a line is JSON that a person can read", () => {
    const line = Record.encode({ type: "intent", at: Date.UTC(2026, 10, 22), key: "abc", row: invitation(0) })
    assert.match(
      line,
      /^\{"type":"intent","at":"2026-11-22T00:00:00\.000Z","key":"abc","row":\{"operation":"invite".*\},"crc":"[0-9a-f]{8}"\}\n$/
    )
  })

  it.effect.prop(
    "whatever texts there are, the line is one line, harmless to a terminal, and says the same",
    [Schema.String, Schema.String],
    ([text, other]) =>
      Effect.sync(() => {
        const because = `${text}\n\r\u2028\u009b31m\u202e\ud800"}\n{"type":"end"},"crc":"00000000"}${other}`
        const record: Record.Record = { type: "outcome", at: 1, key: text, outcome: Outcome.unknown(because) }
        const line = Record.encode(record)
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
        assert.notMatch(line.slice(0, -1), /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/u)
        assert.isTrue(Record.isWhole(withoutNewline(line)))
        assert.deepStrictEqual(Record.decode(withoutNewline(line)), record)
      })
  )

  it("has nothing but the record and its check sum", () => {
    const line = Record.encode({ type: "refused", at: 0, key: "k", retryAfterMillis: 5 })
    assert.deepStrictEqual(Object.keys(Schema.decodeSync(Line)(line)), ["type", "at", "key", "retryAfterMillis", "crc"])
  })
})

describe("rowIn", () => {
  it("gives the row back, with its place", () => {
    const line = Record.encode({ type: "intent", at: 0, key: "k", row: invitation(7) })
    const record = Record.decode(withoutNewline(line))
    assert.deepStrictEqual(record === undefined ? record : Record.rowIn(record), invitation(7))
  })

  it("gives nothing for what is no row", () => {
    assert.isUndefined(Record.rowIn({ type: "intent", at: 0, key: "k", row: { operation: "invite", room: "nowhere" } }))
    assert.isUndefined(Record.rowIn({ type: "intent", at: 0, key: "k" }))
  })
})
