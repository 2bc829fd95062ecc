import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { systemError } from "effect/PlatformError"
import * as Limits from "../../src/schedule/Limits.ts"

describe("a file of limits", () => {
  it.effect("replaces single settings of a preset", () =>
    Effect.gen(function* () {
      const limits = yield* Limits.decodeFile(
        '{"preset":"synapse-default","rc_message":{"per_second":5,"burst_count":20},"rc_invites":{"per_user":null}}'
      )
      assert.deepStrictEqual(limits.rc_message, { per_second: 5, burst_count: 20 })
      assert.deepStrictEqual(limits.rc_invites, { ...Limits.synapseDefault.rc_invites, per_user: null })
      assert.deepStrictEqual(limits.rc_joins, Limits.synapseDefault.rc_joins)
    })
  )
  it.effect("without a preset leaves unknown what it does not name", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* Limits.decodeFile('{"rc_message":null}'), { rc_message: null })
    })
  )
  it.effect("names all that is wrong with it", () =>
    Effect.gen(function* () {
      const { message } = yield* Effect.flip(
        Limits.decodeFile('{"rc_mesage":null,"rc_joins_per_room":{"per_second":-1,"burst_count":0}}')
      )
      assert.include(message, "rc_mesage")
      assert.include(message, "per_second")
      assert.include(message, "burst_count")
    })
  )
})

describe("--limits", () => {
  it.effect("takes the name of a preset, and opens no file for it", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* Limits.read("dendrite-default"), Limits.dendriteDefault)
    }).pipe(Effect.provide(FileSystem.layerNoop({})))
  )
  it.effect("says which names there are when there is no such file", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Limits.read("synapse"))
      assert.include(error.message, "synapse: neither a file nor one of learn, none, synapse-default, dendrite-default")
    }).pipe(
      Effect.provide(
        FileSystem.layerNoop({
          readFileString: () =>
            Effect.fail(systemError({ _tag: "NotFound", module: "FileSystem", method: "readFileString" }))
        })
      )
    )
  )
})

it("limits survive being listed by kind", () => {
  for (const limits of [Limits.none, Limits.synapseDefault, Limits.dendriteDefault]) {
    assert.deepStrictEqual(Limits.ofList(Limits.toList(limits)), limits)
  }
})
