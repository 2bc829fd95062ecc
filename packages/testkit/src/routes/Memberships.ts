/** Joining, leaving, inviting and the other ways to change a membership (specification v1.19, "Room membership"). */
import * as Result from "effect/Result"
import * as Body from "../Body.ts"
import * as Membership from "../Membership.ts"
import type { Authorised, Reply, Route } from "../Route.ts"
import { authorised, ok } from "../Route.ts"
import * as Alias from "../rules/Alias.ts"
import type { Content } from "../rules/Event.ts"
import * as Forgetting from "../rules/Forgetting.ts"
import type { Refusal } from "../rules/Refusal.ts"
import { forbidden, make } from "../rules/Refusal.ts"
import type { Action } from "../rules/Transition.ts"
import * as ThirdParty from "../ThirdParty.ts"
import * as Transactions from "../Transactions.ts"
import * as Turn from "../Turn.ts"
import * as World from "../World.ts"

type Run = (world: World.World, call: Authorised) => Turn.Turn<Reply>

/** Join, leave: the caller's own membership. */
const own =
  (action: "join" | "leave", reply: (roomId: string) => Content): Run =>
  (world, call) => {
    const { roomId = "" } = call.params
    return Turn.andThen(Turn.make(world, Body.object(call.body, { mayBeEmpty: true })), (body, after) => {
      const { userId } = call.session
      const intent = {
        action,
        roomId,
        sender: userId,
        target: userId,
        content: reasonOf(body),
        proof: body["third_party_signed"]
      }
      return Turn.map(Membership.change(after, intent, call), () => ok(reply(roomId)))
    })
  }

/** Invite, kick, ban, unban: somebody else's. */
const others =
  (action: Action): Run =>
  (world, call) => {
    if (World.user(world, call.session.userId)?.guest === true)
      return Turn.refuse(world, forbidden("Guests may not do this."))
    return Turn.andThen(Turn.make(world, Body.object(call.body, { mayBeEmpty: true })), (body, after) =>
      action === "invite" && "medium" in body && "address" in body
        ? inviteAddress(after, body, call)
        : changeOther(after, action, body, call)
    )
  }

const changeOther = (world: World.World, action: Action, body: Content, call: Authorised): Turn.Turn<Reply> =>
  Turn.andThen(Turn.make(world, Body.userId(body)), (target, after) => {
    const { roomId = "" } = call.params
    const intent = {
      action,
      roomId,
      sender: call.session.userId,
      target,
      content: reasonOf(body),
      proof: body["third_party_signed"]
    }
    return Turn.map(Membership.change(after, intent, call), () => ok())
  })

/** The two forms of an invite are told apart by these keys alone, even beside a `user_id`. */
const inviteAddress = (world: World.World, body: Content, call: Authorised): Turn.Turn<Reply> => {
  const { address, id_access_token, id_server, medium } = body
  if (id_server === undefined || id_access_token === undefined)
    return Turn.refuse(world, make(400, "M_MISSING_PARAM", "id_server and id_access_token are needed."))
  return typeof medium === "string" && typeof address === "string"
    ? Turn.map(ThirdParty.invite(world, call.params["roomId"] ?? "", { medium, address }, call), () => ok())
    : Turn.refuse(world, Body.unexpected)
}

const reasonOf = (body: Content): Content => ("reason" in body ? { reason: body["reason"] } : {})

/** `/join` and `/knock` take an alias, too. `/join` copies its whole body into the event, as Synapse does. */
const byIdOrAlias =
  (action: "join" | "knock"): Run =>
  (world, call) => {
    const { roomIdOrAlias = "" } = call.params
    const asked = Result.gen(function* () {
      const body = yield* Body.object(call.body, { mayBeEmpty: action === "join" })
      return { body, roomId: yield* resolve(world, roomIdOrAlias) }
    })
    return Turn.andThen(Turn.make(world, asked), ({ body, roomId }, after) => {
      const { userId } = call.session
      const content = action === "join" ? body : reasonOf(body)
      const proof = action === "join" ? body["third_party_signed"] : undefined
      const via =
        ["via", "server_name"].map((name) => call.query.getAll(name)).find((servers) => servers.length > 0) ?? []
      const intent = { action, roomId, sender: userId, target: userId, content, proof, via }
      return Turn.map(Membership.change(after, intent, call), () => ok({ room_id: roomId }))
    })
  }

/** With a server name, or as long as the hash that stands for a room from version 12 on. */
const roomId = /^!(?:[^:]*:.+|[A-Za-z0-9_-]{43})$/u

const resolve = (world: World.World, roomIdOrAlias: string): Result.Result<string, Refusal> => {
  if (World.room(world, roomIdOrAlias) !== undefined || roomId.test(roomIdOrAlias)) return Result.succeed(roomIdOrAlias)
  if (!roomIdOrAlias.startsWith("#") || !roomIdOrAlias.includes(":"))
    return Result.fail(make(400, "M_UNKNOWN", `${roomIdOrAlias} is neither a room id nor an alias.`))
  return Alias.resolve(world, roomIdOrAlias)
}

const forget: Run = (world, call) => {
  const { roomId = "" } = call.params
  const { userId } = call.session
  return Turn.andThen(Turn.make(world, Forgetting.check(World.room(world, roomId), userId)), (_, after) =>
    Turn.succeed(World.forget(after, userId, roomId), ok())
  )
}

const repeatable = (path: string, run: Run, options: { readonly guests?: boolean } = {}): ReadonlyArray<Route> => [
  authorised("POST", path, run, options),
  authorised("PUT", `${path}/{txnId}`, Transactions.once(run), options)
]

const guests = { guests: true }

export const routes: ReadonlyArray<Route> = [
  ...repeatable(
    "/rooms/{roomId}/join",
    own("join", (roomId) => ({ room_id: roomId })),
    guests
  ),
  ...repeatable(
    "/rooms/{roomId}/leave",
    own("leave", () => ({})),
    guests
  ),
  ...repeatable("/rooms/{roomId}/invite", others("invite"), guests),
  ...repeatable("/rooms/{roomId}/kick", others("kick"), guests),
  ...repeatable("/rooms/{roomId}/ban", others("ban"), guests),
  ...repeatable("/rooms/{roomId}/unban", others("unban"), guests),
  ...repeatable("/rooms/{roomId}/forget", forget),
  ...repeatable("/join/{roomIdOrAlias}", byIdOrAlias("join"), guests),
  authorised("POST", "/knock/{roomIdOrAlias}", byIdOrAlias("knock"), { mount: "v3" })
]
