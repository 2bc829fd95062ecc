/** The calls that scenarios are made of. Rooms and users are named as in `Scenario`. */
import type * as Schema from "effect/Schema"
import type { Step } from "../Scenario.ts"
import { client } from "../Scenario.ts"

type Body = { readonly [key: string]: Schema.Json }

export interface RoomOptions {
  readonly version?: string
  readonly joinRule?: Schema.Json
  readonly invite?: ReadonlyArray<string>
  /** Levels of participants other than the creator, who keeps 100 (and cannot be listed from version 12 on). */
  readonly levels?: Readonly<Record<string, Schema.Json>>
  /** Other keys of the power levels: `invite`, `kick`, `ban`. */
  readonly power?: Body
  /** `hall` becomes `#hall-{run}:{server}`. */
  readonly alias?: string
  readonly state?: ReadonlyArray<Schema.Json>
}

/** The first room version in which creators stand above all levels and must not be listed. */
const creatorsUnlisted = (version: string) => Number(version) >= 12

export const createRoom = (room: string, creator: string, options: RoomOptions = {}): Step => {
  const { alias, invite = [], joinRule = "invite", levels = {}, power = {}, state = [], version = "11" } = options
  const listed = Object.entries(levels).map(([user, level]) => [`{${user}}`, level])
  const users = Object.fromEntries(creatorsUnlisted(version) ? listed : [[`{${creator}}`, 100], ...listed])
  const rule = typeof joinRule === "string" ? { join_rule: joinRule } : joinRule
  return {
    as: creator,
    method: "POST",
    path: client("/createRoom"),
    body: {
      room_version: version,
      invite: invite.map((user) => `{${user}}`),
      ...(alias === undefined ? {} : { room_alias_name: `${alias}-{run}` }),
      power_level_content_override: { invite: 50, kick: 50, ban: 50, ...power, users },
      initial_state: [{ type: "m.room.join_rules", state_key: "", content: rule }, ...state]
    },
    save: { [room]: "room_id" }
  }
}

const post = (as: string, path: string, body: Body = {}): Step => ({ as, method: "POST", path: client(path), body })

/** The operations a user does to itself, in a room they are given by id. */
export const own = {
  join: (user: string, room: string, body?: Body) => post(user, `/rooms/{${room}}/join`, body),
  joinByIdOrAlias: (user: string, target: string, body?: Body) => post(user, `/join/${target}`, body),
  knock: (user: string, room: string, body?: Body) => post(user, `/knock/{${room}}`, body),
  leave: (user: string, room: string, body?: Body) => post(user, `/rooms/{${room}}/leave`, body),
  forget: (user: string, room: string, body?: Body) => post(user, `/rooms/{${room}}/forget`, body)
}

const against =
  (operation: string) =>
  (actor: string, room: string, target: string, body: Body = {}) =>
    post(actor, `/rooms/{${room}}/${operation}`, { user_id: target, ...body })

/** The operations of one user on another: `"{bob}"` for a participant. */
export const other = {
  invite: against("invite"),
  kick: against("kick"),
  ban: against("ban"),
  unban: against("unban")
}

export const setState = (user: string, room: string, type: string, key: string, content: Body): Step => ({
  as: user,
  method: "PUT",
  path: client(`/rooms/{${room}}/state/${type}/${key}`),
  body: content
})

export const setJoinRule = (user: string, room: string, rule: Schema.Json): Step =>
  setState(user, room, "m.room.join_rules", "", typeof rule === "string" ? { join_rule: rule } : { ...(rule as Body) })

export const read = (user: string, path: string, query: Step["query"] = []): Step => ({
  as: user,
  method: "GET",
  path: client(path),
  query
})
