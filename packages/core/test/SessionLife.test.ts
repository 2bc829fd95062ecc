/** A session outlives whoever uses it, survives what is not an answer, and ends with its layer. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import * as Scope from "effect/Scope"
import { Credentials } from "../src/Credentials.ts"
import type * as Session from "../src/Session.ts"
import { awaited, pass, patiently } from "./Patience.ts"
import { answer, inTurn, make, type Reply, silence, type Wire } from "./Wire.ts"

const old = Redacted.make("access-0")
const renewed = answer(200, '{"access_token":"access-1","refresh_token":"refresh-1"}')

const layer = (wire: Wire, onRefresh?: Session.Options["onRefresh"]) =>
  Credentials.layerRefreshable({
    homeserver: new URL("https://matrix.example.org"),
    accessToken: old,
    refreshToken: Redacted.make("refresh-0"),
    onRefresh
  }).pipe(Layer.provide(FetchHttpClient.layer), Layer.merge(Layer.succeed(FetchHttpClient.Fetch, wire.fetch)))

const text = Option.match<string, Redacted.Redacted, string>({ onNone: () => "none", onSome: Redacted.value })

/** What a caller gets whose token was refused. */
const renew = Effect.flatMap(Credentials, (credentials) => Effect.map(credentials.renew(old), text))

/** A fibre that lets others run after that many steps, wherever it is then. */
const inSteps = (steps: number) => Effect.provideService(References.MaxOpsBeforeYield, steps)

/** Enough of them to stop between any two steps of a renewal. */
const budgets = Array.from({ length: 40 }, (_, nth) => nth + 4)

describe("callers that take turns in the middle of asking", () => {
  it.effect("share one refresh", () =>
    Effect.gen(function* () {
      for (const steps of budgets) {
        const wire = make(renewed)
        const all = Effect.replicateEffect(inSteps(steps)(renew), 5, { concurrency: "unbounded" })
        const tokens = yield* patiently(Effect.provide(all, layer(wire)))
        assert.deepStrictEqual(tokens, Array(5).fill("access-1"))
        assert.strictEqual(wire.sent.length, 1, `turns after ${steps} steps`)
      }
    })
  )

  it.effect("may give up there, and leave nobody waiting for ever", () =>
    Effect.gen(function* () {
      for (const steps of budgets) {
        const program = Effect.gen(function* () {
          const first = yield* Effect.forkChild(inSteps(steps)(renew))
          yield* Effect.yieldNow
          yield* Fiber.interrupt(first)
          const second = yield* Effect.forkChild(renew)
          assert.strictEqual(yield* awaited(second), "access-1", `given up after ${steps} steps`)
        })
        yield* Effect.provide(program, layer(make(renewed)))
      }
    })
  )
})

describe("a refresh", () => {
  it.effect("ends with the layer, and its request with it", () =>
    Effect.gen(function* () {
      const wire = make(silence)
      const scope = yield* Scope.make()
      const services = yield* Layer.buildWithScope(layer(wire), scope)
      const credentials = Context.get(services, Credentials)
      const caller = yield* Effect.forkChild(Effect.provide(credentials.renew(old), services))
      yield* pass(1)
      yield* Fiber.interrupt(caller)
      yield* Scope.close(scope, Exit.void)
      yield* pass(600)
      assert.strictEqual(wire.sent.length, 1)
      assert.isTrue(wire.sent[0]?.signal.aborted)
    })
  )

  const strangers: ReadonlyArray<{ what: string; reply: Reply }> = [
    { what: "a portal's page", reply: answer(200, "<html>accept our terms</html>") },
    { what: "a redirect to a portal", reply: answer(302, "", { location: "https://portal.example/" }) },
    { what: "half an answer", reply: answer(200, '{"access_token":"acc') }
  ]
  for (const { reply, what } of strangers) {
    it.effect(`that met ${what} was refused by nobody: the next caller has another`, () =>
      Effect.gen(function* () {
        const wire = make(inTurn(reply, renewed))
        const twice = Effect.andThen(Effect.exit(renew), renew)
        assert.strictEqual(yield* patiently(Effect.provide(twice, layer(wire))), "access-1")
      })
    )
  }

  it.effect("whose token cannot be stored ends its callers, and the next one has it all the same", () =>
    Effect.gen(function* () {
      let full = true
      const store = () => Effect.suspend(() => (full ? Effect.die(new Error("disk full")) : Effect.void))
      const wire = make(renewed)
      const program = Effect.gen(function* () {
        const failed = yield* Effect.exit(renew)
        assert.isTrue(Exit.isFailure(failed))
        full = false
        return yield* renew
      })
      assert.strictEqual(yield* patiently(Effect.provide(program, layer(wire, store))), "access-1")
      // the old refresh token may be spent by now
      assert.strictEqual(wire.sent.length, 1)
    })
  )
})

it.effect("a caller that comes when the layer has ended is not left waiting", () =>
  Effect.gen(function* () {
    const scope = yield* Scope.make()
    const services = yield* Layer.buildWithScope(layer(make(renewed)), scope)
    yield* Scope.close(scope, Exit.void)
    const late = yield* Effect.forkChild(Effect.provide(Context.get(services, Credentials).renew(old), services))
    yield* pass(600)
    assert.isDefined(late.pollUnsafe())
  })
)

it.effect("a caller that waits when the layer ends is not left waiting either", () =>
  Effect.gen(function* () {
    const scope = yield* Scope.make()
    const services = yield* Layer.buildWithScope(layer(make(silence)), scope)
    const waiting = yield* Effect.forkChild(Effect.provide(Context.get(services, Credentials).renew(old), services))
    yield* pass(1)
    yield* Scope.close(scope, Exit.void)
    yield* pass(1)
    assert.isDefined(waiting.pollUnsafe())
  })
)

it.effect("a caller that comes while a pause is asked for is told what is left of it, and sends nothing", () =>
  Effect.gen(function* () {
    const limited: Reply = answer(429, '{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":300000}')
    const wire = make(inTurn(limited, renewed))
    const program = Effect.gen(function* () {
      yield* Effect.exit(renew)
      yield* pass(100)
      const error = yield* Effect.flip(renew)
      const left = error._tag === "RateLimited" && error.retryAfter !== undefined ? error.retryAfter.toString() : ""
      assert.strictEqual(wire.sent.length, 1)
      yield* pass(201)
      return [yield* renew, left]
    })
    const [token] = yield* patiently(Effect.provide(program, layer(wire)))
    assert.strictEqual(token, "access-1")
    assert.strictEqual(wire.sent.length, 2)
  })
)
