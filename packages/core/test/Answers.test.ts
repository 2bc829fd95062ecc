import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Answers from "../src/Answers.ts"

const now = Date.UTC(2026, 7, 1)

const classify = (status: number, body: string, headers: Record<string, string> = {}) => ({
  ...Answers.classify({ status, headers, body }, now)
})

type Row = readonly [status: number, body: string, is: string, more?: Readonly<Record<string, unknown>>]

/** The tag, the evidence as the server wrote it, and what else is said: nothing more and nothing less. */
const check = ([status, body, is, more = {}]: Row) => {
  const { errcode, error = "" } = JSON.parse(body)
  assert.deepStrictEqual<unknown>(classify(status, body), { _tag: is, status, errcode, detail: error, ...more })
}

const named = (rows: ReadonlyArray<Row>) => rows.map((row) => ({ row, name: `${row[0]} ${row[1]} is ${row[2]}` }))

const out = { softLogout: false, locked: false }

/** Codes that mean one thing wherever they come from, at the status they usually have. */
const codes: ReadonlyArray<Row> = [
  [403, '{"errcode":"M_FORBIDDEN","error":"You are not invited to this room."}', "Forbidden"],
  [404, '{"errcode":"M_NOT_FOUND","error":"Room alias #x:y not found"}', "NotFound"],
  [403, '{"errcode":"M_BAD_STATE","error":"Cannot invite user who was banned"}', "BadState"],
  [403, '{"errcode":"M_INVITE_BLOCKED","error":"Invite blocked"}', "InviteBlocked"],
  [401, '{"errcode":"M_MISSING_TOKEN","error":"Missing access token"}', "Unauthorized", out],
  [401, '{"errcode":"M_UNKNOWN_TOKEN","error":"Token is not active"}', "Unauthorized", out],
  [401, '{"errcode":"M_UNKNOWN_TOKEN","soft_logout":false}', "Unauthorized", out],
  [401, '{"errcode":"M_UNKNOWN_TOKEN","soft_logout":true}', "Unauthorized", { ...out, softLogout: true }],
  [401, '{"errcode":"M_USER_LOCKED","soft_logout":true}', "Unauthorized", { softLogout: true, locked: true }],
  [401, '{"errcode":"M_USER_LOCKED"}', "Unauthorized", { softLogout: false, locked: true }],
  [403, '{"errcode":"M_UNAUTHORIZED","error":"No"}', "Unauthorized", out],
  [403, '{"errcode":"M_USER_SUSPENDED","error":"Your account is suspended"}', "AccountRestricted"],
  [403, '{"errcode":"M_USER_DEACTIVATED","error":"Deactivated"}', "AccountRestricted"],
  [403, '{"errcode":"M_GUEST_ACCESS_FORBIDDEN","error":"Guest access not allowed"}', "AccountRestricted"],
  [403, '{"errcode":"ORG_MATRIX_EXPIRED_ACCOUNT","error":"Expired"}', "AccountRestricted"],
  [403, '{"errcode":"ORG.MATRIX.MSC3866_USER_AWAITING_APPROVAL"}', "AccountRestricted"],
  [403, '{"errcode":"M_CONSENT_NOT_GIVEN","error":"Please agree"}', "AccountRestricted"],
  [
    403,
    '{"errcode":"M_CONSENT_NOT_GIVEN","error":"Agree","consent_uri":"https://x/_matrix/consent?u=a"}',
    "AccountRestricted",
    { consentUri: "https://x/_matrix/consent?u=a" }
  ],
  [400, '{"errcode":"M_USER_LIMIT_EXCEEDED","info_uri":"https://x/p"}', "QuotaExceeded", { infoUri: "https://x/p" }],
  [
    403,
    '{"errcode":"M_RESOURCE_LIMIT_EXCEEDED","error":"Full","admin_contact":"mailto:a@x","limit_type":"mau"}',
    "QuotaExceeded",
    { adminContact: "mailto:a@x" }
  ],
  [400, '{"errcode":"M_RESOURCE_LIMIT_EXCEEDED","error":"Room too complex"}', "QuotaExceeded"],
  [
    400,
    '{"errcode":"M_INCOMPATIBLE_ROOM_VERSION","error":"No","room_version":"12"}',
    "RoomVersionUnsupported",
    { roomVersion: "12" }
  ],
  [400, '{"errcode":"M_UNSUPPORTED_ROOM_VERSION","error":"No"}', "RoomVersionUnsupported"],
  [400, '{"errcode":"M_BAD_JSON","error":"Content must be a JSON object."}', "InvalidRequest"],
  [400, '{"errcode":"M_NOT_JSON","error":"Content not JSON."}', "InvalidRequest"],
  [400, '{"errcode":"M_INVALID_PARAM","error":"Invalid user_id"}', "InvalidRequest"],
  [400, `{"errcode":"M_MISSING_PARAM","error":"Missing params: ['user_id']"}`, "InvalidRequest"],
  [413, '{"errcode":"M_TOO_LARGE","error":"event too large"}', "InvalidRequest"],
  [400, '{"errcode":"M_UNKNOWN_DEVICE","error":"Not your device"}', "InvalidRequest"],
  [400, '{"errcode":"ORG.MATRIX.MSC4326.M_UNKNOWN_DEVICE"}', "InvalidRequest"],
  [404, '{"errcode":"M_UNRECOGNIZED","error":"Unrecognized request"}', "Unsupported"],
  [405, '{"errcode":"M_UNRECOGNIZED","error":"Unrecognized request"}', "Unsupported"]
]

