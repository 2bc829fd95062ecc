import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { MatrixId } from "@matrix-membership/core"
import { FakeHomeserver } from "@matrix-membership/testkit"
import * as Cause from "effect/Cause"
import * as ConfigProvider from "effect/ConfigProvider"
import * as TerminalCapabilities from "effect/cli/TerminalCapabilities"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Terminal from "effect/Terminal"
import * as Preflight from "../../src/preflight/Preflight.ts"
import * as Rails from "../../src/preflight/Rails.ts"
import * as RailsFlags from "../../src/preflight/RailsFlags.ts"
import { fake, inTime, membership, plan } from "../Stage.ts"

const none: Rails.Rails = { allowSelf: false, protect: new Set(), maxRemovals: 100 }

/** What preflight finds for these rows in a hall with Bob and Cem, whose owner's token it is. */
const preflight = (...rows: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const server = yield* FakeHomeserver
    const { accessToken } = yield* server.register("alice")
    for (const roomId of ["!hall:localhost", "!attic:localhost"])
      yield* server.createRoom({ creator: "alice", roomId, members: { bob: "join", cem: "join", dan: "ban" } })
    return yield* inTime(Effect.provide(Preflight.run(plan(...rows), { concurrency: 4 }), membership(accessToken)))
  }).pipe(Effect.provide(fake))

const inspect = (rails: Partial<Rails.Rails>, ...rows: ReadonlyArray<string>) =>
  Effect.map(preflight(...rows), (found) => Rails.inspect(found, { ...none, ...rails }))

const places = ({ problems }: Rails.Findings) => problems.map(({ line, value }) => [line, value])

describe("removals", () => {
  it.effect("are counted where they will change something, by row and by room", () =>
    Effect.gen(function* () {
      const findings = yield* inspect(
        {},
        "kick !hall:localhost @bob:localhost",
        "ban !attic:localhost @bob:localhost",
        "ban !attic:localhost @cem:localhost",
        "ban !attic:localhost @dan:localhost",
        "unban !hall:localhost @dan:localhost",
        "invite !hall:localhost @eva:localhost"
      )
      assert.deepStrictEqual(findings, { problems: [], removals: 3, rooms: 2 })
    })
  )
  it.effect("are refused where there are more than were meant", () =>
    Effect.gen(function* () {
      const rows = ["kick !hall:localhost @bob:localhost", "kick !hall:localhost @cem:localhost"]
      assert.deepStrictEqual(places(yield* inspect({ maxRemovals: 2 }, ...rows)), [])
      const { problems } = yield* inspect({ maxRemovals: 1 }, ...rows)
      assert.match(
        problems.map((problem) => problem.render("plan.csv")).join(),
        /^plan.csv: 2 removals .*--max-removals/u
      )
    })
  )
  it.effect("of oneself are refused unless they are allowed", () =>
    Effect.gen(function* () {
      const rows = ["kick !hall:localhost @alice:localhost", "kick !hall:localhost @bob:localhost"]
      assert.deepStrictEqual(places(yield* inspect({}, ...rows)), [[2, "@alice:localhost"]])
      assert.deepStrictEqual(places(yield* inspect({ allowSelf: true }, ...rows)), [])
    })
  )
  it.effect("of the protected are refused, every row of it, and nothing else about them is", () =>
    Effect.gen(function* () {
      const findings = yield* inspect(
        { protect: new Set([MatrixId.UserId.make("@bob:localhost")]), allowSelf: true },
        "ban !hall:localhost @bob:localhost",
        "kick !attic:localhost @bob:localhost",
        "invite !attic:localhost @bob:localhost",
        "ban !attic:localhost @cem:localhost"
      )
      assert.deepStrictEqual(places(findings), [
        [2, "@bob:localhost"],
        [3, "@bob:localhost"]
      ])
    })
  )
})

type Options = RailsFlags.Options & { readonly yes: boolean }
const options: Options = { allowSelf: false, protect: [], maxRemovals: 100, yes: false }

const enforce = (
  given: Partial<Options>,
  rows: ReadonlyArray<string>,
  { canPrompt = false, env = {}, isEmbedded = false } = {}
) =>
  Effect.flatMap(preflight(...rows), (found) =>
    RailsFlags.enforce("plan.csv", found, { ...options, ...given }, isEmbedded).pipe(
      Effect.provideService(TerminalCapabilities.TerminalCapabilities, {
        canColor: false,
        canAnimate: false,
        canPrompt
      }),
      Effect.provide([ConfigProvider.layer(ConfigProvider.fromEnv({ env })), NodeServices.layer])
    )
  )

