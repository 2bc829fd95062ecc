import { assert, describe, it } from "@effect/vitest"
import * as Wire from "@matrix-membership/testkit/Wire"

describe("a path segment", () => {
  it.each([
    { sent: "%23hall%2Feast%3Alocalhost", meant: "#hall/east:localhost" },
    { sent: "!a%25b", meant: "!a%b" },
    { sent: "%C3%A9", meant: "é" },
    { sent: "100%", meant: "100%" },
    { sent: "%zz%23", meant: "%zz#" },
    { sent: "%ff%23", meant: "\ufffd#" }
  ])("$sent means $meant", ({ meant, sent }) => assert.strictEqual(Wire.decodeSegment(sent), meant))
})