/** Codes without a meaning of their own for membership, and statuses that then decide. */
const byStatus: ReadonlyArray<Row> = [
  [400, '{"errcode":"M_UNKNOWN","error":"User @a:x in room !r:x"}', "Refused"],
  [401, '{"errcode":"M_UNKNOWN","error":"?"}', "Unauthorized", out],
  [403, '{"errcode":"M_UNKNOWN","error":"This room has been blocked on this server"}', "Forbidden"],
  [404, '{"errcode":"M_UNKNOWN","error":"Not a known room"}', "NotFound"],
  [500, '{"errcode":"M_UNKNOWN","error":"Internal server error"}', "ServerFailure"],
  [502, '{"errcode":"M_UNKNOWN","error":"Failed to make_join via any server"}', "ServerFailure"],
  [503, '{"errcode":"M_UNKNOWN","error":"Unable to introspect the access token"}', "ServerFailure"],
  [504, '{"errcode":"COM.EXAMPLE_SLOW"}', "ServerFailure"],
  [599, '{"errcode":"COM.EXAMPLE_SLOW"}', "ServerFailure"],
  [403, '{"errcode":"M_CANNOT_LEAVE_SERVER_NOTICE_ROOM","error":"You cannot reject this invite"}', "Forbidden"],
  [400, '{"errcode":"M_EXCLUSIVE","error":"Reserved"}', "Refused"],
  [400, '{"errcode":"M_UNABLE_TO_AUTHORISE_JOIN"}', "Refused"],
  [400, '{"errcode":"M_UNABLE_TO_GRANT_JOIN"}', "Refused"],
  [400, '{"errcode":"M_INVALID_ROOM_STATE"}', "Refused"],
  [400, '{"errcode":"M_ROOM_IN_USE"}', "Refused"],
  [400, '{"errcode":"M_BAD_ALIAS"}', "Refused"],
  [400, '{"errcode":"M_SERVER_NOT_TRUSTED"}', "Refused"],
  [403, '{"errcode":"M_SERVER_NOT_TRUSTED"}', "Forbidden"],
  [401, '{"errcode":"M_THREEPID_AUTH_FAILED"}', "Unauthorized", out],
  [403, '{"errcode":"M_THREEPID_AUTH_FAILED"}', "Forbidden"],
  [403, '{"errcode":"M_THREEPID_DENIED"}', "Forbidden"],
  [400, '{"errcode":"M_THREEPID_IN_USE"}', "Refused"],
  [404, '{"errcode":"M_THREEPID_NOT_FOUND"}', "Refused"],
  [400, '{"errcode":"M_THREEPID_MEDIUM_NOT_SUPPORTED"}', "Refused"],
  [401, '{"errcode":"M_CAPTCHA_NEEDED"}', "Unauthorized", out],
  [400, '{"errcode":"M_CAPTCHA_INVALID"}', "Refused"],
  [400, '{"errcode":"M_INVALID_USERNAME"}', "Refused"],
  [400, '{"errcode":"M_USER_IN_USE"}', "Refused"],
  [418, '{"errcode":"ORG.EXAMPLE.TEAPOT","error":"short and stout"}', "Refused"],
  [403, '{"errcode":"ORG.EXAMPLE.SPAM","error":"no"}', "Forbidden"],
  [301, '{"errcode":"ORG.EXAMPLE.MOVED"}', "Refused"],
  [200, '{"errcode":"ORG.EXAMPLE.WHY","error":"not even an error status"}', "Refused"]
]

describe("the code decides", () => {
  it.each(named(codes))("$name", ({ row }) => check(row))
  it.each(named(codes))("$name, at any other status too", ({ row: [, ...rest] }) => {
    for (const status of [200, 301, 400, 401, 403, 404, 405, 409, 418, 500, 502, 503]) check([status, ...rest])
  })
})

describe("where the code says nothing, the status decides", () => {
  it.each(named(byStatus))("$name", ({ row }) => check(row))
})

