/** What holds for every answer, and the answers that are not Matrix at all. */
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"
import * as Answers from "../src/Answers.ts"
import * as MatrixError from "../src/MatrixError.ts"

const classify = (status: number, body: string, headers: Record<string, string> = {}) =>
  Answers.classify({ status, headers, body }, 0)

const fields = (status: number, body: string, headers: Record<string, string> = {}): unknown => ({
  ...classify(status, body, headers)
})

describe("an answer that is not Matrix keeps its status and shows its beginning", () => {
  it.each([
    ["HTML from a proxy", 502, "<html>\n  <h1>502\tBad Gateway</h1></html>", "<html> <h1>502 Bad Gateway</h1></html>"],
    ["HTML that forbids", 403, "<html>no</html>", "<html>no</html>"],
    ["nothing", 503, "", "an empty body"],
    ["white space", 401, " \r\n\t ", "an empty body"],
    ["Dendrite's internal error", 500, '{"Err":""}', '{"Err":""}'],
    ["a code that is not a text", 403, '{"errcode":403,"error":"no"}', '{"errcode":403,"error":"no"}'],
    ["a code that is null", 401, '{"errcode":null}', '{"errcode":null}'],
    ["an empty code", 404, '{"errcode":"","error":"?"}', '{"errcode":"","error":"?"}'],
    ["an array", 400, '[{"errcode":"M_FORBIDDEN"}]', '[{"errcode":"M_FORBIDDEN"}]'],
    ["a text", 400, '"M_FORBIDDEN"', '"M_FORBIDDEN"'],
    ["null", 400, "null", "null"],
    ["broken JSON", 403, '{"errcode":"M_FORBIDDEN"', '{"errcode":"M_FORBIDDEN"'],
    ["two objects", 403, '{"errcode":"M_FORBIDDEN"}{}', '{"errcode":"M_FORBIDDEN"}{}'],
    ["a captive portal with 200", 200, "<html>log in</html>", "<html>log in</html>"],
    ["a promise that is not an object", 202, "soon", "soon"],
    ["a promise broken off", 202, '{"room_id":"!a', '{"room_id":"!a']
  ])("%s", (_, status, body, excerpt) => {
    assert.deepStrictEqual(fields(status, body), { _tag: "NotMatrix", status, excerpt })
  })
  it("and no more than the beginning", () => {
    const error = classify(500, `<p>${"x".repeat(100_000)}`)
    assert.isTrue(error._tag === "NotMatrix" && error.excerpt.startsWith("<p>xxx") && error.excerpt.length <= 201)
  })
})

describe("a redirect", () => {
  it.each([301, 302, 303, 307, 308])("with %i is not Matrix, and only its origin is told", (status) => {
    const location = "https://login.example.com/sso?token=secret#here"
    const error = classify(status, "<a href=x>", { location })
    assert.strictEqual(error._tag, "NotMatrix")
    assert.include(error.message, "https://login.example.com")
    assert.notInclude(error.message, "secret")
  })
  it("to another path of the same server is told as such", () =>
    assert.deepStrictEqual(fields(302, "", { location: "/login?s=secret" }), {
      _tag: "NotMatrix",
      status: 302,
      excerpt: "a redirect to another path, not followed"
    }))
  it.each(["//elsewhere.example/?s=secret", "mailto:secret@example.org", "https://", ""])(
    "to %j tells no more than that it is one",
    (location) =>
      assert.deepStrictEqual(fields(302, "", { location }), {
        _tag: "NotMatrix",
        status: 302,
        excerpt: "a redirect to another place, not followed"
      })
  )
})

describe("202 without a room id", () => {
  it("is a join that goes on, with the code or without one", () => {
    assert.deepStrictEqual(
      fields(202, '{"errcode":"M_UNKNOWN","error":"The room join will continue in the background."}'),
      {
        _tag: "JoinPending",
        status: 202,
        errcode: "M_UNKNOWN",
        detail: "The room join will continue in the background."
      }
    )
    assert.deepStrictEqual(fields(202, "{}"), { _tag: "JoinPending", status: 202, errcode: "", detail: "" })
  })
})

const code = Schema.Union([
  Schema.Literals(["M_FORBIDDEN", "M_UNKNOWN", "M_UNKNOWN_TOKEN", "M_LIMIT_EXCEEDED", "M_USER_LIMIT_EXCEEDED"]),
  Schema.Literals(["M_CONSENT_NOT_GIVEN", "M_UNSUPPORTED_ROOM_VERSION", "ORG.MATRIX.MSC3848.NOT_JOINED", ""]),
  // names that every object has
  Schema.Literals(["constructor", "toString", "hasOwnProperty", "__proto__", "valueOf"]),
  Schema.String
])

