/** Plans that cannot be used: every problem at its place, exit code 2, and nothing is sent. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import { assertPresentable, batchCli, type Ended } from "./Invocation.ts"
import { fake } from "./Stage.ts"

const utf8 = (text: string) => new TextEncoder().encode(text)

/** What is done with a file of that name and content, by Alice, who has a hall. */
const apply = Effect.fnUntraced(function* (name: string, content: string | Uint8Array) {
  const server = yield* FakeHomeserver
  const { accessToken } = yield* server.register("alice")
  yield* server.createRoom({ creator: "alice", roomId: "!hall:localhost" })
  const fs = yield* FileSystem.FileSystem
  const folder = yield* fs.makeTempDirectoryScoped()
  const path = `${folder}/${name}`
  yield* fs.writeFile(path, typeof content === "string" ? utf8(content) : content)
  const env = { MATRIX_ACCESS_TOKEN: accessToken }
  const ended = yield* batchCli(["apply", path, "--homeserver", "http://localhost"], { env })
  const sent = yield* server.requests
  assertPresentable(ended, accessToken)
  return { ...ended, stderr: ended.stderr.replaceAll(`${folder}/`, ""), sent }
})

const world = Layer.merge(fake, NodeServices.layer)

/** The lines of the complaint. */
const complaint = ({ stderr }: Ended) =>
  stderr
    .trim()
    .replace(/^ERROR\n/u, "")
    .split("\n")
    .map((line) => line.trim())

const assertInvalid = (ended: Ended & { readonly sent: ReadonlyArray<unknown> }) => {
  assert.strictEqual(ended.exitCode, 2, ended.stderr)
  assert.strictEqual(ended.stdout, "")
  assert.deepStrictEqual(ended.sent, [])
  const lines = complaint(ended)
  assert.strictEqual(lines.pop(), "The plan was not applied: nothing was sent.")
  return lines
}

const header = "operation,room,user,reason\n"

