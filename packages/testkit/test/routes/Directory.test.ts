import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import { forbidden, inMemory, ok, path, populated } from "../Stage.ts"
import { get, key, talk, verdict } from "../Talk.ts"

const place = (alias: string) => `/_matrix/client/v3/directory/room/${encodeURIComponent(alias)}`
const find = (alias: string) => talk("GET", place(alias))
const put = (alias: string, body: object, token?: string) =>
  Effect.map(talk("PUT", place(alias), { body, ...(token === undefined ? {} : { token }) }), verdict)
const remove = (alias: string, token: string) => Effect.map(talk("DELETE", place(alias), { token }), verdict)
const goBy = (roomId: string, token: string, content: object) =>
  Effect.map(
    talk("PUT", `/_matrix/client/v3${path("state/m.room.canonical_alias/", roomId)}`, { token, body: content }),
    verdict
  )

const named = Effect.gen(function* () {
  const stage = yield* populated
  assert.strictEqual(yield* put("#hall:localhost", { room_id: stage.roomId }, stage.tokens.plain), ok)
  return stage
})

describe("a name", () => {
  it.effect("leads to its room, whoever asks, until it is taken away", () =>
    Effect.gen(function* () {
      const { roomId, tokens } = yield* named
      assert.deepStrictEqual((yield* find("#hall:localhost")).body, { room_id: roomId, servers: ["localhost"] })
      assert.strictEqual(yield* remove("#hall:localhost", tokens.plain), ok)
      assert.strictEqual(verdict(yield* find("#hall:localhost")), "404 M_NOT_FOUND")
      assert.strictEqual(yield* remove("#hall:localhost", tokens.plain), "404 M_NOT_FOUND")
    }).pipe(inMemory)
  )

  it.effect("tells the servers that it was given with, and those in the room", () =>
    Effect.gen(function* () {
      const { fake, tokens } = yield* populated
      const roomId = yield* fake.createRoom({ creator: "admin", members: { "@a:other.org": "join" } })
      yield* put("#far:localhost", { room_id: roomId, servers: ["third.org"] }, tokens.admin)
      assert.deepStrictEqual(key(yield* find("#far:localhost"), "servers"), ["localhost", "other.org", "third.org"])
    }).pipe(inMemory)
  )

  it.effect("is given by whoever is in the room, and nobody else but an administrator of the server", () =>
    Effect.gen(function* () {
      const { fake, roomId, tokens } = yield* populated
      const { accessToken: root } = yield* fake.register("root", { admin: true })
      const { accessToken: guest } = yield* fake.register("guest", { guest: true })
      assert.strictEqual(yield* put("#a:localhost", { room_id: roomId }, tokens.plain), ok)
      assert.strictEqual(yield* put("#b:localhost", { room_id: roomId }, tokens.outsider), forbidden)
      assert.strictEqual(yield* put("#b:localhost", { room_id: roomId }, guest), "403 M_GUEST_ACCESS_FORBIDDEN")
      assert.strictEqual(yield* put("#b:localhost", { room_id: roomId }), "401 M_MISSING_TOKEN")
      assert.strictEqual(yield* put("#b:localhost", { room_id: roomId }, root), ok)
    }).pipe(inMemory)
  )

  it.effect("is taken away by who gave it, who could choose the main name, or an administrator", () =>
    Effect.gen(function* () {
      const { fake, roomId, tokens } = yield* named
      const { accessToken: root } = yield* fake.register("root", { admin: true })
      const { accessToken: other } = yield* fake.register("other")
      assert.strictEqual(yield* remove("#hall:localhost", tokens.outsider), forbidden)
      assert.strictEqual(yield* remove("#hall:localhost", other), forbidden)
      for (const token of [tokens.mod, root, tokens.plain]) {
        assert.strictEqual(yield* remove("#hall:localhost", token), ok)
        yield* put("#hall:localhost", { room_id: roomId }, tokens.plain)
      }
    }).pipe(inMemory)
  )

  it.effect.each([
    { name: "no alias", alias: "hall", answer: "400 M_INVALID_PARAM" },
    { name: "the alias of no server", alias: "#hall:", answer: "400 M_INVALID_PARAM" },
    { name: "one with a space", alias: "#my hall:localhost", answer: "400 M_UNKNOWN" },
    { name: "another server's", alias: "#hall:other.org", answer: "400 M_UNKNOWN" },
    { name: "one of more than 255 characters", alias: `#${"x".repeat(250)}:localhost`, answer: "400 M_INVALID_PARAM" },
    { name: "one that is taken", alias: "#hall:localhost", answer: "409 M_UNKNOWN" }
  ])("is not $name", ({ alias, answer }) =>
    Effect.gen(function* () {
      const { roomId, tokens } = yield* named
      assert.strictEqual(yield* put(alias, { room_id: roomId }, tokens.admin), answer)
    }).pipe(inMemory)
  )

  it.effect("is for a room that there is, which is asked even before who is calling", () =>
    Effect.gen(function* () {
      const refused = (body: object) => put("#a:localhost", body)
      assert.strictEqual(yield* refused({}), "400 M_MISSING_PARAM")
      assert.strictEqual(yield* refused({ room_id: 5 }), "400 M_BAD_JSON")
      assert.strictEqual(yield* refused({ room_id: "!a:b", servers: [5] }), "400 M_BAD_JSON")
      assert.strictEqual(yield* refused({ room_id: "!a:b" }), "400 M_UNKNOWN")
    }).pipe(inMemory)
  )
})

