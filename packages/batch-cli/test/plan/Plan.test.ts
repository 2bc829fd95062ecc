import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as PlatformError from "effect/PlatformError"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import * as Plan from "../../src/plan/Plan.ts"

const piped = (...chunks: ReadonlyArray<string>) =>
  Plan.read("-").pipe(
    Effect.provide([
      FileSystem.layerNoop({}),
      Stdio.layerTest({ stdin: Stream.fromArray(chunks.map((chunk) => new TextEncoder().encode(chunk))) })
    ])
  )

/** Reads a file of this name and content, in a folder of its own. */
const written = Effect.fnUntraced(
  function* (name: string, text: string) {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const file = path.join(yield* fs.makeTempDirectoryScoped(), name)
    yield* fs.writeFileString(file, text)
    return yield* Plan.read(file)
  },
  Effect.catchTag("PlatformError", Effect.die),
  Effect.scoped,
  Effect.provide(NodeServices.layer)
)

const csv = "operation,room,user\ninvite,!a:x,@b:x\njoin,#a:x,\n"
const json = '[{"operation":"invite","room":"!a:x","user":"@b:x"},{"operation":"join","room":"#a:x"}]'
const object = `{"rows":${json}}`
const ndjson = json.slice(1, -1).replace("},{", "}\n{")

const message = <A, R>(read: Effect.Effect<A, Plan.PlanInvalid, R>) =>
  Effect.map(Effect.flip(read), (error) => error.message)

describe("the format", () => {
  it.effect.each([
    ["plan.csv", csv],
    ["PLAN.CSV", csv],
    ["plan.tsv", csv.replaceAll(",", "\t")],
    ["plan.json", json],
    ["plan.json", object],
    ["plan.ndjson", ndjson],
    ["plan.jsonl", ndjson],
    ["plan.txt", csv],
    ["plan.v2", json],
    ["plan", ndjson]
  ] as const)("of %s follows from its name or else its content", ([name, text]) =>
    Effect.gen(function* () {
      const plan = yield* written(name, text)
      assert.deepStrictEqual(
        Array.from(plan.rows, ({ operation, room, user }) => [operation, room, user]),
        [
          ["invite", "!a:x", "@b:x"],
          ["join", "#a:x", undefined]
        ]
      )
      assert.isTrue(plan.source.endsWith(`/${name}`))
    })
  )
  it.effect.each([
    ["CSV", `\ufeff\n# a plan\n${csv}`],
    ["JSON", ` \n${json}`],
    ["pretty JSON", JSON.stringify(JSON.parse(object), null, 2)],
    ["an object of JSON", object],
    ["NDJSON", `\n${ndjson}\n`],
    ["one row of NDJSON", '{"operation":"join","room":"#a:x"}']
  ] as const)("of %s from a pipe follows from its first line", ([, text]) =>
    Effect.gen(function* () {
      const plan = yield* piped(...text)
      assert.strictEqual(plan.rows.at(plan.rows.size - 1).room, "#a:x")
      assert.strictEqual(plan.source, "-")
    })
  )
})

describe("a row", () => {
  it.effect("knows its line, and in JSON its column", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(
        Array.from((yield* piped(csv)).rows, ({ column, line }) => [line, column]),
        [
          [2, undefined],
          [3, undefined]
        ]
      )
      assert.deepStrictEqual(
        Array.from((yield* piped(`\n${json}`)).rows, ({ column, line }) => [line, column]),
        [
          [2, 2],
          [2, 53]
        ]
      )
    })
  )
})

describe("the digest", () => {
  it.effect("is the same for the same rows in any format and place", () =>
    Effect.gen(function* () {
      const plans = yield* Effect.forEach([csv, `# \n\n${csv.replaceAll(",", ";")}`, json, object, ndjson], (text) =>
        piped(text)
      )
      assert.strictEqual(new Set(plans.map(({ digest }) => digest)).size, 1)
    })
  )
  it.effect.each([
    ["the order", "operation,room,user\njoin,#a:x,\ninvite,!a:x,@b:x\n"],
    ["a room", csv.replace("!a:x", "!b:x")],
    ["a reason", "operation,room,user,reason\ninvite,!a:x,@b:x,hi\njoin,#a:x,,\n"],
    ["an operation", csv.replace("join", "leave")],
    ["a row more", `${csv}leave,#a:x,\n`]
  ] as const)("tells %s", ([, text]) =>
    Effect.gen(function* () {
      assert.notStrictEqual((yield* piped(text)).digest, (yield* piped(csv)).digest)
    })
  )
  it.effect("does not change from one version of this program to the next", () =>
    Effect.map(piped(csv), ({ digest }) =>
      assert.strictEqual(digest, "794bb9107a2a37f58df9220ce278dc4aa5a61238498f062785a21b19b6544c7a")
    )
  )
})

