import { fileURLToPath } from "node:url"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, it } from "@effect/vitest"
import { FakeHomeserver } from "@matrix-membership/testkit"
import { Effect, Layer } from "effect"
import { welcomeAll } from "./welcome-all.ts"

const plan = fileURLToPath(new URL("./with-failures.csv", import.meta.url))

it.live("names the rows of a plan that failed", () =>
  Effect.gen(function* () {
    const fake = yield* FakeHomeserver
    const lobby = { alias: "#welcome:example.org", creator: "organiser" } as const
    yield* fake.room(lobby)

    const failed = yield* welcomeAll(plan)

    assert.isAbove(failed.length, 0)
    for (const line of failed) assert.match(line, /^line \d+: /u)
  }).pipe(
    Effect.provide(
      Layer.merge(FakeHomeserver.layerTest({ user: "organiser", serverName: "example.org" }), NodeServices.layer)
    )
  )
)
