/** Dendrite, as its sources of 2026 have it. */
import * as Result from "effect/Result"
import * as Body from "../Body.ts"
import type { Content } from "../rules/Event.ts"
import * as Power from "../rules/Power.ts"
import type { Refusal } from "../rules/Refusal.ts"
import { forbidden, make } from "../rules/Refusal.ts"
import type * as Room from "../rules/Room.ts"
import { membership } from "../rules/Room.ts"
import type { Action, Cell, Flavour, Situation } from "./Flavour.ts"
import { synapse } from "./Synapse.ts"

const banned = forbidden("The user is banned from this room.")
const notThere = make(400, "M_UNKNOWN", "You are not in this room, nor invited to it.")
const notKickable = make(403, "M_UNKNOWN", "Only who is joined or invited can be kicked.")
const notBanned = make(400, "M_UNKNOWN", "Only who is banned can be unbanned.")
const badJson = make(400, "M_BAD_JSON", "The body is not as it should be.")

export const dendrite: Flavour = {
  ...synapse,
  name: "dendrite",
  specVersions: ["r0.0.1", "r0.1.0", "r0.2.0", "r0.3.0", "r0.4.0", "r0.5.0", "r0.6.1", "v1.0", "v1.1", "v1.2"],
  cells: {
    join: { join: "nothing", ban: banned },
    invite: { ban: banned },
    leave: { none: notThere, leave: notThere, ban: notThere, knock: notThere },
    kick: { none: notKickable, leave: notKickable, ban: notKickable, knock: notKickable },
    unban: { none: notBanned, invite: notBanned, join: notBanned, leave: notBanned, knock: notBanned },
    forget: { invite: "nothing", knock: "nothing" }
  },
  first: (situation) => actorAtFault(situation),
  hears: (action, body) => heard(action, Body.object(body, { mayBeEmpty: true }), body),
  unreadable: badJson,
  address: (body, room) => addressAtFault(body, room),
  aliasNotFound: make(500, "M_UNKNOWN", "That alias leads nowhere."),
  knocks: false,
  bareErrors: true,
  retryAfterHeader: false,
  joinPatience: 20_000
}

/** A leave is not read at all, a join if it can be, and for an address no token of the identity server is asked. */
const heard = (action: Action, body: Result.Result<Content, Refusal>, text: string): string => {
  if (action === "leave") return ""
  if (action === "join") return Result.isSuccess(body) ? text : ""
  return action === "invite" && Result.isSuccess(body) && "id_server" in body.success
    ? JSON.stringify({ id_access_token: "", ...body.success })
    : text
}

/** Who acts on others has to be in the room, and to kick also has to have the power, before it matters on whom. */
const actorAtFault = ({ action, room, sender, target }: Situation): Cell | undefined => {
  if (action === "forget") return room === undefined ? forbidden("There is no such room.") : undefined
  if (action === "join" || action === "leave" || action === "knock") return undefined
  if (room === undefined || membership(room, sender) !== "join")
    return forbidden("You are not in this room.", "NOT_JOINED")
  return action === "kick" && sender !== target && Power.ofUser(room, sender) < Power.toAct(room, "kick")
    ? forbidden("You have too little power to kick.", "INSUFFICIENT_POWER")
    : undefined
}

/** The identity servers that Dendrite trusts unless told otherwise. */
const trusted: ReadonlyArray<unknown> = ["matrix.org", "vector.im"]

const addressAtFault = (body: Content, room: Room.Room | undefined): Refusal | undefined => {
  const given = ["address", "id_server", "medium"].filter((key) => typeof body[key] === "string" && body[key] !== "")
  if (given.length === 0) return undefined
  if (given.length < 3) return badJson
  if (!trusted.includes(body["id_server"]))
    return make(400, "M_SERVER_NOT_TRUSTED", "That identity server is not trusted.")
  return room === undefined ? make(404, "M_NOT_FOUND", "There is no such room.") : undefined
}
