import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Compare from "../../conformance/Compare.ts"
import * as Conformance from "../../conformance/Conformance.ts"
import { families } from "../../conformance/scenarios/All.ts"

/** How many of a family stand for all of it here; `pnpm conformance` plays every one. */
const everyOf: Readonly<Record<string, number>> = {
  entering: 1,
  borders: 1,
  repeats: 2,
  reads: 1,
  accounts: 2,
  addresses: 1,
  bodies: 1,
  creation: 1,
  deserted: 1,
  directory: 1,
  services: 1,
  sessions: 1,
  "third-party": 1,
  tokens: 1,
  unknowns: 1,
  walks: 10
}

const quiet = Layer.mergeAll(NodeFileSystem.layer, Logger.layer([]))

describe("the fake answers as Synapse is recorded to", () => {
  it.live.each(Object.entries(everyOf))(
    "in the scenarios on %s",
    ([family, every]) =>
      Effect.gen(function* () {
        const scenarios = (families[family] ?? []).filter((_, index) => index % every === 0)
        assert.isNotEmpty(scenarios)
        const differences = yield* Conformance.againstRecord(scenarios)
        assert.strictEqual(Compare.render({ left: "recorded", right: "fake" }, differences), "")
      }).pipe(Effect.provide(quiet)),
    60_000
  )
})
