import { assert, it } from "@effect/vitest"
import { MatrixId } from "@matrix-membership/core"
import * as Roster from "../src/Roster.ts"

const [hall, attic] = [MatrixId.RoomId.make("!hall:x"), MatrixId.RoomId.make("!attic:x")]
const [ann, bob] = [MatrixId.UserId.make("@ann:x"), MatrixId.UserId.make("@bob:x")]

it("knows nothing of rooms that were not read", () => {
  const roster = Roster.make()
  roster.learnRoom(hall, [[ann, "join"]])
  assert.isUndefined(roster.membership(attic, ann))
})

it("takes whoever is not on a room's list to be out of the room", () => {
  const roster = Roster.make()
  roster.learnRoom(hall, [[ann, "ban"]])
  assert.strictEqual(roster.membership(hall, ann), "ban")
  assert.strictEqual(roster.membership(hall, bob), "leave")
})

it("takes nobody to be out of a room of which it knows single members", () => {
  const roster = Roster.make()
  roster.learn(hall, ann, "invite")
  assert.strictEqual(roster.membership(hall, ann), "invite")
  assert.isUndefined(roster.membership(hall, bob))
})

it("believes what it learned last", () => {
  const roster = Roster.make()
  roster.learnRoom(hall, [[ann, "invite"]])
  roster.learn(hall, ann, "join")
  assert.strictEqual(roster.membership(hall, ann), "join")
  roster.learn(hall, ann, "leave")
  assert.strictEqual(roster.membership(hall, ann), "leave")
})
