import { assert, it } from "@effect/vitest"
import { MatrixId } from "@matrix-membership/core"
import * as Roster from "../../src/preflight/Roster.ts"
import * as RosterTable from "../../src/preflight/RosterTable.ts"

const [hall, attic] = [MatrixId.RoomId.make("!hall:x"), MatrixId.RoomId.make("!attic:x")]
const [ann, bob] = [MatrixId.UserId.make("@ann:x"), MatrixId.UserId.make("@bob:x")]

const make = () => {
  const table = RosterTable.make()
  for (const person of [0, 1]) table.expect(0, person)
  const roster = Roster.make(table, {
    room: (room) => [hall].indexOf(room),
    person: (user) => [ann, bob].indexOf(user)
  })
  return { roster, table }
}

it("tells of the plan's rooms and people by their names", () => {
  const { roster, table } = make()
  table.learn(0, 1, "invite")
  assert.strictEqual(roster.membership(hall, bob), "invite")
  assert.isUndefined(roster.membership(hall, ann))
})

it("believes what it learned last", () => {
  const { roster, table } = make()
  roster.learn(hall, ann, "join")
  roster.learn(hall, ann, "leave")
  assert.strictEqual(roster.membership(hall, ann), "leave")
  assert.strictEqual(table.membership(0, 0), "leave")
})

it("knows nothing of strangers and other rooms, and learns nothing of them", () => {
  const { roster } = make()
  const stranger = MatrixId.UserId.make("@stranger:x")
  roster.learn(attic, ann, "join")
  roster.learn(hall, stranger, "join")
  assert.isUndefined(roster.membership(attic, ann))
  assert.isUndefined(roster.membership(hall, stranger))
})
