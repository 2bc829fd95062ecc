import { assert, describe, it } from "@effect/vitest"
import { MatrixError } from "@matrix-membership/core"
import * as Outcome from "../../src/Outcome.ts"
import * as Stop from "../../src/run/Stop.ts"

const evidence = { status: 403, detail: "" }
const restricted = (errcode: string) => new MatrixError.AccountRestricted({ ...evidence, errcode })

describe("an error", () => {
  it("is fatal when the account itself is gone, for it alone", () => {
    assert.isTrue(Stop.isFatal(restricted("M_USER_DEACTIVATED"), true))
    assert.isFalse(Stop.isFatal(restricted("M_USER_DEACTIVATED"), false))
  })
  it("is not when some of what the account does still works", () => {
    assert.isFalse(Stop.isFatal(restricted("M_USER_SUSPENDED"), true))
    assert.isFalse(Stop.isFatal(restricted("M_GUEST_ACCESS_FORBIDDEN"), true))
  })
})

describe("a row that the run did not come to", () => {
  const interrupted: Stop.Stop = { _tag: "interrupted" }
  const deferred: Stop.Stop = { _tag: "deferred", until: 5000, because: "its time was up" }
  const tried = { doubt: undefined }
  it.each([
    { name: "is not attempted", stop: interrupted, past: undefined, before: "nothing" as const, is: "notAttempted" },
    {
      name: "is deferred when time is the reason",
      stop: deferred,
      past: undefined,
      before: "nothing" as const,
      is: "deferred"
    },
    {
      name: "is unknown when a run before sent it",
      stop: interrupted,
      past: undefined,
      before: "intended" as const,
      is: "unknown"
    },
    {
      name: "is not attempted once it was seen not to be done",
      stop: interrupted,
      past: tried,
      before: "intended" as const,
      is: "notAttempted"
    },
    {
      name: "is unknown when its answer was lost",
      stop: deferred,
      past: { doubt: "lost" },
      before: "nothing" as const,
      is: "unknown"
    },
    {
      name: "stays unknown when it was so before",
      stop: interrupted,
      past: undefined,
      before: Outcome.unknown("lost"),
      is: "unknown"
    },
    {
      name: "stays failed when it was to be tried again",
      stop: interrupted,
      past: undefined,
      before: { _tag: "failed", failure: { tag: "Forbidden", message: "no" } } as const,
      is: "failed"
    }
  ])("$name", ({ before, is, past, stop }) => {
    assert.strictEqual(Stop.outcome(stop, past, before)._tag, is)
  })
  it("knows until when it is deferred, and why", () => {
    assert.deepStrictEqual(
      Stop.outcome(deferred, undefined, "nothing"),
      Outcome.deferred(5000, "the run was stopped: its time was up")
    )
  })
})