describe("the names of a room", () => {
  it.effect("are for its members, unless the world may read it", () =>
    Effect.gen(function* () {
      const { roomId, tokens } = yield* named
      yield* put("#second:localhost", { room_id: roomId }, tokens.admin)
      const names = (token: string) => get(path("aliases", roomId), token)
      assert.deepStrictEqual((yield* names(tokens.plain)).body, { aliases: ["#hall:localhost", "#second:localhost"] })
      assert.strictEqual(verdict(yield* names(tokens.outsider)), forbidden)
      yield* talk("PUT", `/_matrix/client/v3${path("state/m.room.history_visibility/", roomId)}`, {
        token: tokens.admin,
        body: { history_visibility: "world_readable" }
      })
      assert.strictEqual(verdict(yield* names(tokens.outsider)), ok)
    }).pipe(inMemory)
  )
})

describe("the name a room goes by", () => {
  it.effect.each([
    { name: "leads nowhere", content: { alias: "#none:localhost" }, answer: "400 M_BAD_ALIAS" },
    { name: "leads elsewhere", content: { alias: "#elsewhere:localhost" }, answer: "400 M_BAD_ALIAS" },
    { name: "is no alias", content: { alias: "hall" }, answer: "400 M_INVALID_PARAM" },
    { name: "is no text", content: { alias: 5 }, answer: "400 M_INVALID_PARAM" },
    { name: "cannot be looked up", content: { alias: "#hall:other.org" }, answer: "502 M_UNKNOWN" },
    {
      name: "has others beside it that are no list",
      content: { alt_aliases: "#hall:localhost" },
      answer: "400 M_INVALID_PARAM"
    },
    {
      name: "has others beside it that lead nowhere",
      content: { alt_aliases: ["#none:localhost"] },
      answer: "400 M_BAD_ALIAS"
    }
  ])("is refused when it $name", ({ answer, content }) =>
    Effect.gen(function* () {
      const { fake, roomId, tokens } = yield* named
      yield* fake.createRoom({ creator: "admin", alias: "elsewhere" })
      assert.strictEqual(yield* goBy(roomId, tokens.admin, content), answer)
      assert.isFalse((yield* fake.timeline(roomId)).some(({ type }) => type === "m.room.canonical_alias"))
    }).pipe(inMemory)
  )

  it.effect("may be any that leads to it, or none", () =>
    Effect.gen(function* () {
      const { roomId, tokens } = yield* named
      const both = { alias: "#hall:localhost", alt_aliases: ["#hall:localhost"] }
      for (const content of [both, {}, { alias: "" }, { alias: null }])
        assert.strictEqual(yield* goBy(roomId, tokens.admin, content), ok)
    }).pipe(inMemory)
  )

  it.effect("goes with the name that is taken away, if who takes it could choose another", () =>
    Effect.gen(function* () {
      const { roomId, tokens } = yield* named
      const content = Effect.map(get(path("state/m.room.canonical_alias/", roomId), tokens.admin), ({ body }) => body)
      yield* put("#kept:localhost", { room_id: roomId }, tokens.admin)
      const all = { alias: "#hall:localhost", alt_aliases: ["#kept:localhost", "#hall:localhost"], more: 1 }
      yield* goBy(roomId, tokens.admin, all)
      yield* remove("#hall:localhost", tokens.plain)
      assert.deepStrictEqual(yield* content, all)
      // What was there before may stay, although it leads nowhere now.
      assert.strictEqual(yield* goBy(roomId, tokens.admin, { ...all, more: 2 }), ok)
      yield* put("#hall:localhost", { room_id: roomId }, tokens.admin)
      yield* remove("#hall:localhost", tokens.admin)
      assert.deepStrictEqual(yield* content, { alt_aliases: ["#kept:localhost"], more: 2 })
      yield* remove("#kept:localhost", tokens.admin)
      assert.deepStrictEqual(yield* content, { more: 2 })
    }).pipe(inMemory)
  )

  it.effect("is looked at in a new room, too, which is left unfurnished when it does not fit", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken: token } = yield* fake.register("alice")
      const create = (alias: string) =>
        talk("POST", "/_matrix/client/v3/createRoom", {
          token,
          body: { room_alias_name: "mine", initial_state: [{ type: "m.room.canonical_alias", content: { alias } }] }
        })
      assert.strictEqual(verdict(yield* create("#none:localhost")), "400 M_BAD_ALIAS")
      const made = String(key(yield* find("#mine:localhost"), "room_id"))
      const types = (yield* fake.timeline(made)).map(({ type }) => type)
      assert.deepStrictEqual(types, ["m.room.create", "m.room.member"])
    }).pipe(inMemory)
  )
})
