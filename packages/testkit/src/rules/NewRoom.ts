/** What a new room begins with: the state that `POST /createRoom` asks for, in the order in which it is written. */
import type { Content } from "./Event.ts"
import type { RoomVersion } from "./RoomVersion.ts"

export type Preset = "private_chat" | "trusted_private_chat" | "public_chat"

export interface InitialState {
  readonly type: string
  readonly stateKey: string
  readonly content: Content
}

export interface NewRoom {
  readonly creator: string
  readonly version: RoomVersion
  readonly preset: Preset
  readonly creationContent: Content
  readonly invite: ReadonlyArray<string>
  readonly powerOverride: Content
  readonly initialState: ReadonlyArray<InitialState>
  readonly alias: string | undefined
  readonly name: string | undefined
  readonly topic: string | undefined
}

/** With all invitees on a par with the creator, where the preset says so and the room version lets it. */
export const createContent = (room: NewRoom): Content => {
  const { additional_creators: named } = room.creationContent
  const invitees = room.preset === "trusted_private_chat" ? room.invite : []
  const creators = [...new Set([...(Array.isArray(named) ? named : []), ...invitees])]
  return {
    ...room.creationContent,
    room_version: room.version.id,
    ...(room.version.implicitCreator ? {} : { creator: room.creator }),
    ...(room.version.supremeCreators && creators.length > 0 ? { additional_creators: creators } : {})
  }
}

/** The state that follows the create event and the creator's join. */
export const stateOf = (room: NewRoom): ReadonlyArray<InitialState> => {
  const given = (type: string) => room.initialState.find((event) => event.type === type && event.stateKey === "")
  const preset = (type: string, content: Content) =>
    given(type) === undefined ? [{ type, stateKey: "", content }] : []
  return [
    given("m.room.power_levels") ?? { type: "m.room.power_levels", stateKey: "", content: powerLevels(room) },
    ...(room.alias === undefined ? [] : preset("m.room.canonical_alias", { alias: room.alias })),
    ...preset("m.room.join_rules", { join_rule: room.preset === "public_chat" ? "public" : "invite" }),
    ...preset("m.room.history_visibility", { history_visibility: "shared" }),
    ...(room.preset === "public_chat" ? [] : preset("m.room.guest_access", { guest_access: "can_join" })),
    ...room.initialState.filter((event) => event.type !== "m.room.power_levels" || event.stateKey !== ""),
    ...(room.name === undefined ? [] : [{ type: "m.room.name", stateKey: "", content: { name: room.name } }]),
    ...(room.topic === undefined
      ? []
      : [
          {
            type: "m.room.topic",
            stateKey: "",
            content: { topic: room.topic, "m.topic": { "m.text": [{ body: room.topic }] } }
          }
        ])
  ]
}

/** Synapse's levels: 50 to invite, unless the preset is for a chat, where everybody may. */
const powerLevels = (room: NewRoom): Content => {
  const { supremeCreators } = room.version
  const equals = room.preset === "trusted_private_chat" ? room.invite : []
  return {
    users: supremeCreators ? {} : Object.fromEntries([room.creator, ...equals].map((userId) => [userId, 100])),
    users_default: 0,
    events: {
      "m.room.name": 50,
      "m.room.power_levels": 100,
      "m.room.history_visibility": 100,
      "m.room.canonical_alias": 50,
      "m.room.avatar": 50,
      "m.room.tombstone": supremeCreators ? 150 : 100,
      "m.room.server_acl": 100,
      "m.room.encryption": 100,
      ...(room.preset === "public_chat" ? { "m.call.invite": 50 } : {})
    },
    events_default: 0,
    state_default: 50,
    ban: 50,
    kick: 50,
    redact: 50,
    invite: 50,
    historical: 100,
    ...(room.preset === "public_chat" ? {} : { invite: 0 }),
    ...room.powerOverride
  }
}
