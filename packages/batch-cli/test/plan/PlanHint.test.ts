import { assert, describe, it } from "@effect/vitest"
import * as Hint from "../../src/plan/PlanHint.ts"

describe("nearest", () => {
  const operations = ["invite", "join", "leave", "forget"]
  it.each([
    ["invte", "invite"],
    ["INVITE", "invite"],
    [" invite", "invite"],
    ["inviet", "invite"],
    ["invited", "invite"],
    ["jion", "join"],
    ["joins", "join"],
    ["leav", "leave"],
    ["forgte", "forget"]
  ])("takes %j for %j", (typed, meant) => assert.strictEqual(Hint.nearest(typed, operations), meant))
  it.each(["", "kick", "ban", "in", "to", "invitation", "x".repeat(1_000_000)])("makes nothing of %.20j", (typed) =>
    assert.isUndefined(Hint.nearest(typed, operations))
  )
})

describe("user", () => {
  it.each([
    [" @bob:example.org", "@bob:example.org"],
    ["@bob:example.org\u00a0", "@bob:example.org"],
    ["bob:example.org", "@bob:example.org"],
    ["bob@example.org", "@bob:example.org"],
    ["https://matrix.to/#/@bob:example.org", "@bob:example.org"],
    ["https://matrix.to/#/%40bob%3Aexample.org?via=x", "@bob:example.org"],
    ["matrix:u/bob:example.org?action=chat", "@bob:example.org"],
    ["bob", "@bob:hall.org"],
    ["@bob", "@bob:hall.org"]
  ])("takes %j for %j", (typed, meant) => assert.strictEqual(Hint.user(typed, "#hall:hall.org"), meant))
  it.each(["", "@", "bob smith", "!abc:example.org", "#hall:example.org", "https://matrix.to/#/%", "a@b@c"])(
    "makes nothing of %j",
    (typed) => assert.isUndefined(Hint.user(typed, "!abc:hall.org"))
  )
  it("knows no server from a room without one", () => assert.isUndefined(Hint.user("bob", "!hash")))
  it("suggests nothing that would be refused", () => assert.isUndefined(Hint.user("b".repeat(300), "#hall:hall.org")))
})

describe("room", () => {
  it.each([
    ["hall:example.org", "#hall:example.org"],
    ["HukqMmoEXdpJrYGVRg:example.org", "!HukqMmoEXdpJrYGVRg:example.org"],
    ["!abc:example.org ", "!abc:example.org"],
    ["\t#hall:example.org", "#hall:example.org"],
    ["@hall:example.org", "#hall:example.org"],
    ["https://matrix.to/#/%23hall:example.org", "#hall:example.org"],
    ["https://matrix.to/#/!abc:example.org/$event?via=x", "!abc:example.org"],
    ["matrix:roomid/abc:example.org", "!abc:example.org"],
    ["matrix:r/hall:example.org", "#hall:example.org"],
    ["hall", "#hall:example.org"],
    ["#hall", "#hall:example.org"]
  ])("takes %j for %j", (typed, meant) => assert.strictEqual(Hint.room(typed, "@bob:example.org"), meant))
  it.each(["", "!", "#", "the hall", "#hall:"])("makes nothing of %j", (typed) =>
    assert.isUndefined(Hint.room(typed, "@bob:example.org"))
  )
})

describe("oneOf", () => {
  it.each([
    [["a"], "a"],
    [["a", "b"], "a or b"],
    [["a", "b", "c"], "a, b or c"]
  ])("joins %j", (words, text) => assert.strictEqual(Hint.oneOf(words), text))
})
