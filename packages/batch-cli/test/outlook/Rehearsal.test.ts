import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { assertPresentable, batchCli } from "../Invocation.ts"
import { fake } from "../Stage.ts"

const invites = (count: number) => Array.from({ length: count }, (_, n) => `invite,#hall:x.org,@guest${n}:x.org`)

const rehearse = (rows: ReadonlyArray<string>, ...args: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const stdin = ["operation,room,user", ...rows, ""].join("\n")
    const ended = yield* batchCli(["rehearse", "-", ...args], { stdin })
    assertPresentable(ended)
    // the fake stands for whatever the network might lead to
    assert.deepStrictEqual(yield* (yield* FakeHomeserver).requests, [])
    return ended
  }).pipe(Effect.provide(fake))

const Last = Schema.fromJsonString(
  Schema.Struct({
    type: Schema.Literal("rehearsal"),
    elapsedMs: Schema.Finite,
    leastMs: Schema.Finite,
    bottleneck: Schema.optionalKey(Schema.Struct({ kind: Schema.String, of: Schema.String, rows: Schema.Int })),
    requests: Schema.Int,
    refused: Schema.Int
  })
)

const figures = (stdout: string) => Schema.decodeSync(Last)(stdout.trimEnd().split("\n").at(-1) ?? "")

describe("a rehearsal", () => {
  it.effect("passes under known limits without a refusal, in hardly more than the least time", () =>
    Effect.gen(function* () {
      // of 12 invitees one has joined already, and the others are sent at 0.2 a second after the first ten
      const { exitCode, stdout } = yield* rehearse(invites(240), "--limits", "synapse-default", "--json")
      assert.strictEqual(exitCode, 0)
      const { bottleneck, elapsedMs, leastMs, refused, requests } = figures(stdout)
      assert.strictEqual(requests, 220)
      assert.strictEqual(refused, 0)
      assert.strictEqual(leastMs, 210 * 5000)
      assert.isAtLeast(elapsedMs, leastMs)
      assert.isAtMost(elapsedMs, leastMs * 1.02)
      assert.deepStrictEqual(bottleneck, { kind: "rc_message", of: "@organiser:x.org", rows: 220 })
    })
  )
  it.effect("finds limits out that nobody knows, by a few refusals", () =>
    Effect.gen(function* () {
      const { exitCode, stdout } = yield* rehearse(invites(120), "--json")
      assert.strictEqual(exitCode, 0)
      const { elapsedMs, leastMs, refused } = figures(stdout)
      assert.isAbove(refused, 0)
      assert.isAtMost(elapsedMs, leastMs * 1.1)
    })
  )
  it.effect("says how long it would take, and what nobody could do faster", () =>
    Effect.map(rehearse(invites(120), "--limits", "synapse-default"), ({ stdout }) => {
      assert.match(stdout, /^ +done +110 /mu)
      assert.match(stdout, /^would take 8 min 20 s under synapse-default/mu)
      assert.match(stdout, /110 requests, 0 of them refused/u)
      assert.match(stdout, /nobody could do it in less than 8 min 20 s: 110 rows have to pass rc_message/u)
    })
  )
  it.effect("ends where the real run would, with its exit code", () =>
    Effect.map(
      rehearse(invites(120), "--limits", "synapse-default", "--max-duration", "2m"),
      ({ exitCode, stdout }) => {
        assert.strictEqual(exitCode, 3)
        assert.match(stdout, /^ +done +3\d /mu)
        assert.match(stdout, /^ +deferred +\d\d /mu)
      }
    )
  )
  it.effect("knows of other servers' limits, too", () =>
    Effect.map(rehearse(invites(120), "--limits", "dendrite-default", "--json"), ({ exitCode, stdout }) => {
      assert.strictEqual(exitCode, 0)
      const { bottleneck, refused } = figures(stdout)
      assert.strictEqual(bottleneck?.kind, "slots")
      assert.strictEqual(refused, 0)
    })
  )
})