describe("codes of MSC3848 say why something is forbidden", () => {
  it.each([
    ["ORG.MATRIX.MSC3848.ALREADY_JOINED", "AlreadyJoined"],
    ["ORG.MATRIX.MSC3848.NOT_JOINED", "NotJoined"],
    ["ORG.MATRIX.MSC3848.INSUFFICIENT_POWER", "InsufficientPower"]
  ])("%s is %s, beside M_FORBIDDEN or in its place", (code, because) => {
    check([
      403,
      `{"errcode":"M_FORBIDDEN","error":"no","org.matrix.msc3848.unstable.errcode":"${code}"}`,
      "Forbidden",
      { because }
    ])
    check([403, `{"errcode":"${code}","error":"no"}`, "Forbidden", { because }])
  })
  it("any other code there is not a reason", () =>
    check([403, '{"errcode":"M_FORBIDDEN","org.matrix.msc3848.unstable.errcode":"ORG.MATRIX.OTHER"}', "Forbidden"]))
  it("the free text never is one", () =>
    check([403, '{"errcode":"M_FORBIDDEN","error":"@bob:x is already in the room."}', "Forbidden"]))
})

describe("429", () => {
  const limited = (body: string, headers: Record<string, string> = {}) => {
    const error = Answers.classify({ status: 429, headers, body }, now)
    assert.strictEqual(error._tag, "RateLimited")
    if (error._tag !== "RateLimited") return undefined
    const { detail, errcode, retryAfter, source } = error
    return { errcode, detail, millis: retryAfter && Duration.toMillis(retryAfter), source }
  }
  it("with M_LIMIT_EXCEEDED carries the wait of the body", () =>
    assert.deepStrictEqual(
      limited('{"errcode":"M_LIMIT_EXCEEDED","error":"Too Many Requests","retry_after_ms":333334}'),
      { errcode: "M_LIMIT_EXCEEDED", detail: "Too Many Requests", millis: 333_334, source: "retry_after_ms" }
    ))
  it("of a proxy in HTML carries the wait of the header", () =>
    assert.deepStrictEqual(limited("<h1>Slow down</h1>", { "retry-after": "9" }), {
      errcode: "",
      detail: "<h1>Slow down</h1>",
      millis: 9000,
      source: "Retry-After"
    }))
  it("without a body or a wait is still a rate limit", () =>
    assert.deepStrictEqual(limited(""), {
      errcode: "",
      detail: "an empty body",
      millis: undefined,
      source: "none"
    }))
  it("is one with any other code too", () =>
    assert.deepStrictEqual(limited('{"errcode":"M_FORBIDDEN","error":"slow","retry_after_ms":1}'), {
      errcode: "M_FORBIDDEN",
      detail: "slow",
      millis: 1,
      source: "retry_after_ms"
    }))
  it("packed into the text of another error still names its wait", () => {
    const inner = String.raw`{\"errcode\":\"M_LIMIT_EXCEEDED\",\"error\":\"Too Many\",\"retry_after_ms\":5000}`
    const found = limited(`{"errcode":"M_UNKNOWN","error":"${inner}"}`)
    assert.deepStrictEqual([found?.millis, found?.source], [5000, "retry_after_ms"])
  })
  it("names its wait also where the body has no code", () => {
    for (const body of ['{"retry_after_ms":5000}', '{"errcode":429,"retry_after_ms":5000}']) {
      assert.strictEqual(limited(body)?.millis, 5000)
    }
  })
  it("with a code of a quota is a quota, which no waiting lifts", () => {
    check([429, '{"errcode":"M_USER_LIMIT_EXCEEDED","error":"10 rooms","retry_after_ms":5000}', "QuotaExceeded"])
    check([429, '{"errcode":"M_RESOURCE_LIMIT_EXCEEDED","error":"MAU"}', "QuotaExceeded"])
  })
})

it("M_LIMIT_EXCEEDED with another status than 429 is no rate limit: it names no wait, and repeats", () => {
  check([403, '{"errcode":"M_LIMIT_EXCEEDED","error":"spam"}', "Forbidden"])
  check([400, '{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":5000}', "Refused"])
})

it("keys of the wrong type are as good as absent, and do not hide the code", () => {
  check([
    401,
    '{"errcode":"M_UNKNOWN_TOKEN","soft_logout":"true","error":""}',
    "Unauthorized",
    { softLogout: false, locked: false }
  ])
  check([403, '{"errcode":"M_CONSENT_NOT_GIVEN","consent_uri":{"a":1}}', "AccountRestricted"])
  check([403, '{"errcode":"M_RESOURCE_LIMIT_EXCEEDED","admin_contact":null,"info_uri":7}', "QuotaExceeded"])
  check([400, '{"errcode":"M_INCOMPATIBLE_ROOM_VERSION","room_version":12}', "RoomVersionUnsupported"])
  check([403, '{"errcode":"M_FORBIDDEN","org.matrix.msc3848.unstable.errcode":["x"]}', "Forbidden"])
  assert.deepStrictEqual<unknown>(classify(403, '{"errcode":"M_FORBIDDEN","error":{"not":"text"}}'), {
    _tag: "Forbidden",
    status: 403,
    errcode: "M_FORBIDDEN",
    detail: ""
  })
})
