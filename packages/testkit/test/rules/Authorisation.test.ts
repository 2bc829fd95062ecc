import { assert, describe, it } from "@effect/vitest"
import * as Fixture from "@matrix-membership/testkit/Fixture"
import * as RateLimits from "@matrix-membership/testkit/RateLimits"
import * as Authorisation from "@matrix-membership/testkit/rules/Authorisation"
import * as World from "@matrix-membership/testkit/World"
import * as Result from "effect/Result"

const id = (name: string) => `@${name}:localhost`

/** Alice made the room and has 100; kicking takes 25, banning 75, and the janitor has 50. */
const room = (options: Partial<Fixture.RoomOptions> = {}) => {
  const empty = World.make({
    serverName: "localhost",
    limits: RateLimits.unlimited,
    federates: true,
    accessTokenLifetime: Number.POSITIVE_INFINITY,
    registrationSecret: undefined,
    forgetsOnLeave: false,
    seed: "rules"
  })
  const [roomId, world] = Fixture.createRoom(
    empty,
    {
      creator: "alice",
      roomVersion: "11",
      powerLevels: { invite: 25, kick: 25, ban: 75, users: { [id("janitor")]: 50 } },
      members: { janitor: "join", plain: "join", banned: "ban", guest: "invite" },
      ...options
    },
    0
  )
  const made = World.room(world, roomId)
  assert(made !== undefined)
  return made
}

const may = (sender: string, membership: string, target: string, options?: Partial<Fixture.RoomOptions>) => {
  const draft = { type: "m.room.member", stateKey: id(target), sender: id(sender), content: { membership } }
  return Result.isSuccess(Authorisation.check(room(options), draft))
}

describe("the authorisation rules", () => {
  it("ask for the power to ban, even from somebody above the target", () => {
    assert.isFalse(may("janitor", "ban", "plain"))
    assert.isTrue(may("alice", "ban", "plain"))
  })

  it("ask for the power to ban and the power to kick from whoever unbans", () => {
    assert.isFalse(may("janitor", "leave", "banned"))
    assert.isTrue(may("alice", "leave", "banned"))
    assert.isFalse(may("alice", "leave", "banned", { powerLevels: { kick: 101, ban: 75 } }))
  })

  it("let a kick do with less power than a ban", () => {
    assert.isTrue(may("janitor", "leave", "plain"))
    assert.isFalse(may("plain", "leave", "janitor"))
  })

  it("keep a banned user out by themselves, whatever was asked before", () => {
    assert.isFalse(may("alice", "invite", "banned"))
    assert.isFalse(may("banned", "join", "banned", { joinRule: "public" }))
    assert.isFalse(may("banned", "knock", "banned", { joinRule: "knock" }))
  })

  it("let nobody join or knock for another", () => {
    assert.isFalse(may("alice", "join", "guest"))
    assert.isFalse(may("alice", "knock", "stranger", { joinRule: "knock" }))
  })

  it("know no other memberships", () => assert.isFalse(may("alice", "asleep", "plain")))
})
