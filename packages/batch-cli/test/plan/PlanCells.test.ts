import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { operations, traits } from "../../src/Operations.ts"
import * as PlanCells from "../../src/plan/PlanCells.ts"

const room = "!a:x"
const rowOf = (cells: PlanCells.Cells) => Result.getOrThrow(PlanCells.check(cells))
const complaints = (cells: PlanCells.Cells): ReadonlyArray<string> => {
  const checked = PlanCells.check(cells)
  return Result.isSuccess(checked) ? [] : checked.failure.map(({ field, message }) => `${field}: ${message}`)
}

describe("a row", () => {
  it.each(operations)("of %s has what the operation takes, and no more", (operation) => {
    const texts = { user: "@b:x", reason: "hi", via: "x.org", as: "@b:x", medium: "email", address: "b@x.org" } as const
    const { takes, takesByAddress } = traits[operation]
    for (const form of takesByAddress === undefined ? [takes] : [takes, takesByAddress]) {
      const all = Object.fromEntries(Object.entries(texts).filter(([name]) => name in form))
      assert.containsAllKeys(rowOf({ operation, room, ...all }), Object.keys(form))
      for (const [name, text] of Object.entries(texts)) {
        if (!(name in form)) assert.notDeepEqual(complaints({ operation, room, ...all, [name]: text }), [])
      }
    }
  })
  it.each([
    ["x.org y.org", ["x.org", "y.org"]],
    ["x.org, y.org:8448,[::1]", ["x.org", "y.org:8448", "[::1]"]]
  ])("goes through the servers in %j", (via, servers) => {
    assert.deepStrictEqual<ReadonlyArray<string> | undefined>(rowOf({ operation: "knock", room, via }).via, servers)
  })
  it.each([
    [{ address: "Ann.B@Example.ORG" }, { medium: "email", address: "ann.b@example.org" }],
    [
      { address: "+49 (170) 123-4567", medium: "msisdn" },
      { medium: "msisdn", address: "491701234567" }
    ]
  ] as const)("invites by the address in %j", (cells, expected) => {
    assert.deepInclude(rowOf({ operation: "invite", room, ...cells }), expected)
  })
})

describe("what is wrong", () => {
  const invite = { operation: "invite", room }
  it.each([
    [
      { ...invite, user: "@b:x", address: "b@x.org" },
      ["address: an invitation is for a user or for an address, not for both"]
    ],
    [
      { ...invite, user: "@b:x", address: "b@x.org", medium: "email" },
      ["medium: goes with an address", "address: an invitation is for a user or for an address, not for both"]
    ],
    [{ ...invite, user: "@b:x", medium: "email" }, ["medium: goes with an address"]],
    [{ ...invite, medium: "email" }, ["address: missing; invite needs an e-mail address such as ann@example.org"]],
    [{ ...invite, address: "b@x.org", reason: "hi" }, ["reason: an invitation by email or msisdn takes no reason"]],
    [{ ...invite, address: "b@x.org", via: "x" }, ["via: an invitation by email or msisdn takes no via"]],
    [{ ...invite, user: "@b:x", via: "x" }, ["via: invite takes no via; only join and knock do"]],
    [{ operation: "kick", room, user: "@b:x", via: "x" }, ["via: kick takes no via; only join and knock do"]],
    [
      { operation: "ban", room, address: "b@x.org" },
      [
        "user: missing; ban needs a user id such as @alice:example.org",
        "address: ban takes no address; only invite does"
      ]
    ],
    [
      { operation: "join", room, user: "@b:x", as: "@c:x" },
      ["user: only they can join, and @c:x is to act; leave the user empty, or put @b:x under as"]
    ],
    [{ ...invite, address: "bob" }, ["address: expected an e-mail address such as ann@example.org"]],
    [{ ...invite, address: "@bob:x" }, ["address: expected an e-mail address such as ann@example.org; this is a user"]],
    [
      { ...invite, address: "+49 170 1234567" },
      ["address: expected an e-mail address such as ann@example.org; for a phone number the medium is msisdn"]
    ],
    [
      { ...invite, address: "b@x.org", medium: "msisdn" },
      ["address: expected a phone number with its country code such as 491701234567"]
    ],
    [{ ...invite, address: "b@x.org", medium: "e-mail" }, ["medium: expected email or msisdn; did you mean email?"]],
    [{ ...invite, address: "1", medium: "phone" }, ["medium: expected email or msisdn; did you mean msisdn?"]],
    [
      { ...invite, user: "bob@x.org" },
      [
        "user: expected a user id such as @alice:example.org; did you mean @bob:x.org? An e-mail address belongs under address"
      ]
    ],
    [
      { operation: "join", room, via: "x.org bad/ y" },
      ["via: expected server names such as example.org, 20 at most, with blanks or commas between; bad/ is none"]
    ],
    [
      { operation: "join", room, via: "," },
      ["via: expected server names such as example.org, 20 at most, with blanks or commas between"]
    ],
    [
      { operation: "join", room, via: "x ".repeat(21) },
      ["via: expected server names such as example.org, 20 at most, with blanks or commas between"]
    ],
    [
      { operation: "kick", room, user: "@b:x", as: "!a:x" },
      ["as: expected a user id such as @alice:example.org; this is a room"]
    ],
    [
      { ...invite, user: "@b:x", reason: "\u0001".repeat(10_001) },
      ["reason: expected at most 60,000 bytes, so that it fits into an event"]
    ]
  ])("with %j is told", (cells, expected) => {
    assert.deepStrictEqual(complaints(cells), expected)
  })
})