const kick = ["kick !hall:localhost @bob:localhost"]

describe("before the first row", () => {
  it.effect("all that stands against the run is said at once", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(
        enforce({ maxRemovals: 0, protect: ["@bob:localhost"], yes: true }, [
          ...kick,
          "ban !attic:localhost @cem:localhost",
          "ban !attic:localhost @alice:localhost"
        ])
      )
      const lines = error.message.split("\n")
      assert.match(lines[0] ?? "", /^plan\.csv:2:1: user "@bob:localhost": is protected/u)
      assert.match(lines[1] ?? "", /^plan\.csv:4:1: user "@alice:localhost": is the owner of the access token/u)
      assert.match(lines[2] ?? "", /^plan\.csv: 2 removals/u)
      assert.match(lines[3] ?? "", /nothing was changed/u)
    })
  )
  it.effect("kicks need somebody's yes, and where nobody is there, that of a flag", () =>
    Effect.gen(function* () {
      const { message } = yield* Effect.flip(enforce({}, kick))
      assert.match(message, /1 removal in 1 room.*--yes/u)
      yield* enforce({ yes: true }, kick)
      yield* enforce({}, kick, { isEmbedded: true })
      yield* enforce({}, ["invite !hall:localhost @eva:localhost"])
    })
  )
  it.effect("the protected may be named in the environment, with blanks or commas between", () =>
    Effect.gen(function* () {
      const env = { BATCH_CLI_PROTECT: "@cem:localhost, @bob:localhost" }
      const { message } = yield* Effect.flip(enforce({ yes: true }, kick, { env }))
      assert.include(message, "is protected")
    })
  )
  it.effect("a name that is none protects nobody, and is refused", () =>
    Effect.gen(function* () {
      const env = { BATCH_CLI_PROTECT: "bob" }
      const { message } = yield* Effect.flip(enforce({ yes: true }, kick, { env }))
      assert.strictEqual(message, 'BATCH_CLI_PROTECT: expected a user id such as @alice:example.org, got "bob"')
    })
  )
})

describe("whoever is at the terminal", () => {
  /** Presses these keys at the question; what was shown, and how it ended. */
  const asked = (...keys: ReadonlyArray<string>) =>
    Effect.gen(function* () {
      const shown: Array<string> = []
      const input = yield* Queue.unbounded<Terminal.UserInput, Cause.Done>()
      yield* Queue.offerAll(
        input,
        keys.map((name) => ({
          input: Option.some(name),
          key: { name, ctrl: false, meta: false, shift: false }
        }))
      )
      yield* Queue.end(input)
      const terminal = Terminal.make({
        columns: Effect.succeed(80),
        rows: Effect.succeed(24),
        size: Effect.never,
        readInput: Effect.succeed(input),
        readLine: Effect.never,
        display: (text) => Effect.sync(() => shown.push(text))
      })
      const exit = yield* Effect.exit(
        RailsFlags.confirm({ problems: [], removals: 3, rooms: 2 }, false).pipe(
          Effect.provideService(Terminal.Terminal, terminal),
          Effect.provideService(TerminalCapabilities.TerminalCapabilities, {
            canColor: false,
            canAnimate: true,
            canPrompt: true
          }),
          Effect.provide(NodeServices.layer)
        )
      )
      return { exit, shown: shown.join("") }
    })
  it.effect("is asked how many people in how many rooms, and may say yes", () =>
    Effect.map(asked("y"), ({ exit, shown }) => {
      assert.include(shown, "3 removals in 2 rooms")
      assert.isTrue(Exit.isSuccess(exit))
    })
  )
  it.effect("stops the run by no, and by saying nothing", () =>
    Effect.gen(function* () {
      for (const key of ["n", "return"]) {
        const { exit } = yield* asked(key)
        assert.isTrue(Exit.isFailure(exit))
        if (Exit.isFailure(exit)) assert.include(String(Cause.squash(exit.cause)), "not confirmed; nothing was changed")
      }
    })
  )
  it.effect("who goes away interrupts it", () =>
    Effect.map(asked(), ({ exit }) => assert.isTrue(Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause)))
  )
})
