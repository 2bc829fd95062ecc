/** tuwunel, as its sources of 2026 have it, and with it much of the Conduit family. */
import * as Result from "effect/Result"
import * as Body from "../Body.ts"
import type { Content } from "../rules/Event.ts"
import { forbidden, make } from "../rules/Refusal.ts"
import type { Cell, Flavour, Situation } from "./Flavour.ts"
import { synapse } from "./Synapse.ts"

const banned = forbidden("The user is banned from this room.")
const notThere = forbidden("Only who is in the room, invited or knocking can be kicked.")
const notBanned = forbidden("Only who is banned can be unbanned.")
const badJson = make(400, "M_BAD_JSON", "The body is not as it should be.")

export const tuwunel: Flavour = {
  ...synapse,
  name: "tuwunel",
  specVersions: [
    ...["r0.0.1", "r0.1.0", "r0.2.0", "r0.3.0", "r0.4.0", "r0.5.0", "r0.6.0", "r0.6.1"],
    ...Array.from({ length: 19 }, (_, index) => `v1.${index + 1}`)
  ],
  cells: {
    join: { join: "nothing", ban: banned },
    knock: { knock: "nothing", ban: banned },
    invite: { ban: banned },
    leave: { none: "nothing", leave: "nothing", ban: "nothing" },
    kick: { none: notThere, leave: notThere, ban: notThere },
    unban: { none: notBanned, invite: notBanned, join: notBanned, leave: notBanned, knock: notBanned }
  },
  first: (situation) => beforeCell(situation),
  // An invite by somebody whom the invitee ignores looks like any other to its sender, unless there is a ban.
  last: ({ action, ignores, sender, target }) =>
    action === "invite" && ignores(target, sender) ? "nothing" : undefined,
  hears: (action, body) => (action === "invite" ? withoutAddress(body) : body),
  unreadable: badJson,
  address: (body) => {
    if ("user_id" in body) return undefined
    const given = ["address", "id_access_token", "id_server", "medium"].every((key) => typeof body[key] === "string")
    return given ? make(403, "M_THREEPID_DENIED", "Addresses cannot be invited here.") : badJson
  }
}

const beforeCell = ({ action, ignores, sender, target }: Situation): Cell | undefined => {
  if ((action === "kick" || action === "ban") && sender === target) return forbidden(`Nobody can ${action} themselves.`)
  return action === "invite" && ignores(sender, target) ? "nothing" : undefined
}

/** A `user_id` counts more than an address beside it. */
const withoutAddress = (text: string): string => {
  const body = Body.object(text, { mayBeEmpty: true })
  if (Result.isFailure(body) || !("user_id" in body.success)) return text
  const { address: _, medium: __, ...others }: Content = body.success
  return JSON.stringify(others)
}
