/** The parts that every operation is made of. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import { type MatrixError, NotFound, RateLimited, ServerFailure, Unreachable } from "../src/MatrixError.ts"
import * as Operation from "../src/Operation.ts"
import * as RetryPolicy from "../src/RetryPolicy.ts"
import { pass, patiently } from "./Patience.ts"

describe("what has to be known once", () => {
  it.effect("is asked for when it is first needed, and then never again", () =>
    Effect.gen(function* () {
      let asked = 0
      const known = yield* Operation.onceSuccessful(Effect.sync(() => ++asked))
      assert.strictEqual(asked, 0)
      assert.deepStrictEqual([yield* known, yield* known], [1, 1])
    })
  )
  it.effect("is asked for again after a failure", () =>
    Effect.gen(function* () {
      let asked = 0
      const known = yield* Operation.onceSuccessful(
        Effect.suspend(() => (++asked < 3 ? Effect.fail(`no ${asked}`) : Effect.succeed(asked)))
      )
      assert.strictEqual(yield* Effect.flip(known), "no 1")
      assert.strictEqual(yield* Effect.flip(known), "no 2")
      assert.deepStrictEqual([yield* known, yield* known], [3, 3])
    })
  )
  it.effect("is asked for once, however many need it at the same time", () =>
    Effect.gen(function* () {
      let asked = 0
      const answer = yield* Deferred.make<string>()
      const known = yield* Operation.onceSuccessful(
        Effect.andThen(
          Effect.sync(() => asked++),
          Deferred.await(answer)
        )
      )
      const fiber = yield* Effect.forkChild(Effect.replicateEffect(known, 10, { concurrency: "unbounded" }))
      yield* pass(1)
      yield* Deferred.succeed(answer, "v3")
      assert.deepStrictEqual(yield* Fiber.join(fiber), Array(10).fill("v3"))
      assert.strictEqual(asked, 1)
    })
  )
  it.effect("is asked for by the next when the first to ask gives up", () =>
    Effect.gen(function* () {
      let asked = 0
      const known = yield* Operation.onceSuccessful(
        Effect.suspend(() => (asked++ === 0 ? Effect.never : Effect.succeed("v3")))
      )
      const first = yield* Effect.forkChild(known)
      yield* pass(1)
      const second = yield* Effect.forkChild(known)
      yield* pass(1)
      yield* Fiber.interrupt(first)
      assert.strictEqual(yield* Fiber.join(second), "v3")
      assert.strictEqual(asked, 2)
    })
  )
})

const endpoint = { failures: ["OutcomeUnknown"] as const }
const plain = { name: "change", endpoint, attributes: {} }
const lost = new Unreachable({ cause: "socket hang up", sent: true })
const unsent = new Unreachable({ cause: "connect ECONNREFUSED", sent: false })
const refused = new NotFound({ status: 404, errcode: "M_NOT_FOUND", detail: "" })
const broken = new ServerFailure({ status: 500, errcode: "M_UNKNOWN", detail: "" })
const limited = new RateLimited({
  status: 429,
  errcode: "M_LIMIT_EXCEEDED",
  detail: "",
  retryAfter: Duration.seconds(9),
  source: "Retry-After"
})

/** An operation whose requests end in turn as `ends` says, the last again and again; how it ends, and what it did. */
const played = Effect.fnUntraced(function* (
  ends: ReadonlyArray<MatrixError | "done">,
  options: { readonly now?: "so" | "not so" | "unreadable"; readonly once?: boolean; readonly times?: number } = {}
) {
  const did = { requests: 0, reads: 0 }
  const { now, once = false, times = 5 } = options
  const readings = {
    so: Effect.succeedSome("read"),
    "not so": Effect.succeed(Option.none<string>()),
    unreadable: Effect.fail(refused)
  }
  const confirm =
    now === undefined
      ? {}
      : {
          confirm: Effect.andThen(
            Effect.sync(() => did.reads++),
            readings[now]
          )
        }
  const operation = Operation.make(RetryPolicy.make({ times }), Effect.void)({ ...plain, once, ...confirm }, () =>
    Effect.suspend(() => {
      const end = ends[Math.min(did.requests++, ends.length - 1)]
      return end === undefined || end === "done" ? Effect.succeed("done") : Effect.fail(end)
    })
  )
  const end = yield* patiently(Effect.match(operation, { onFailure: ({ _tag }) => _tag, onSuccess: (value) => value }))
  return { end, ...did }
})

