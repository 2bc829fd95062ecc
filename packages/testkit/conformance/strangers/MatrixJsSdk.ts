/**
 * What matrix-js-sdk makes of the fake: three of its clients on the address given as argument, and what each of them
 * reports of rooms it is invited to, joins, is made to leave and forgets. A line in the end counts what was found true.
 */
import { deepStrictEqual } from "node:assert/strict"
import { setTimeout } from "node:timers/promises"
import {
  createClient,
  Direction,
  HistoryVisibility,
  JoinRule,
  type MatrixClient,
  MatrixError,
  MsgType,
  Preset,
  type Room,
  SyncState
} from "matrix-js-sdk"

const [, , baseUrl = ""] = process.argv
let checks = 0

const equal = (found: unknown, expected: unknown, what: string): void => {
  deepStrictEqual(found, expected, `${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`)
  checks += 1
}

/** Clients learn of things by and by. */
const comes = async (found: () => unknown, expected: unknown, what: string): Promise<void> => {
  for (let waited = 0; waited < 10_000 && found() !== expected; waited += 10) await setTimeout(10)
  equal(found(), expected, what)
}

const refused = async (call: Promise<unknown>, errcode: string, what: string): Promise<void> => {
  const error: unknown = await call.then(
    () => "success",
    (reason: unknown) => (reason instanceof MatrixError ? reason.errcode : reason)
  )
  equal(error, errcode, what)
}

/** Registers in two steps, as the specification has it, and logs in anew. */
const person = async (username: string): Promise<MatrixClient> => {
  const stranger = createClient({ baseUrl })
  const details = { username, password: "a password" }
  const flows: unknown = await stranger.registerRequest(details).catch((reason: unknown) => reason)
  if (!(flows instanceof MatrixError)) throw new Error("registered without authentication")
  equal(flows.data["flows"], [{ stages: ["m.login.dummy"] }], "the ways to register")
  const { session } = flows.data
  await stranger.registerRequest({ ...details, auth: { type: "m.login.dummy", session } })
  const { access_token, device_id, user_id } = await stranger.loginRequest({
    type: "m.login.password",
    identifier: { type: "m.id.user", user: username },
    password: details.password
  })
  const client = createClient({ baseUrl, accessToken: access_token, deviceId: device_id, userId: user_id })
  await client.startClient({ initialSyncLimit: 10 })
  await comes(() => client.getSyncState(), SyncState.Syncing, `${username}'s sync`)
  return client
}

const alice = await person("js-alice")
const bob = await person("js-bob")
const carol = await person("js-carol")
const bobId = bob.getSafeUserId()
const clients = [alice, bob, carol]

const { room_id: roomId } = await alice.createRoom({ preset: Preset.PrivateChat, name: "Strangers", topic: "welcome" })

const roomOf = (client: MatrixClient, id = roomId): Room | null => client.getRoom(id)
const mine = (client: MatrixClient, id = roomId) => comes.bind(undefined, () => roomOf(client, id)?.getMyMembership())
const bobs = (membership: string, after: string) => mine(bob)(membership, `bob's membership after ${after}`)
const memberOf = (client: MatrixClient, userId: string) => roomOf(client)?.getMember(userId)

await mine(alice)("join", "alice's membership in her new room")
await comes(() => roomOf(alice)?.name, "Strangers", "the name of the room")

await alice.invite(roomId, bobId, "come in")
await bobs("invite", "an invite")
equal(roomOf(bob)?.name, "Strangers", "the name of the room one is invited to")
equal(memberOf(bob, bobId)?.events.member?.getSender(), alice.getUserId(), "who invited bob")
await comes(() => memberOf(alice, bobId)?.membership, "invite", "bob as alice sees him")

await bob.joinRoom(roomId)
await bobs("join", "joining")
await comes(() => memberOf(alice, bobId)?.membership, "join", "bob as alice sees him")
equal(Object.keys((await alice.getJoinedRoomMembers(roomId)).joined).length, 2, "how many are joined")
equal((await bob.getJoinedRooms()).joined_rooms, [roomId], "bob's rooms")

const { event_id: eventId } = await alice.sendMessage(roomId, { msgtype: MsgType.Text, body: "hello" })
await comes(() => roomOf(bob)?.findEventById(eventId)?.getContent()["body"], "hello", "what bob reads")
await alice.redactEvent(roomId, eventId)
await comes(() => roomOf(bob)?.findEventById(eventId)?.isRedacted(), true, "the message is taken back")

await alice.kick(roomId, bobId, "for a while")
await bobs("leave", "a kick")
equal(memberOf(bob, bobId)?.events.member?.getContent()["reason"], "for a while", "why bob was kicked")

await alice.ban(roomId, bobId, "for good")
await bobs("ban", "a ban")
await refused(bob.joinRoom(roomId), "M_BAD_STATE", "joining while banned")
await refused(alice.invite(roomId, bobId), "M_BAD_STATE", "inviting while banned")

await alice.unban(roomId, bobId)
await bobs("leave", "the end of the ban")
await refused(bob.joinRoom(roomId), "M_FORBIDDEN", "joining without an invite")

await alice.invite(roomId, bobId)
await bobs("invite", "a second invite")
await bob.joinRoom(roomId)
await bobs("join", "joining again")
await bob.leave(roomId)
await bobs("leave", "leaving")
equal((await bob.members(roomId)).chunk?.length, 2, "the members as bob left them")
await bob.forget(roomId)
equal(roomOf(bob), null, "a forgotten room")
await refused(bob.members(roomId), "M_FORBIDDEN", "the members of a forgotten room")
equal((await bob.getJoinedRooms()).joined_rooms, [], "bob's rooms in the end")

const { room_id: hallId } = await alice.createRoom({
  initial_state: [
    { type: "m.room.join_rules", state_key: "", content: { join_rule: JoinRule.Knock } },
    { type: "m.room.history_visibility", state_key: "", content: { history_visibility: HistoryVisibility.Joined } }
  ]
})
await alice.sendTextMessage(hallId, "before")
await carol.knockRoom(hallId, { reason: "please" })
await mine(carol, hallId)("knock", "carol's membership after knocking")
await alice.invite(hallId, carol.getSafeUserId())
await mine(carol, hallId)("invite", "carol's membership once she is let in")
await carol.joinRoom(hallId)
await mine(carol, hallId)("join", "carol's membership")
await alice.sendTextMessage(hallId, "after")
const { chunk } = await carol.createMessagesRequest(hallId, null, 50, Direction.Backward)
const texts = chunk.filter(({ type }) => type === "m.room.message").map(({ content }) => content["body"])
equal(texts, ["after"], "what carol may read")

for (const client of clients) client.stopClient()
await bob.logout(true)
await refused(bob.whoami(), "M_UNKNOWN_TOKEN", "a token after logging out")

process.stdout.write(`\n${checks} checks\n`)
process.exit(0)
