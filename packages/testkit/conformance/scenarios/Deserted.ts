/** The last member leaves, and nobody of this server is in the room any more: who can still do what, and who comes back. */
import type { Scenario, Step } from "../Scenario.ts"
import { createRoom, other, own, type RoomOptions, read, setState } from "./Calls.ts"

const roomId = "/rooms/{main}"
const alias = "#hall-{run}:{server}"

/** One after the other by the same user, who is in none of the rooms that matter. */
const entering = (user: string): ReadonlyArray<Step> => [
  own.join(user, "main"),
  own.joinByIdOrAlias(user, "{main}"),
  { ...own.joinByIdOrAlias(user, "{main}"), query: [["via", "{server}"]] },
  { ...own.joinByIdOrAlias(user, "{main}"), query: [["server_name", "elsewhere.test"]] },
  own.joinByIdOrAlias(user, alias),
  own.knock(user, "main"),
  own.leave(user, "main"),
  own.forget(user, "main"),
  own.join(user, "main")
]

const reading = (user: string): ReadonlyArray<Step> => [
  ...["/members", "/joined_members", "/state", `/state/m.room.member/{${user}}`].map((rest) =>
    read(user, `${roomId}${rest}`)
  ),
  read(user, "/joined_rooms"),
  read(user, `/directory/room/${alias}`)
]

const writing = (user: string): ReadonlyArray<Step> => [
  ...(["invite", "kick", "ban", "unban"] as const).map((operation) => other[operation](user, "main", "{cid}")),
  setState(user, "main", "m.room.topic", "", { topic: "nobody" })
]

interface Case {
  readonly name: string
  readonly options?: RoomOptions
  /** What happened between the creation and the creator's leaving as the last. */
  readonly before?: ReadonlyArray<Step>
  readonly steps: ReadonlyArray<Step>
}

const forgetting = (user: string): ReadonlyArray<Step> => [
  own.forget(user, "main"),
  own.forget(user, "main"),
  ...entering(user).slice(0, 5),
  ...reading(user)
]

const joinedAndLeft = [own.join("bob", "main"), own.leave("bob", "main")]

const cases: ReadonlyArray<Case> = [
  { name: "who created it comes back", steps: entering("admin") },
  { name: "who was there comes back", before: joinedAndLeft, steps: entering("bob") },
  { name: "who never was there comes", steps: entering("cid") },
  { name: "who created it reads", steps: reading("admin") },
  { name: "who was there reads", before: joinedAndLeft, steps: reading("bob") },
  { name: "who never was there reads", steps: reading("cid") },
  { name: "who created it writes", steps: writing("admin") },
  {
    name: "an invite is accepted",
    options: { joinRule: "invite" },
    before: [other.invite("admin", "main", "{bob}")],
    steps: [own.join("bob", "main"), own.joinByIdOrAlias("bob", alias), ...reading("bob")]
  },
  {
    name: "an invite is declined",
    options: { joinRule: "invite" },
    before: [other.invite("admin", "main", "{bob}")],
    steps: [own.leave("bob", "main"), own.leave("bob", "main"), own.forget("bob", "main"), own.join("bob", "main")]
  },
  {
    name: "a knock is taken back",
    options: { joinRule: "knock" },
    before: [own.knock("bob", "main")],
    steps: [own.knock("bob", "main"), own.leave("bob", "main"), own.leave("bob", "main"), own.forget("bob", "main")]
  },
  {
    name: "who is banned comes, and forgets",
    before: [own.join("bob", "main"), other.ban("admin", "main", "{bob}")],
    steps: [...entering("bob"), ...reading("bob")]
  },
  { name: "all who were there have forgotten", before: joinedAndLeft, steps: ["admin", "bob"].flatMap(forgetting) }
]

const scenario = ({ before = [], name, options = {}, steps }: Case, version: string): Scenario => ({
  name: `deserted / ${name} / version ${version}`,
  users: ["admin", "bob", "cid"],
  setup: [
    createRoom("main", "admin", { joinRule: "public", alias: "hall", version, ...options }),
    ...before,
    own.leave("admin", "main")
  ],
  steps,
  watch: {}
})

/** Being the last is no different from leaving, for the one who leaves; and somebody else is last after a kick or a ban. */
const leaving: Scenario = {
  name: "deserted / one after the other",
  users: ["admin", "bob", "cid"],
  setup: [
    createRoom("main", "admin", { joinRule: "public", alias: "hall", levels: { bob: 100 } }),
    own.join("bob", "main"),
    own.join("cid", "main")
  ],
  steps: [
    other.kick("bob", "main", "{cid}"),
    own.leave("admin", "main"),
    own.join("admin", "main"),
    own.leave("admin", "main"),
    own.leave("bob", "main"),
    own.leave("bob", "main"),
    ...["bob", "admin", "cid"].map((user) => own.join(user, "main")),
    ...["bob", "admin", "cid"].map((user) => read(user, `${roomId}/state/m.room.member/{bob}`))
  ],
  watch: {},
  joinedRooms: ["admin", "bob", "cid"]
}

export const scenarios: ReadonlyArray<Scenario> = [
  ...["11", "12"].flatMap((version) => cases.map((each) => scenario(each, version))),
  leaving
]
