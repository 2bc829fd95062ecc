/**
 * A homeserver in this process, made from the plan itself, so that a plan can be tried out without anybody's server. It
 * is the testkit's, on a loopback port. What the plan takes for granted is there: its rooms and users, the sender with
 * the power to invite, in the rooms that the plan does not join first. As in life, some of the people to be invited are
 * in the room already.
 */
import { FakeHomeserver, Listening } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { isOwn, type Operation, traits } from "./Operations.ts"
import type { Plan } from "./Plan.ts"

/** One invitee in so many has joined on their own before the plan begins. */
const alreadyThere = 12

type Membership = "join" | "leave" | "none"

export interface Seed {
  readonly serverName: string
  readonly sender: string
  readonly rooms: ReadonlyArray<{
    /** Id or alias, as the plan has it. */
    readonly name: string
    readonly sender: Membership
    readonly members: ReadonlyArray<string>
  }>
}

/** Where the sender must stand for the first row about a room to make sense. */
const before = (operation: Operation): Membership => {
  if (!isOwn(operation)) return "join"
  const { needs } = traits[operation]
  return needs === "join" || needs === "leave" ? needs : "none"
}

const domainOf = (id: string): string => id.slice(id.indexOf(":") + 1)

/** What a server must hold for this plan. Pure: the same plan, the same server. */
export const seed = (plan: Plan): Seed => {
  const rows = [...plan.rows]
  const named = rows.find((row) => isOwn(row.operation) && row.user !== undefined)?.user
  const somebody =
    rows.find(({ user }) => user !== undefined)?.user ?? rows.find(({ room }) => room.startsWith("#"))?.room
  const serverName = named === undefined ? (somebody === undefined ? "localhost" : domainOf(somebody)) : domainOf(named)
  const rooms = Map.groupBy(rows, ({ room }) => room)
  return {
    serverName,
    sender: named ?? `@organiser:${serverName}`,
    rooms: Array.from(rooms, ([name, rows]) => ({
      name,
      sender: before(rows[0]?.operation ?? "invite"),
      members: rows
        .flatMap(({ operation, user }) => (operation === "invite" && user !== undefined ? [user] : []))
        .filter((_, index) => index % alreadyThere === alreadyThere - 1)
    }))
  }
}

const furnish = Effect.fnUntraced(function* ({ rooms, sender, serverName }: Seed) {
  const fake = yield* FakeHomeserver
  const host = `@host:${serverName}`
  yield* Effect.forEach(
    rooms,
    ({ members, name, sender: membership }) =>
      fake.createRoom({
        ...(name.startsWith("#") ? { alias: name } : { roomId: name }),
        creator: membership === "join" ? sender : host,
        joinRule: "public",
        powerLevels: { invite: 0 },
        members: {
          // somebody stays, so that who leaves can come back
          [host]: "join" as const,
          ...Object.fromEntries(members.map((user) => [user, "join" as const])),
          ...(membership === "leave" ? { [sender]: "leave" as const } : {})
        }
      }),
    { discard: true }
  )
  return Redacted.make((yield* fake.register(sender)).accessToken)
})

/** Starts the server for as long as the scope lasts. */
export const start = Effect.fnUntraced(function* (plan: Plan) {
  const world = seed(plan)
  const context = yield* Layer.build(
    FakeHomeserver.layerServer.pipe(Layer.provideMerge(FakeHomeserver.layer({ serverName: world.serverName })))
  )
  return yield* Effect.gen(function* () {
    const { baseUrl } = yield* Listening
    return { baseUrl: new URL(baseUrl), accessToken: yield* furnish(world) }
  }).pipe(Effect.provide(context))
})
