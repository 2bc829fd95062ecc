import { assert, describe, it } from "@effect/vitest"
import * as Option from "effect/Option"
import * as MatrixId from "../src/MatrixId.ts"

const accepts = (schema: { makeOption(input: string): Option.Option<string> }, id: string) =>
  Option.isSome(schema.makeOption(id))

describe("RoomId", () => {
  it.each(["!abc:example.org", "!x", "!HukqM4mo0EXdpJrYGVR8gWVGVgoBZu-7BB5T2NWYvfE", "!a/b?c#d%:[::1]:8448"])(
    "takes %s",
    (id) => assert.isTrue(accepts(MatrixId.RoomId, id))
  )
  it.each(["", "!", "abc:example.org", "#hall:example.org", "!a\0b:x", "!\ud800:x"])("refuses %j", (id) =>
    assert.isFalse(accepts(MatrixId.RoomId, id))
  )
  it("counts bytes of UTF-8, not characters", () => {
    assert.isTrue(accepts(MatrixId.RoomId, `!${"é".repeat(126)}:x`))
    assert.isFalse(accepts(MatrixId.RoomId, `!${"é".repeat(127)}:x`))
  })
})

describe("UserId", () => {
  it.each([
    "@alice:example.org",
    "@:example.org",
    "@Ünï cøde!:example.org:8448",
    "@a/b:[2001:db8::1]",
    "@a:127.0.0.1:1"
  ])("takes %s, historical ones included", (id) => assert.isTrue(accepts(MatrixId.UserId, id)))
  it.each(["@alice", "alice:example.org", "@alice:", "@alice:exam ple.org", "@alice:example.org:port"])(
    "refuses %j",
    (id) => assert.isFalse(accepts(MatrixId.UserId, id))
  )
})

describe("RoomAlias", () => {
  it("takes an alias with a slash in it", () => assert.isTrue(accepts(MatrixId.RoomAlias, "#hall/east:example.org")))
  it("refuses an alias without a server", () => assert.isFalse(accepts(MatrixId.RoomAlias, "#hall")))
})

describe("serverOf", () => {
  it("splits at the first colon", () =>
    assert.strictEqual(MatrixId.serverOf(MatrixId.UserId.make("@a:[::1]:8448")), "[::1]:8448"))
})
