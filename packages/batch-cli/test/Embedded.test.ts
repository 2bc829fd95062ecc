import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import { Credentials, MatrixId, Membership } from "@matrix-membership/core"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Embedded from "../src/Embedded.ts"
import { batchCli } from "./Invocation.ts"
import { plan, planOf } from "./Stage.ts"

const invites = (count: number, room = "!hall:x") =>
  Array.from({ length: count }, (_, index) => `invite ${room} @guest${index}:x`)

describe("the server made from a plan", () => {
  it("has the plan's rooms, each once, by the names it has in the plan", () => {
    const { rooms } = Embedded.seed(plan("invite !a:x @bob:x", "join #b:x", "leave !c:x", "invite !a:x @cem:x"))
    assert.deepStrictEqual(
      rooms.map(({ name }) => name),
      ["!a:x", "#b:x", "!c:x"]
    )
  })
  it("has everybody where the first row about them in a room takes them to be", () => {
    const { rooms } = Embedded.seed(
      plan(
        "invite !a:x @bob:x",
        "leave !b:x",
        "join !c:x",
        "leave !c:x",
        "forget !d:x",
        "join !d:x",
        "kick !a:x @cem:x",
        "ban !a:x @dan:x",
        "unban !a:x @eve:x",
        "invite !a:x @eve:x",
        "ban !a:x @eve:x",
        "kick !a:x @bob:x"
      )
    )
    assert.deepStrictEqual(
      rooms.map(({ members }) => members),
      [
        { "@organiser:x": "join", "@cem:x": "join", "@dan:x": "join", "@eve:x": "ban" },
        { "@organiser:x": "join" },
        {},
        { "@organiser:x": "leave" }
      ]
    )
  })
  it("has rooms to knock at, into which those who join are invited", () => {
    const { rooms } = Embedded.seed(
      planOf([
        { operation: "knock", room: "!a:x" },
        { operation: "join", room: "!a:x", user: "@bob:x", as: "@bob:x" },
        { operation: "join", room: "!b:x" }
      ])
    )
    assert.deepStrictEqual(
      rooms.map(({ isClosed, members }) => [isClosed, members]),
      [
        [true, { "@bob:x": "invite" }],
        [false, {}]
      ]
    )
  })
  it("knows the users that rows act as, who are where they act", () => {
    const { actors, moderators, rooms, serverName } = Embedded.seed(
      planOf([
        { operation: "kick", room: "!a:z", user: "@bob:y", as: "@mia:x" },
        { operation: "leave", room: "!a:z", as: "@ned:x" }
      ])
    )
    assert.deepStrictEqual([actors, moderators, serverName], [["@mia:x", "@ned:x"], ["@mia:x"], "x"])
    assert.deepStrictEqual(
      rooms.map(({ members }) => members),
      [{ "@mia:x": "join", "@bob:y": "join", "@ned:x": "join" }]
    )
  })
  it("belongs to the domain of the plan's people", () => {
    assert.strictEqual(Embedded.seed(plan("invite !a:rooms.org @bob:people.org:8448")).serverName, "people.org:8448")
    assert.strictEqual(Embedded.seed(plan("join #a:rooms.org")).serverName, "rooms.org")
    assert.strictEqual(Embedded.seed(plan("join !a")).serverName, "localhost")
  })
  it("has a sender of its own, or the one whom rows about the sender name", () => {
    assert.strictEqual(Embedded.seed(plan("invite !a:x @bob:x", "join !b:x")).sender, "@organiser:x")
    assert.strictEqual(Embedded.seed(plan("invite !a:x @bob:y", "join !b:x @amira:z")).sender, "@amira:z")
    assert.strictEqual(Embedded.seed(plan("invite !a:x @bob:y", "join !b:x @amira:z")).serverName, "z")
  })
  it("has one invitee of twelve in the room already", () => {
    const { rooms } = Embedded.seed(plan(...invites(30), ...invites(11, "!attic:x")))
    assert.deepStrictEqual(
      rooms.map(({ members }) => Object.keys(members)),
      [["@organiser:x", "@guest11:x", "@guest23:x"], ["@organiser:x"]]
    )
  })
  it.prop(
    "is the same for the same plan",
    [Schema.Array(Schema.Literals(["invite !a:x @bob:x", "join !a:x", "forget #b:x", "invite #b:x @cem:y"]))],
    ([rows]) => {
      if (rows.length > 0) assert.deepStrictEqual(Embedded.seed(plan(...rows)), Embedded.seed(plan(...rows)))
    }
  )
})

