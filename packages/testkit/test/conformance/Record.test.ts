import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Play } from "../../conformance/Answer.ts"
import * as Record from "../../conformance/Record.ts"

const plays: ReadonlyArray<Play> = [
  {
    scenario: "first",
    answers: [
      { status: 200, body: { room_id: "{main}" } },
      { status: 403, errcode: "M_FORBIDDEN" }
    ]
  },
  {
    scenario: "second",
    answers: [{ status: 200, members: { main: { "{bob}": "join" } }, joined: { bob: ["{main}"] } }]
  }
]

describe("a record", () => {
  it.effect("reads as it was written", () =>
    Effect.gen(function* () {
      const read = yield* Record.parse(Record.format(plays))
      assert.deepStrictEqual([...read.values()], plays)
    })
  )

  it("has a line for each step, so that a change shows as the lines that changed", () => {
    assert.strictEqual(Record.format(plays).split("\n").length, 2 + 3 + 1)
  })

  it("is the same again when a server was a little faster", () => {
    const refused = (retryAt: number) => Record.format([{ scenario: "s", answers: [{ status: 429, retryAt }] }])
    assert.strictEqual(refused(99_960), refused(100_130))
  })

  it.effect("that is damaged is an error, not an empty record", () =>
    Effect.gen(function* () {
      assert.isTrue((yield* Effect.exit(Record.parse('{"scenario": "first"}\n{"status": "200"}\n')))._tag === "Failure")
    })
  )
})
