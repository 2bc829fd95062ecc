import { assert, describe, it } from "@effect/vitest"
import { MemberEvent } from "@matrix-membership/core"
import { type Operation, operations } from "../../src/plan/PlanRow.ts"
import * as Goal from "../../src/preflight/Goal.ts"

type State = MemberEvent.MembershipState
const states = MemberEvent.MembershipState.literals

/** What each operation finds to be so already. */
const met: { readonly [O in Operation]: ReadonlyArray<State> } = {
  invite: ["invite", "join"],
  join: ["join"],
  knock: ["knock", "invite", "join"],
  leave: ["leave"],
  forget: [],
  kick: ["leave", "ban"],
  ban: ["ban"],
  unban: ["leave", "invite", "join", "knock"]
}

describe.each(operations)("%s", (operation) => {
  it.each(states.map((state) => ({ state, left: met[operation].includes(state) ? "nothing" : "something" })))(
    "from $state, $left is left to do",
    ({ left, state }) => {
      assert.strictEqual(Goal.met(operation, state) === undefined, left === "something")
    }
  )
  it("has something to do where nobody knows the membership", () => {
    assert.isUndefined(Goal.met(operation, undefined))
  })
  it("has nothing left to do after it was done, unless that shows nowhere", () => {
    const after = Goal.after(operation)
    if (operation === "forget") assert.isUndefined(after)
    else assert.isString(Goal.met(operation, after))
  })
})

it("says what was so already", () => {
  assert.strictEqual(Goal.met("invite", "join"), "already joined")
  assert.strictEqual(Goal.met("invite", "invite"), "already invited")
  assert.strictEqual(Goal.met("leave", "leave"), "not in the room")
})
