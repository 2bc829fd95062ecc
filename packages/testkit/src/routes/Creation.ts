/** `POST /createRoom` (specification v1.19, "Creation"), in the order in which Synapse checks and writes. */
import * as Result from "effect/Result"
import * as Aliases from "../Aliases.ts"
import * as Body from "../Body.ts"
import * as Charges from "../Charges.ts"
import * as Construction from "../Construction.ts"
import * as Membership from "../Membership.ts"
import type { Authorised, Reply, Route } from "../Route.ts"
import { authorised, ok } from "../Route.ts"
import * as Decision from "../rules/Decision.ts"
import type { Content } from "../rules/Event.ts"
import * as NewRoom from "../rules/NewRoom.ts"
import type { Refusal } from "../rules/Refusal.ts"
import { make, suspended } from "../rules/Refusal.ts"
import * as RoomVersion from "../rules/RoomVersion.ts"
import * as Weight from "../rules/Weight.ts"
import * as ThirdParty from "../ThirdParty.ts"
import * as Transactions from "../Transactions.ts"
import * as Turn from "../Turn.ts"
import * as World from "../World.ts"
import * as Config from "./CreationConfig.ts"

const create = (world: World.World, call: Authorised): Turn.Turn<Reply> =>
  Turn.andThen(Turn.make(world, Config.decode(call.body)), (config, decoded) =>
    Turn.andThen(Charges.roomCreation(decoded, call.session, call.now), (_, charged) =>
      Turn.andThen(Turn.make(charged, planned(charged, config, call)), (room, after) =>
        Turn.andThen(invitesFit(after, config, call), (_, checked) => built(checked, config, room, call))
      )
    )
  )

/** What cannot be asked for is found before anything is written. */
const planned = (
  world: World.World,
  config: Config.CreationConfig,
  call: Authorised
): Result.Result<NewRoom.NewRoom, Refusal> =>
  Result.gen(function* () {
    if (World.user(world, call.session.userId)?.suspended === true)
      return yield* Result.fail(suspended("creating rooms"))
    const version = RoomVersion.find(config.room_version ?? RoomVersion.defaultId)
    if (version === undefined)
      return yield* Result.fail(make(400, "M_UNSUPPORTED_ROOM_VERSION", "This server knows no such room version."))
    const alias = yield* aliasOf(world, config)
    const invite = config.invite ?? []
    const stranger = invite.find((id) => Result.isFailure(Body.asUserId(id)))
    if (stranger !== undefined) return yield* Result.fail(make(400, "M_UNKNOWN", `${stranger} is not a user id.`))
    const powerOverride = config.power_level_content_override ?? {}
    const { users } = powerOverride
    if (!version.supremeCreators && Body.isObject(users) && !(call.session.userId in users))
      return yield* Result.fail(make(400, "M_UNKNOWN", "The power levels leave out the room's creator."))
    const room: NewRoom.NewRoom = {
      creator: call.session.userId,
      version,
      preset: yield* presetOf(config),
      creationContent: config.creation_content ?? {},
      invite,
      powerOverride,
      initialState: (config.initial_state ?? []).map(({ content, state_key = "", type }) => ({
        type,
        stateKey: state_key,
        content
      })),
      alias,
      name: config.name,
      topic: config.topic
    }
    yield* Weight.check(
      { type: "m.room.create", stateKey: "", sender: room.creator, content: NewRoom.createContent(room) },
      version
    )
    return room
  })

const aliasOf = (world: World.World, config: Config.CreationConfig): Result.Result<string | undefined, Refusal> => {
  if (config.room_alias_name === undefined) return Result.succeed(undefined)
  if (/[ \t-\r:]/u.test(config.room_alias_name))
    return Result.fail(make(400, "M_UNKNOWN", "An alias is named by its local part, without spaces and colons."))
  const alias = `#${config.room_alias_name}:${world.serverName}`
  if (alias.length > 255) return Result.fail(make(400, "M_INVALID_PARAM", "An alias has at most 255 characters."))
  return World.aliased(world, alias) === undefined
    ? Result.succeed(alias)
    : Result.fail(make(400, "M_ROOM_IN_USE", `${alias} is taken.`))
}

const presets: ReadonlyArray<NewRoom.Preset> = ["private_chat", "trusted_private_chat", "public_chat"]

const presetOf = (config: Config.CreationConfig): Result.Result<NewRoom.Preset, Refusal> => {
  const byVisibility = (config.visibility ?? "private") === "private" ? "private_chat" : "public_chat"
  const preset = presets.find((name) => name === (config.preset ?? byVisibility))
  return preset === undefined
    ? Result.fail(make(400, "M_BAD_JSON", `${config.preset} is no preset.`))
    : Result.succeed(preset)
}

/** Too many invites at once are an error of the request, and not a rate limit to wait for. */
const invitesFit = (
  world: World.World,
  config: Config.CreationConfig,
  { now, session }: Authorised
): Turn.Turn<void> => {
  const invites = (config.invite ?? []).length + (config.invite_3pid ?? []).length
  const turn = Charges.invitesOfNewRoom(world, session, invites, now)
  return invites > 0 && Result.isFailure(turn.result)
    ? Turn.refuse(world, make(400, "M_UNKNOWN", "That is too many invites at once."))
    : Turn.succeed(world, undefined)
}

const built = (
  world: World.World,
  config: Config.CreationConfig,
  room: NewRoom.NewRoom,
  { now, session }: Authorised
): Turn.Turn<Reply> => {
  const [roomId, named] = Construction.newRoomId(world, room.version)
  const aliased =
    room.alias === undefined
      ? named
      : Aliases.put(named, room.alias, { roomId, creator: room.creator, servers: [named.serverName] })
  const { creator, version } = room
  const founded = Construction.found(aliased, { roomId, version, creator, content: NewRoom.createContent(room), now })
  const joined = Charges.joined(founded, roomId, now)
  const furnished = Construction.furnish(joined, { roomId, creator, state: NewRoom.stateOf(room), now })
  const content: Content = config.is_direct === true ? { is_direct: true } : {}
  const invited = room.invite.reduce(
    (turn: Turn.Turn<void>, target) =>
      Turn.andThen(turn, (_, before) => {
        const intent: Decision.Intent = { action: "invite", roomId, sender: session.userId, target, content }
        return Turn.andThen(Turn.make(before, Decision.decide(before, intent)), (decision, after) =>
          Turn.map(Membership.unlimited(after, decision, now), () => undefined)
        )
      }),
    furnished
  )
  // Invites of addresses come under the limits of any invite.
  const announced = (config.invite_3pid ?? []).reduce(
    (turn: Turn.Turn<unknown>, { address, medium }) =>
      Turn.andThen(turn, (_, before) => ThirdParty.invite(before, roomId, { address, medium }, { now, session })),
    invited
  )
  return Turn.map(announced, () => ok({ room_id: roomId }))
}

export const routes: ReadonlyArray<Route> = [
  authorised("POST", "/createRoom", create),
  authorised("PUT", "/createRoom/{txnId}", Transactions.once(create))
]