describe("a row that repeats another", () => {
  const rows = (...lines: ReadonlyArray<string>) => piped(["operation,room,user,reason", ...lines].join("\n"))
  it.effect("is a problem that names the first, whatever the reason given", () =>
    Effect.gen(function* () {
      const invalid = rows("invite,!a:x,@b:x,hi", "invite,!b:x,@b:x,", "invite,!a:x,@b:x,ho", "invite,!a:x,@b:x,")
      assert.strictEqual(
        yield* message(invalid),
        "stdin:4:1: repeats line 2: invite !a:x @b:x\nstdin:5:1: repeats line 2: invite !a:x @b:x"
      )
    })
  )
  it.effect("is one for the owner of the token too", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* message(rows("join,#a:x,,", "join,#a:x,,")), "stdin:3:1: repeats line 2: join #a:x")
    })
  )
  it.effect("is told with its column in JSON", () =>
    Effect.gen(function* () {
      const row = '{"operation":"join","room":"#a:x"}'
      assert.strictEqual(yield* message(piped(`[${row},${row}]`)), "stdin:1:37: repeats line 1, column 2: join #a:x")
    })
  )
  it.effect("is none when something for the same room and user lies between", () =>
    Effect.gen(function* () {
      const plan = yield* rows("invite,!a:x,@b:x,", "leave,!a:x,@b:x,", "invite,!a:x,@b:x,")
      assert.strictEqual(plan.rows.size, 3)
    })
  )
  it.effect("is none for another room or user", () =>
    Effect.map(rows("invite,!a:x,@b:x,", "invite,!b:x,@b:x,", "invite,!a:x,@c:x,"), (plan) =>
      assert.strictEqual(plan.rows.size, 3)
    )
  )
})

describe("a plan that cannot be read", () => {
  it.effect("is missing", () =>
    Effect.gen(function* () {
      assert.strictEqual(
        yield* message(Plan.read("no/such/plan.csv")),
        "no/such/plan.csv: no such file; the path is relative to the current directory"
      )
      assert.strictEqual(yield* message(Plan.read("/no/plan.csv")), "/no/plan.csv: no such file; check the path")
    }).pipe(Effect.provide(NodeServices.layer))
  )
  it.effect("is a directory", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* message(Plan.read("/")), "/: this is a directory; name a file in it")
    }).pipe(Effect.provide(NodeServices.layer))
  )
  const error = (_tag: PlatformError.SystemErrorTag) =>
    PlatformError.systemError({ _tag, module: "FileSystem", method: "open" })
  it.effect("may not be read", () =>
    Effect.gen(function* () {
      const failing = (_tag: PlatformError.SystemErrorTag) =>
        Plan.read("plan.csv").pipe(
          Effect.provide([FileSystem.layerNoop({ stat: () => Effect.fail(error(_tag)) }), Stdio.layerTest({})])
        )
      assert.strictEqual(
        yield* message(failing("PermissionDenied")),
        "plan.csv: may not be read by this user; change its permissions or pipe it in, with - for the plan"
      )
      assert.strictEqual(yield* message(failing("Busy")), "plan.csv: cannot be read: Busy: FileSystem.open")
    })
  )
  it.effect("breaks off, of which the rows before say nothing", () =>
    Effect.gen(function* () {
      const stdin = Stream.concat(Stream.make(new TextEncoder().encode(csv)), Stream.fail(error("BadResource")))
      const read = Plan.read("-").pipe(Effect.provide([FileSystem.layerNoop({}), Stdio.layerTest({ stdin })]))
      assert.strictEqual(yield* message(read), "stdin: cannot be read: BadResource: FileSystem.open")
    })
  )
  it.effect("has a path that no file can have", () =>
    Effect.gen(function* () {
      const text = yield* message(Plan.read("a\0b.csv"))
      assert.match(text, /^a\\u\{0\}b\.csv: cannot be read: FileSystem\.stat/)
    }).pipe(Effect.provide(NodeServices.layer))
  )
  it.effect("is empty, or blank", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* message(piped()), "stdin: the file is empty")
      assert.strictEqual(yield* message(piped("\ufeff \r\n\n")), "stdin: the file is empty")
    })
  )
  it.effect.each(["operation,room,user\n", "[]", '{"rows":[]}', "# nothing\n"])("has no rows: %j", (text) =>
    Effect.gen(function* () {
      assert.strictEqual(yield* message(piped(text)), "stdin: there are no rows in this plan")
    })
  )
})

describe("all problems", () => {
  it.effect("of a plan with 300 come at once, in the order of the file", () =>
    Effect.gen(function* () {
      const bad = Arr.makeBy(300, (index) => `${index % 2 === 0 ? "join,hall" : 'join,!a:x"'},`)
      const error = yield* Effect.flip(written("plan.csv", ["operation,room,user", ...bad].join("\n")))
      assert.deepStrictEqual(
        error.problems.map(({ line }) => line),
        Arr.range(2, 301)
      )
      assert.strictEqual(error.message.split("\n").at(-1), "and 250 more")
    })
  )
  it.effect("include bytes that are not UTF-8, of whose lines nothing else is said", () =>
    Effect.gen(function* () {
      const text = Uint8Array.from("operation,room,user\nnope,!a:x,M\u00fcller\nnope,!a:x,\n", (c) => c.charCodeAt(0))
      const error = yield* Plan.read("-").pipe(
        Effect.provide([FileSystem.layerNoop({}), Stdio.layerTest({ stdin: Stream.make(text) })]),
        Effect.flip
      )
      assert.deepStrictEqual(error.message.split("\n"), [
        "stdin:2:12: byte 12 of the line (0xFC) is not UTF-8; save the file as UTF-8",
        'stdin:3:1: operation "nope": expected invite, join, knock, leave, forget, kick, ban or unban'
      ])
    })
  )
})
