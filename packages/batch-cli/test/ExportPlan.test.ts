import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { MatrixId, MemberEvent } from "@matrix-membership/core"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Schema from "effect/Schema"
import * as ExportPlan from "../src/ExportPlan.ts"
import * as NewFile from "../src/NewFile.ts"
import * as Plan from "../src/plan/Plan.ts"

const event = Schema.decodeUnknownSync(MemberEvent.MemberEvent)
const member = (user: string, membership: string) => event({ content: { membership }, sender: user, state_key: user })

const choice = (rest: Partial<ExportPlan.Choice> = {}): ExportPlan.Choice => ({
  memberships: new Set(["join"]),
  operation: "invite",
  room: MatrixId.RoomId.make("!new:x"),
  without: undefined,
  ...rest
})

const members = [
  member("@carol:x", "join"),
  member("@alice:x", "join"),
  member("@bob:x", "leave"),
  member("@dave:x", "ban"),
  member("@Alice:x", "join"),
  member("@carol:x", "join")
]
const users = (of: ExportPlan.Choice) => ExportPlan.rows(members, of).map(({ as, user }) => user ?? `as ${as}`)

describe("the rows", () => {
  it("are those with the membership asked for, each once, in the order of their ids", () => {
    assert.deepStrictEqual(users(choice()), ["@Alice:x", "@alice:x", "@carol:x"])
    assert.deepStrictEqual(users(choice({ memberships: new Set(["leave", "ban"]) })), ["@bob:x", "@dave:x"])
  })
  it("leave out whom they are to leave out", () => {
    assert.deepStrictEqual(users(choice({ without: MatrixId.UserId.make("@alice:x") })), ["@Alice:x", "@carol:x"])
  })
  it("are by the members themselves where nobody else can do it", () => {
    assert.deepStrictEqual(users(choice({ operation: "join" })), ["as @Alice:x", "as @alice:x", "as @carol:x"])
  })
})

// what ids may have in them, by the grammar of old: everything that could break a format
const odd = [`@a,b;"c":x`, "@tab\there:x", "@line\nbreak:x", "@ü'=1+1:x", "@{}[]:x", "@#comment:x"]

it.live.each(
  ExportPlan.formats.flatMap((format) =>
    (["invite", "ban", "join", "forget"] as const).map((operation) => ({ format, operation }))
  )
)("a plan in $format to $operation is read back as it was meant", ({ format, operation }) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = `${yield* fs.makeTempDirectoryScoped()}/plan.${format}`
    const room = MatrixId.RoomAlias.make(`#a,"b":x`)
    const rows = ExportPlan.rows(
      odd.map((user) => member(user, "join")),
      choice({ operation, room })
    )
    assert.strictEqual(rows.length, odd.length)
    yield* NewFile.write(path, ExportPlan.text(rows, format))
    const plan = yield* Plan.read(path)
    const contents = Array.from(plan.rows, ({ as, operation, room, user }) => ({
      operation,
      room,
      ...(as === undefined ? {} : { as }),
      ...(user === undefined ? {} : { user })
    }))
    assert.deepStrictEqual(contents, [...rows])
  }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
)

it("the format is that of the file's name", () => {
  assert.deepStrictEqual(["a.csv", "b.JSON", "c.d/e.ndjson", "f.jsonl", "g", "h.csv/i"].map(ExportPlan.formatOf), [
    "csv",
    "json",
    "ndjson",
    "ndjson",
    undefined,
    undefined
  ])
})
