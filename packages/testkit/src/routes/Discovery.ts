/** What a server says of itself before anything else is asked of it. */

import type { Flavour } from "../flavours/Flavour.ts"
import * as PushRules from "../PushRules.ts"
import type { Call, Reply, Route } from "../Route.ts"
import { authorised, ok, open } from "../Route.ts"
import type { Content } from "../rules/Event.ts"
import * as RoomVersion from "../rules/RoomVersion.ts"
import * as Turn from "../Turn.ts"
import type * as World from "../World.ts"

/** Where the caller has just found it; a door without an address has only the server's name. */
const wellKnown = (world: World.World, { headers }: Call): Turn.Turn<Reply> =>
  Turn.succeed(world, ok({ "m.homeserver": { base_url: `http://${headers["host"] ?? world.serverName}` } }))

const capabilities = (world: World.World, { flavour }: Call): Turn.Turn<Reply> =>
  Turn.succeed(world, ok({ capabilities: { ...unchanging, ...forgetting(world, flavour) } }))

/** Synapse has another name for it yet. */
const forgetting = ({ forgetsOnLeave }: World.World, { name }: Flavour): Content => {
  const key = name === "synapse" ? "org.matrix.msc4267.forget_forced_upon_leave" : "m.forget_forced_upon_leave"
  return forgetsOnLeave ? { [key]: { enabled: true } } : {}
}

const unchanging: Content = {
  "m.room_versions": {
    default: RoomVersion.defaultId,
    available: Object.fromEntries(RoomVersion.ids.map((id) => [id, "stable"]))
  },
  "m.change_password": { enabled: false },
  "m.set_displayname": { enabled: true },
  "m.set_avatar_url": { enabled: true },
  "m.profile_fields": { enabled: true, allowed: ["displayname", "avatar_url"] },
  "m.3pid_changes": { enabled: false },
  "m.get_login_token": { enabled: false }
}

const always =
  (reply: Reply) =>
  (world: World.World): Turn.Turn<Reply> =>
    Turn.succeed(world, reply)

const guests = { guests: true }

export const routes: ReadonlyArray<Route> = [
  open("GET", "/.well-known/matrix/client", wellKnown, "root"),
  authorised("GET", "/capabilities", capabilities, guests),
  authorised("GET", "/pushrules/", always(ok(PushRules.content))),
  // No call is relayed here, and an empty answer says so.
  authorised("GET", "/voip/turnServer", always(ok()), guests)
]