describe("the server", () => {
  it.live("answers on loopback for as long as the scope lasts, and takes the token it gives", () =>
    Effect.gen(function* () {
      const url = yield* Effect.gen(function* () {
        const { accessToken, baseUrl } = yield* Embedded.start(plan("leave !hall:x", ...invites(12, "#attic:x")))
        assert.strictEqual(baseUrl.hostname, "127.0.0.1")
        yield* Effect.gen(function* () {
          const membership = yield* Membership
          assert.strictEqual((yield* membership.whoami).userId, "@organiser:x")
          const attic = yield* membership.getRoomIdByAlias({ roomAlias: MatrixId.RoomAlias.make("#attic:x") })
          const joined = yield* membership.getJoinedRooms
          assert.sameMembers([...joined], ["!hall:x", attic])
          const members = yield* membership.getJoinedMembersByRoom({ roomId: attic })
          assert.sameMembers([...members.keys()], ["@organiser:x", "@host:x", "@guest11:x"])
        }).pipe(
          Effect.provide(
            Membership.layer({ homeserver: baseUrl }).pipe(
              Layer.provide([Credentials.layer(accessToken), NodeHttpClient.layerUndici])
            )
          )
        )
        return baseUrl
      }).pipe(Effect.scoped)
      const error = yield* Effect.flip(HttpClient.get(new URL("/_matrix/client/versions", url)))
      assert.strictEqual(error.reason._tag, "TransportError")
    }).pipe(Effect.provide(FetchHttpClient.layer))
  )
  it.live("lets every row of a plan with all operations come true", () =>
    Effect.gen(function* () {
      const stdin = [
        "operation,room,user,address,as",
        "invite,#hall:x,@ann:x,,",
        "invite,#hall:x,,ann@example.org,",
        "kick,#hall:x,@bob:x,,@mia:x",
        "ban,!attic:x,@bob:x,,",
        "unban,#hall:x,@cem:x,,@mia:x",
        "invite,#hall:x,@cem:x,,@mia:x",
        "join,#hall:x,,,@cem:x",
        "leave,#hall:x,@dan:x,,@dan:x",
        "forget,#hall:x,,,@dan:x",
        "knock,!closed:x,,,@mia:x",
        "join,!closed:x,,,"
      ].join("\n")
      const ended = yield* batchCli(["apply", "-", "--homeserver", "embedded", "--yes", "--json"], { stdin })
      const outcomes = ended.stdout
        .trimEnd()
        .split("\n")
        .flatMap((line) => /"outcome":"(\w+)"/.exec(line)?.[1] ?? [])
      assert.deepStrictEqual(
        outcomes,
        Array.from({ length: 11 }, () => "done"),
        ended.stdout + ended.stderr
      )
      assert.strictEqual(ended.exitCode, 0)
    }).pipe(Effect.provide(NodeHttpClient.layerUndici))
  )
  it.live("lets the sender come back into a room they have left", () =>
    Effect.gen(function* () {
      const stdin = "operation,room\nleave,#hall:x\njoin,#hall:x\n"
      const ended = yield* batchCli(["apply", "-", "--homeserver", "embedded"], { stdin })
      assert.strictEqual(ended.exitCode, 0, ended.stdout)
    }).pipe(Effect.provide(NodeHttpClient.layerUndici))
  )
})