describe("an operation", () => {
  it.effect.each([
    { name: "a success needs no reading", ends: ["done"], now: "not so", end: "done", requests: 1, reads: 0 },
    { name: "a refusal is believed", ends: [refused], now: "so", end: "NotFound", requests: 1, reads: 0 },
    { name: "a pause raises no doubt", ends: [limited, refused], now: "so", end: "NotFound", requests: 2, reads: 0 },
    {
      name: "nor does what was never sent",
      ends: [unsent, refused],
      now: "so",
      end: "NotFound",
      requests: 2,
      reads: 0
    },
    { name: "success after a lost answer is success", ends: [lost, "done"], end: "done", requests: 2, reads: 0 },
    {
      name: "refused after a lost answer and so",
      ends: [lost, refused],
      now: "so",
      end: "read",
      requests: 2,
      reads: 1
    },
    {
      name: "refused after a lost answer and not so",
      ends: [lost, refused],
      now: "not so",
      end: "NotFound",
      requests: 2,
      reads: 1
    },
    {
      name: "refused after a lost answer and not to be read",
      ends: [lost, refused],
      now: "unreadable",
      end: "OutcomeUnknown",
      requests: 2,
      reads: 1
    },
    {
      name: "refused long after a lost answer and so",
      ends: [lost, limited, unsent, refused],
      now: "so",
      end: "read",
      requests: 4,
      reads: 1
    },
    { name: "never answered and so", ends: [lost], now: "so", end: "read", requests: 6, reads: 1 },
    { name: "never answered and not so", ends: [lost], now: "not so", end: "Unreachable", requests: 6, reads: 1 },
    { name: "never sent", ends: [unsent], now: "so", end: "Unreachable", requests: 6, reads: 0 },
    {
      name: "a failing server is asked twice",
      ends: [broken],
      now: "not so",
      end: "ServerFailure",
      requests: 2,
      reads: 1
    }
  ] as const)("$name", ({ end, ends, now, reads, requests }) =>
    Effect.gen(function* () {
      assert.deepStrictEqual<unknown>(yield* played(ends, now === undefined ? {} : { now }), { end, requests, reads })
    })
  )

  it.effect.each([
    { name: "a lost answer", ends: [lost, "done"], end: "OutcomeUnknown", requests: 1 },
    { name: "a failing server", ends: [broken, "done"], end: "OutcomeUnknown", requests: 1 },
    { name: "a pause, then a lost answer", ends: [limited, lost, "done"], end: "OutcomeUnknown", requests: 2 },
    { name: "a pause", ends: [limited, limited, "done"], end: "done", requests: 3 },
    { name: "what was never sent", ends: [unsent, "done"], end: "done", requests: 2 },
    { name: "a refusal", ends: [refused, "done"], end: "NotFound", requests: 1 }
  ] as const)("that twice is not once, after $name", ({ end, ends, requests }) =>
    Effect.gen(function* () {
      assert.deepStrictEqual<unknown>(yield* played(ends, { once: true }), { end, requests, reads: 0 })
    })
  )
})

describe("what must be known beforehand", () => {
  it.effect("is asked for again, and its failures raise no doubt about a request that was not sent", () =>
    Effect.gen(function* () {
      let asked = 0
      const prepare = Effect.suspend(() => (asked++ < 2 ? Effect.fail(lost) : Effect.succeed("v3")))
      const operation = Operation.make(RetryPolicy.make(), prepare)(
        { ...plain, once: true, confirm: Effect.die("not to be read") },
        (version) => (version === "v3" ? Effect.fail(refused) : Effect.die("not prepared"))
      )
      const error = yield* patiently(Effect.flip(operation))
      assert.deepStrictEqual([error._tag, asked], ["NotFound", 3])
    })
  )
})
