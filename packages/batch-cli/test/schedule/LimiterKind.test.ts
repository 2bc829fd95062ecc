import { assert, describe, it } from "@effect/vitest"
import * as Kind from "../../src/schedule/LimiterKind.ts"
import { plan } from "../Stage.ts"

const charged: Kind.Charged = { operation: "invite", room: 4, actor: -1, target: 7, thirdParty: false }
const namesOf = (one: Kind.Charged): ReadonlyArray<string | undefined> | undefined =>
  Kind.classes[Kind.classOf(one)]?.map((kind) => Kind.kinds[kind])

describe("what counts a row", () => {
  it("is for an invite the room, the invitee and the inviter, in that order, and then the event", () => {
    assert.deepStrictEqual(namesOf(charged), [
      "slots",
      "rc_invites.per_room",
      "rc_invites.per_user",
      "rc_invites.per_issuer",
      "rc_message"
    ])
  })
  it("is for an invite by an address a limiter of its own", () => {
    assert.deepStrictEqual(namesOf({ ...charged, thirdParty: true }), ["slots", "rc_third_party_invite"])
  })
  it("is for a join the joiner and the room, and one more where the server is not in the room", () => {
    const join: Kind.Charged = { ...charged, operation: "join", target: -1 }
    const local = ["slots", "rc_joins.local", "rc_joins_per_room", "rc_message"]
    assert.deepStrictEqual(namesOf(join), local)
    assert.deepStrictEqual(namesOf({ ...join, remote: true }), local.toSpliced(2, 0, "rc_joins.remote"))
  })
  it("is for whoever removes somebody the event alone, and for forgetting nothing", () => {
    for (const operation of ["kick", "ban", "unban", "knock"] as const) {
      assert.deepStrictEqual(namesOf({ ...charged, operation }), ["rc_message"])
    }
    assert.deepStrictEqual(namesOf({ ...charged, operation: "leave" }), ["slots", "rc_message"])
    assert.deepStrictEqual(namesOf({ ...charged, operation: "forget" }), [])
  })
})

describe("the key of a row", () => {
  const keyOf = (one: Kind.Charged, kind: Kind.Kind) => Kind.keyOf(one, Kind.kinds.indexOf(kind))
  it("is the room, the invitee or who acts, as the limiter counts", () => {
    assert.strictEqual(keyOf(charged, "rc_invites.per_room"), 4)
    assert.strictEqual(keyOf(charged, "rc_invites.per_user"), 8)
    assert.strictEqual(keyOf(charged, "rc_invites.per_issuer"), 0)
    assert.strictEqual(keyOf({ ...charged, actor: 2 }, "rc_message"), 3)
  })
  it("is who acts where the row is about themself", () => {
    assert.strictEqual(keyOf({ ...charged, actor: 2, target: -1 }, "rc_invites.per_user"), 3)
  })
})

describe("the rows of a plan", () => {
  const { rows } = plan("invite !hall:x.org @ann:x.org", "join !hall:x.org", "join !yard:x.org")
  it("are charged to their rooms and people by number", () => {
    const work = Kind.ofRows(rows)
    assert.strictEqual(work.size, 3)
    const { actor, operation, room, target, thirdParty } = work.charges(0)
    assert.deepStrictEqual(
      [operation, rows.rooms.at(room), rows.people.at(target), actor, thirdParty],
      ["invite", "!hall:x.org", "@ann:x.org", -1, false]
    )
    assert.strictEqual(work.charges(1).target, -1)
  })
  it("join from afar where the server is not in the room", () => {
    const work = Kind.ofRows(rows, (room) => rows.rooms.at(room) === "!yard:x.org")
    assert.deepStrictEqual([work.charges(1).remote, work.charges(2).remote], [false, true])
  })
})
