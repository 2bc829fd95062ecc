import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import * as MatrixError from "../src/MatrixError.ts"

const evidence = { status: 403, errcode: "M_FORBIDDEN", detail: "You are not invited to this room." }

const every: { readonly [tag in MatrixError.Tag]: MatrixError.WithTag<tag> } = {
  Forbidden: new MatrixError.Forbidden({ ...evidence, because: "NotJoined" }),
  NotFound: new MatrixError.NotFound(evidence),
  RateLimited: new MatrixError.RateLimited({ ...evidence, retryAfter: Duration.millis(1500), source: "Retry-After" }),
  BadState: new MatrixError.BadState(evidence),
  InviteBlocked: new MatrixError.InviteBlocked(evidence),
  Unauthorized: new MatrixError.Unauthorized({ ...evidence, softLogout: true, locked: false }),
  AccountRestricted: new MatrixError.AccountRestricted({ ...evidence, consentUri: "https://x/consent" }),
  QuotaExceeded: new MatrixError.QuotaExceeded({ ...evidence, infoUri: "https://x/info" }),
  RoomVersionUnsupported: new MatrixError.RoomVersionUnsupported({ ...evidence, roomVersion: "12" }),
  InvalidRequest: new MatrixError.InvalidRequest(evidence),
  Unsupported: new MatrixError.Unsupported(evidence),
  ServerFailure: new MatrixError.ServerFailure(evidence),
  Refused: new MatrixError.Refused(evidence),
  JoinPending: new MatrixError.JoinPending(evidence),
  NotMatrix: new MatrixError.NotMatrix({ status: 502, excerpt: "<html>" }),
  Unreachable: new MatrixError.Unreachable({ cause: "connect ECONNREFUSED", sent: false }),
  OutcomeUnknown: new MatrixError.OutcomeUnknown({ cause: "HTTP 502 from a proxy" })
}

describe("a message", () => {
  const answered = Object.values(every).filter((error) => "errcode" in error)
  it.each(answered.map((error) => ({ tag: error._tag, error })))("of $tag tells code, text and status", ({ error }) => {
    for (const part of ["M_FORBIDDEN", "You are not invited to this room.", "403"]) assert.include(error.message, part)
  })
  it("without a text tells code and status", () =>
    assert.strictEqual(
      new MatrixError.Refused({ status: 400, errcode: "ORG.EXAMPLE", detail: "" }).message,
      "ORG.EXAMPLE (HTTP 400)"
    ))
  it("without a code has no loose punctuation", () => {
    assert.strictEqual(
      new MatrixError.RateLimited({ status: 429, errcode: "", detail: "<html>", source: "none" }).message,
      "<html> (HTTP 429), wait not given"
    )
    assert.strictEqual(
      new MatrixError.JoinPending({ status: 202, errcode: "", detail: "" }).message,
      "the join goes on in the background: HTTP 202"
    )
  })
  it("of RateLimited tells whole seconds that are enough", () => assert.include(every.RateLimited.message, "2 s"))
  it("tells where the terms are", () => assert.include(every.AccountRestricted.message, "https://x/consent"))
  it("of Unreachable tells what the network said", () =>
    assert.include(every.Unreachable.message, "connect ECONNREFUSED"))
  it("of OutcomeUnknown tells what came instead of an answer", () =>
    assert.include(every.OutcomeUnknown.message, "HTTP 502 from a proxy"))
  it("of NotMatrix shows the body's beginning", () => {
    assert.include(every.NotMatrix.message, "<html>")
    assert.include(every.NotMatrix.message, "502")
  })
})

describe("every class", () => {
  it.each(Object.entries(every))("%s is an Error with a stack, named by its tag", (tag, error) => {
    assert.instanceOf(error, Error)
    assert.strictEqual(error.name, tag)
    assert.strictEqual(error._tag, tag)
    assert.include(error.stack ?? "", "MatrixError.test.ts")
  })

  const codec = Schema.toCodecJson(
    Schema.Union([
      MatrixError.Forbidden,
      MatrixError.NotFound,
      MatrixError.RateLimited,
      MatrixError.BadState,
      MatrixError.InviteBlocked,
      MatrixError.Unauthorized,
      MatrixError.AccountRestricted,
      MatrixError.QuotaExceeded,
      MatrixError.RoomVersionUnsupported,
      MatrixError.InvalidRequest,
      MatrixError.Unsupported,
      MatrixError.ServerFailure,
      MatrixError.Refused,
      MatrixError.JoinPending,
      MatrixError.NotMatrix,
      MatrixError.Unreachable,
      MatrixError.OutcomeUnknown
    ])
  )
  it.each(Object.entries(every))("%s survives a journal in JSON", (_, error) => {
    const line = JSON.stringify(Schema.encodeSync(codec)(error))
    const back = Schema.decodeUnknownSync(codec)(JSON.parse(line))
    assert.strictEqual(back.constructor, error.constructor)
    assert.deepStrictEqual<unknown>({ ...back }, { ...error })
  })
})

describe("admit", () => {
  const nothing = MatrixError.admit([])
  it.each(MatrixError.common)("%s comes through untouched, whatever the operation", (tag) => {
    assert.strictEqual(nothing(every[tag]), every[tag])
  })
  it.each(["BadState", "InviteBlocked", "RoomVersionUnsupported", "JoinPending", "OutcomeUnknown"] as const)(
    "%s comes through where it is named",
    (tag) => assert.strictEqual(MatrixError.admit([tag])(every[tag]), every[tag])
  )
  it.each(["BadState", "InviteBlocked", "RoomVersionUnsupported"] as const)(
    "%s is Refused where it is not, evidence and all",
    (tag) => assert.deepStrictEqual<unknown>({ ...nothing(every[tag]) }, { _tag: "Refused", ...evidence })
  )
  it("OutcomeUnknown is an answer lost on the way where nothing could be done twice", () => {
    const error = nothing(every.OutcomeUnknown)
    assert.deepStrictEqual([error._tag, error._tag === "Unreachable" && error.sent], ["Unreachable", true])
    assert.include(error.message, "HTTP 502 from a proxy")
  })
  it("JoinPending is NotMatrix where no join was asked for, and still tells the code", () => {
    const error = nothing(every.JoinPending)
    assert.strictEqual(error._tag, "NotMatrix")
    assert.include(error.message, "M_FORBIDDEN")
  })
})

describe("an error after which the request may have taken effect", () => {
  const said = (error: MatrixError.MatrixError) => MatrixError.mayHaveTakenEffect(error)
  const answered = { errcode: "M_UNKNOWN", detail: "" }
  it.each([
    new MatrixError.Unreachable({ cause: "reset", sent: true }),
    new MatrixError.NotMatrix({ status: 502, excerpt: "<html>" }),
    new MatrixError.NotMatrix({ status: 200, excerpt: "<html>" }),
    new MatrixError.ServerFailure({ status: 500, ...answered }),
    new MatrixError.ServerFailure({ status: 504, ...answered }),
    every.OutcomeUnknown
  ])("is %s", (error) => assert.isTrue(said(error)))
  it.each([
    every.Unreachable,
    every.Forbidden,
    every.RateLimited,
    every.BadState,
    every.Unauthorized,
    every.InvalidRequest,
    every.Refused,
    new MatrixError.NotMatrix({ status: 302, excerpt: "a redirect" }),
    new MatrixError.NotMatrix({ status: 404, excerpt: "<html>" })
  ])("is not %s", (error) => assert.isFalse(said(error)))
})
