/** Every membership made into every other, one's own and another's, on a homeserver with Synapse's rules. */

import { assert, describe, it } from "@effect/vitest"
import type { Tag } from "@matrix-membership/core/MatrixError"
import { FakeHomeserver } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import type { Membership as State } from "../../src/rules/Event.ts"
import { inMemory } from "../Stage.ts"
import { changes, ending, idOf, person, room, written } from "./Person.ts"

type From = State | "none"
type Wanted = State

/** What it comes to, and what is sent for it besides reads. */
type Cell = readonly [outcome: "changed" | "unchanged" | Tag, ...sent: ReadonlyArray<string>]
type Row = Readonly<Record<From, Cell>>

const good: Cell = ["unchanged"]
const theirsToDo: Cell = ["InvalidRequest"]
const invited: Cell = ["changed", "invite"]
const kicked: Cell = ["changed", "kick"]
const banned: Cell = ["changed", "ban"]
const onlyBanned: Row = { none: banned, leave: banned, invite: banned, join: banned, knock: banned, ban: good }
const joinedAlone: Row = {
  none: theirsToDo,
  leave: theirsToDo,
  invite: theirsToDo,
  knock: theirsToDo,
  ban: theirsToDo,
  join: good
}
const knockOrMore: Row = {
  none: theirsToDo,
  leave: theirsToDo,
  ban: theirsToDo,
  knock: good,
  invite: good,
  join: good
}

const anothers: Readonly<Record<Wanted, Row>> = {
  invite: {
    none: invited,
    leave: invited,
    invite: good,
    join: good,
    knock: invited,
    ban: ["BadState", "invite"]
  },
  leave: { none: good, leave: good, invite: kicked, join: kicked, knock: kicked, ban: good },
  ban: onlyBanned,
  join: joinedAlone,
  knock: knockOrMore
}

/** Where a ban in the way may be lifted; all else is as without. */
const anothersUnbanned: Readonly<Record<Wanted, Row>> = {
  ...anothers,
  invite: { ...anothers.invite, ban: ["changed", "unban", "invite"] },
  leave: { ...anothers.leave, ban: ["changed", "unban"] }
}

// Whoever is not in the room, and was not when it was left, cannot read even their own membership there. Then the server
// has the last word.
const refusedInvite: Cell = ["Forbidden", "invite"]
const refusedBan: Cell = ["Forbidden", "ban"]
const joined: Cell = ["changed", "join"]
const left: Cell = ["changed", "leave"]
const knocked: Cell = ["changed", "knock"]

const own: Readonly<Record<Wanted, Row>> = {
  join: { none: joined, leave: joined, invite: joined, join: good, knock: joined, ban: ["BadState", "join"] },
  leave: {
    none: ["Forbidden", "leave"],
    leave: good,
    invite: left,
    join: left,
    knock: left,
    ban: ["Forbidden", "leave"]
  },
  knock: {
    none: knocked,
    leave: knocked,
    invite: ["Forbidden", "knock"],
    join: good,
    // sent again, since it cannot be read; the server writes no second event
    knock: knocked,
    ban: ["BadState", "knock"]
  },
  invite: {
    none: refusedInvite,
    leave: refusedInvite,
    invite: refusedInvite,
    join: good,
    knock: refusedInvite,
    ban: ["BadState", "invite"]
  },
  ban: {
    none: refusedBan,
    leave: refusedBan,
    invite: refusedBan,
    join: refusedBan,
    knock: refusedBan,
    ban: refusedBan
  }
}

/** Memberships that are what was asked for, or better. */
const meets: Readonly<Record<Wanted, ReadonlyArray<From>>> = {
  join: ["join"],
  invite: ["invite", "join"],
  knock: ["knock", "invite", "join"],
  leave: ["none", "leave", "ban"],
  ban: ["ban"]
}

const tables = [
  { whose: "another's", by: "alice", unban: false, table: anothers },
  { whose: "another's, a ban lifted if need be,", by: "alice", unban: true, table: anothersUnbanned },
  { whose: "one's own", by: "bob", unban: false, table: own },
  { whose: "one's own, a ban lifted if need be,", by: "bob", unban: true, table: own }
] as const

const froms: ReadonlyArray<From> = ["none", "leave", "invite", "join", "knock", "ban"]
const wanteds: ReadonlyArray<Wanted> = ["join", "invite", "knock", "leave", "ban"]

const lastPart = (path: string) =>
  path.includes("/knock/") ? "knock" : path.slice(path.lastIndexOf("/") + 1).replace(/\?.*/u, "")

const staged = Effect.fnUntraced(function* (from: From, wanted: Wanted, by: "alice" | "bob") {
  const fake = yield* FakeHomeserver
  // where one may knock one may not simply join
  const joinRule = wanted === "knock" || from === "knock" ? "knock" : "public"
  const members: Record<string, State> = from === "none" ? {} : { bob: from }
  const roomId = yield* room({ creator: "alice", joinRule: wanted === "join" ? "public" : joinRule, members })
  const membership = yield* person(by)
  const standing = Effect.map(fake.membershipOf(roomId, "bob"), (now): From => now ?? "none")
  const ensured = (unban: boolean) =>
    Effect.map(
      ending(membership.ensure({ roomId, userId: idOf("bob"), membership: wanted, reason: "so be it", unban })),
      ({ tag, value }) => value ?? tag
    )
  const sent = Effect.map(changes, (all) => all.map(({ path }) => lastPart(path)))
  return { ensured, roomId, sent, standing }
})

for (const { by, table, unban, whose } of tables) {
  describe(`${whose} membership`, () => {
    for (const wanted of wanteds) {
      for (const from of froms) {
        const [outcome, ...expected] = table[wanted][from]
        it.effect(`from ${from} to ${wanted} is ${outcome}, sent: ${expected.join(", ") || "only reads"}`, () =>
          Effect.gen(function* () {
            const { ensured, roomId, sent, standing } = yield* staged(from, wanted, by)
            assert.strictEqual(yield* ensured(unban), outcome)
            assert.deepStrictEqual(yield* sent, expected)
            const now = yield* standing
            if (outcome === "changed") assert.include(meets[wanted], now)
            else assert.strictEqual(now, from)
            if (!unban && from === "ban") assert.strictEqual(now, "ban")
            if (outcome !== "changed" && outcome !== "unchanged") return
            const events = yield* written(roomId, "bob")
            // the second time nothing is left to do
            const again = yield* ensured(unban)
            assert.deepStrictEqual(yield* written(roomId, "bob"), events)
            if (wanted === "knock" && now === "knock" && by === "bob") return
            assert.strictEqual(again, "unchanged")
            assert.deepStrictEqual(yield* sent, expected)
          }).pipe(inMemory)
        )
      }
    }
  })
}

it.effect("a reason goes with everything that is sent", () =>
  Effect.gen(function* () {
    const { ensured } = yield* staged("ban", "invite", "alice")
    assert.strictEqual(yield* ensured(true), "changed")
    const bodies = (yield* changes).map(({ body }) => body)
    const expected = { user_id: "@bob:localhost", reason: "so be it" }
    assert.deepStrictEqual<ReadonlyArray<unknown>>(bodies, [expected, expected])
  }).pipe(inMemory)
)