const anything = Schema.Union([Schema.String, Schema.Number, Schema.Boolean, Schema.Null, Schema.Array(Schema.String)])

const body = Schema.Struct({
  errcode: Schema.optionalKey(Schema.Union([code, anything])),
  error: Schema.optionalKey(anything),
  retry_after_ms: Schema.optionalKey(anything),
  soft_logout: Schema.optionalKey(anything),
  consent_uri: Schema.optionalKey(anything),
  info_uri: Schema.optionalKey(anything),
  admin_contact: Schema.optionalKey(anything),
  room_version: Schema.optionalKey(anything),
  "org.matrix.msc3848.unstable.errcode": Schema.optionalKey(Schema.Union([code, anything]))
})

const text = Schema.Union([
  Schema.String,
  Schema.Literals(["{", "[]", "null", "0", '"', "<html>", "\u0000", "\ud800", '{"errcode":"M_FORBIDDEN"'])
])

const status = Schema.Union([
  Schema.Int.check(Schema.isBetween({ minimum: 100, maximum: 599 })),
  Schema.Literals([200, 202, 302, 400, 401, 403, 404, 429, 500, 502])
])

const header = Schema.optionalKey(
  Schema.Union([Schema.String, Schema.Literals(["0", "-1", "1e9", "Thu, 01 Jan 1970 00:00:30 GMT", "//x", "x:"])])
)

const headers = Schema.Struct({ "retry-after": header, date: header, location: header, "content-type": header })

const bodies = Arbitrary.schema(Schema.Union([text, body])).pipe(
  Arbitrary.map((body) => (typeof body === "string" ? body : JSON.stringify(body)))
)

const classes = {
  Forbidden: MatrixError.Forbidden,
  NotFound: MatrixError.NotFound,
  RateLimited: MatrixError.RateLimited,
  BadState: MatrixError.BadState,
  InviteBlocked: MatrixError.InviteBlocked,
  Unauthorized: MatrixError.Unauthorized,
  AccountRestricted: MatrixError.AccountRestricted,
  QuotaExceeded: MatrixError.QuotaExceeded,
  RoomVersionUnsupported: MatrixError.RoomVersionUnsupported,
  InvalidRequest: MatrixError.InvalidRequest,
  Unsupported: MatrixError.Unsupported,
  ServerFailure: MatrixError.ServerFailure,
  Refused: MatrixError.Refused,
  JoinPending: MatrixError.JoinPending,
  NotMatrix: MatrixError.NotMatrix,
  Unreachable: MatrixError.Unreachable,
  OutcomeUnknown: MatrixError.OutcomeUnknown
} satisfies Record<MatrixError.Tag, unknown>

/** What servers say, and what somebody might be tempted to read. */
const texts = [
  "@bob:x is already in the room.",
  "Too Many Requests",
  "M_LIMIT_EXCEEDED",
  "Cannot invite user who was banned",
  "You are not invited to this room.",
  "Token is not active",
  "Room not found",
  "429",
  "<html>"
]

describe("whatever arrives", () => {
  it.prop(
    "is exactly one member of the union, keeps its status and has a message",
    { status: Arbitrary.schema(status), headers: Arbitrary.schema(headers), body: bodies },
    ({ body, headers, status }) => {
      const error = Answers.classify({ status, headers, body }, 0)
      const kinds = Object.entries(classes).filter(([, kind]) => error instanceof kind)
      assert.deepStrictEqual(
        kinds.map(([name]) => name),
        [error._tag]
      )
      assert.strictEqual("status" in error ? error.status : undefined, status)
      assert.include(error.message, String(status))
    },
    { arbitrary: { runs: 2000 } }
  )

  it.prop(
    "is never judged by its free text",
    {
      status: Arbitrary.schema(status),
      headers: Arbitrary.schema(headers),
      body: Arbitrary.schema(body),
      code: Arbitrary.schema(code)
    },
    ({ body, code, headers, status }) => {
      const errcode = code === "" ? "M_UNKNOWN" : code
      const judged = (error: string) => ({
        ...Answers.classify({ status, headers, body: JSON.stringify({ ...body, errcode, error }) }, 0),
        detail: undefined
      })
      for (const said of texts) assert.deepStrictEqual(judged(said), judged(""), said)
    },
    { arbitrary: { runs: 1000 } }
  )
})