describe("a plan is not applied that", () => {
  it.effect.each([
    { name: "is empty", file: "plan.csv", content: "", says: ["plan.csv: the file is empty"] },
    { name: "is blank", file: "plan.csv", content: "\n \n\r\n", says: ["plan.csv: the file is empty"] },
    {
      name: "has a header and nothing more",
      file: "plan.csv",
      content: header,
      says: ["plan.csv: there are no rows in this plan"]
    },
    {
      name: "has an unknown column",
      file: "plan.csv",
      content: "operation,room,usr\ninvite,!hall:localhost,@bob:localhost\n",
      says: [/^plan\.csv:1:1: column "user": missing/u, /^plan\.csv:1:16: column "usr": .*did you mean user\?/u]
    },
    {
      name: "has an unknown operation",
      file: "plan.csv",
      content: `${header}jion,!hall:localhost,,\n`,
      says: [/^plan\.csv:2:1: operation "jion": .*did you mean join\?/u]
    },
    {
      name: "has bad ids",
      file: "plan.csv",
      content: `${header}invite,hall,bob,\ninvite,!hall:localhost,@bob,\n`,
      says: [/^plan\.csv:2:8: room "hall": /u, /^plan\.csv:2:13: user "bob": /u, /^plan\.csv:3:24: user "@bob": /u]
    },
    {
      name: "is of the wrong shape",
      file: "plan.json",
      content: '{"operation": "join"}',
      says: [/^plan\.json:1:/u]
    },
    { name: "is JSON that breaks off", file: "plan.json", content: '[{"operation": "jo', says: [/^plan\.json:1:/u] },
    { name: "is a number", file: "plan.json", content: "42", says: [/^plan\.json:1:1: /u] }
  ])("$name", ({ content, file, says }) =>
    Effect.gen(function* () {
      const lines = assertInvalid(yield* apply(file, content))
      says.forEach((expected, index) => {
        if (typeof expected === "string") assert.strictEqual(lines[index], expected)
        else assert.match(lines[index] ?? "", expected)
      })
    }).pipe(Effect.provide(world))
  )
  it.effect("is not there", () =>
    Effect.gen(function* () {
      const ended = yield* batchCli(["apply", "/nowhere/plan.csv", "--homeserver", "embedded"])
      assert.strictEqual(assertInvalid({ ...ended, sent: [] })[0], "/nowhere/plan.csv: no such file; check the path")
      assertPresentable(ended)
    }).pipe(Effect.provide(world))
  )
  it.effect("is a directory", () =>
    Effect.gen(function* () {
      const folder = yield* (yield* FileSystem.FileSystem).makeTempDirectoryScoped()
      const ended = yield* batchCli(["apply", folder, "--homeserver", "embedded"])
      assert.strictEqual(assertInvalid({ ...ended, sent: [] })[0], `${folder}: this is a directory; name a file in it`)
    }).pipe(Effect.provide(world))
  )
  it.effect("is not UTF-8, and the line is named", () =>
    Effect.gen(function* () {
      const latin1 = Uint8Array.from([...utf8(`${header}join,!hall:localhost,,Gr`), 0xfc, 0xdf, 0x65, 0x0a])
      assert.match(assertInvalid(yield* apply("plan.csv", latin1))[0] ?? "", /^plan\.csv:2:\d+: .*UTF-8/u)
    }).pipe(Effect.provide(world))
  )
  it.effect("has a field of two mebibytes, of which the complaint shows no more than a bit", () =>
    Effect.gen(function* () {
      const content = `${header}invite,!hall:localhost,@${"b".repeat(2 * 1024 * 1024)}:localhost,\n`
      const ended = yield* apply("plan.csv", content)
      assert.match(assertInvalid(ended)[0] ?? "", /^plan\.csv:2:24: /u)
      assert.isBelow(ended.stderr.length, 1000)
    }).pipe(Effect.provide(world))
  )
  it.effect("has three hundred problems, of which fifty are spelled out", () =>
    Effect.gen(function* () {
      const lines = assertInvalid(yield* apply("plan.csv", `${header}${"jion,!hall:localhost,,\n".repeat(300)}`))
      assert.strictEqual(lines.length, 51)
      assert.match(lines[49] ?? "", /^plan\.csv:51:1: /u)
      assert.strictEqual(lines[50], "and 250 more")
    }).pipe(Effect.provide(world))
  )
  it.effect("holds escape sequences, and the complaint about them steers no terminal", () =>
    Effect.gen(function* () {
      const ended = yield* apply("plan.csv", `${header}\u001b[2J,"!hall\u009b:x",@\u202eb:x,\u0007\n`)
      assert.isAtLeast(assertInvalid(ended).length, 1)
    }).pipe(Effect.provide(world))
  )
})

describe("a plan is applied that", () => {
  it.effect.each([
    { name: "begins with a byte order mark", content: `\ufeff${header}invite,!hall:localhost,@bob:localhost,hello\n` },
    { name: "has CRLF", content: `${header}invite,!hall:localhost,@bob:localhost,hello\n`.replaceAll("\n", "\r\n") },
    { name: "does not end its last line", content: `${header}invite,!hall:localhost,@bob:localhost,hello` }
  ])("$name", ({ content }) =>
    Effect.gen(function* () {
      const { exitCode, sent } = yield* apply("plan.csv", content)
      assert.strictEqual(exitCode, 0)
      assert.isTrue(JSON.stringify(sent).includes('"reason":"hello"'))
    }).pipe(Effect.provide(world))
  )
  it.effect("has quotes over two lines, and the room reads them as they are", () =>
    Effect.gen(function* () {
      const { exitCode, sent } = yield* apply(
        "plan.csv",
        `${header}invite,!hall:localhost,@bob:localhost,"Welcome,\n""all"""\n`
      )
      assert.strictEqual(exitCode, 0)
      assert.include(JSON.stringify(sent), JSON.stringify('Welcome,\n"all"'))
    }).pipe(Effect.provide(world))
  )
})
