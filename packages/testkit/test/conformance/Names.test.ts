import { assert, describe, it } from "@effect/vitest"
import * as Names from "../../conformance/Names.ts"

const introduced = () => {
  const names = Names.make()
  names.define("bob", "@bob-1x:localhost")
  names.define("bob.localpart", "bob-1x")
  names.define("main", "!abcdefghijklmnopqr:localhost")
  names.define("server", "localhost")
  return names
}

describe("names", () => {
  it("are filled in wherever they stand in a JSON value, in keys too", () => {
    assert.deepStrictEqual(introduced().fillJson({ users: { "{bob}": [1, "{main}"] }, on: "{server}" }), {
      users: { "@bob-1x:localhost": [1, "!abcdefghijklmnopqr:localhost"] },
      on: "localhost"
    })
  })

  it("that nothing has defined are an error", () => {
    assert.throws(() => introduced().fill("/rooms/{other}/join"), /\{other\}/u)
  })

  it("leave braces alone that hold no name", () => {
    assert.strictEqual(introduced().fill('{"a": {}}'), '{"a": {}}')
  })
})

describe("what came back", () => {
  it("is told by name, so that two servers that chose other ids gave the same answer", () => {
    assert.deepStrictEqual(
      introduced().canonical({
        room_id: "!abcdefghijklmnopqr:localhost",
        sender: "@bob-1x:localhost",
        displayname: "bob-1x",
        event_id: "$0123456789012345678901234567890123456789012",
        origin_server_ts: 17,
        error: "You cannot",
        errcode: "M_FORBIDDEN"
      }),
      {
        errcode: "M_FORBIDDEN",
        error: "<string>",
        displayname: "{bob.localpart}",
        event_id: "<event id>",
        origin_server_ts: "<number>",
        room_id: "{main}",
        sender: "{bob}"
      }
    )
  })

  it("keeps what a machine reads: memberships, levels, booleans, null", () => {
    const content = { membership: "ban", ban: 50, soft_logout: false, avatar_url: null, device_id: null }
    assert.deepStrictEqual(introduced().canonical(content), content)
  })

  it("lists rooms and state events in an order of their own, and no room of another play", () => {
    const names = introduced()
    assert.deepStrictEqual(
      names.canonical({ joined_rooms: ["!zzzzzzzzzzzzzzzzzz:localhost", "!abcdefghijklmnopqr:localhost"] }),
      {
        joined_rooms: ["{main}"]
      }
    )
    const event = (key: string) => ({ type: "m.room.member", state_key: key })
    assert.deepStrictEqual(names.canonical({ chunk: [event("b"), event("a")] }), { chunk: [event("a"), event("b")] })
  })

  it("tells a room id with a server from one without", () => {
    const names = introduced()
    assert.notDeepEqual(
      names.canonical("!0123456789abcdefgh:localhost"),
      names.canonical("!0123456789012345678901234567890123456789abc")
    )
  })
})
