/** The body of `POST /register`, and what Synapse answers to the ways in which it may be malformed. */
import * as Result from "effect/Result"
import * as Body from "../Body.ts"
import * as Opening from "../Opening.ts"
import type { Call } from "../Route.ts"
import { bearer } from "../Route.ts"
import type { Content } from "../rules/Event.ts"
import type { Refusal } from "../rules/Refusal.ts"
import { make } from "../rules/Refusal.ts"

export interface Form {
  /** In lower case. */
  readonly username: string | undefined
  readonly password: string | undefined
  readonly renewable: boolean
  /** The stage that is tried, and the session it belongs to. */
  readonly auth: Content
  /** All but `auth` and `password`. */
  readonly asked: Content
}

/** An application service registers a user of its own. */
export interface ServiceForm {
  readonly token: string
  /** As it was sent, since services may name users as they like. */
  readonly username: string
  readonly renewable: boolean
  readonly asked: Content
}

/** A guest has nothing to say. */
export const read = (call: Call): Result.Result<Form | ServiceForm | "guest", Refusal> =>
  Result.gen(function* () {
    const body = yield* Body.object(call.body, { mayBeEmpty: false })
    const { auth = null, password = null, ...asked } = body
    if (!isAuth(auth)) return yield* refuse("M_BAD_JSON", "auth has to be an object; type and session are text.")
    const kind = call.query.get("kind") ?? "user"
    if (kind === "guest") return "guest"
    if (kind !== "user") return yield* refuse("M_UNRECOGNIZED", `There is no account of the kind ${kind}.`)
    const renewable = yield* Opening.wantsRenewing(body)
    const { type, username } = body
    if ("username" in body && !isShort(username)) return yield* refuse("M_UNKNOWN", "The user name makes no sense.")
    if (type === "m.login.application_service") {
      if (!hasToken(call)) return yield* refuse("M_UNKNOWN", "An application service has to show its token.")
      const token = yield* bearer(call)
      if (!isShort(username)) return yield* refuse("M_UNKNOWN", "The user name is missing.")
      return { token, username, renewable, asked }
    }
    if (hasToken(call)) return yield* refuse("M_UNKNOWN", "An access token has no place in a registration.")
    if (password !== null && !isShort(password)) return yield* refuse("M_UNKNOWN", "The password makes no sense.")
    return {
      username: isShort(username) ? username.toLowerCase() : undefined,
      password: password || undefined,
      renewable,
      auth: auth ?? {},
      asked
    }
  })

const refuse = (errcode: string, error: string) => Result.fail(make(400, errcode, error))

const isShort = (value: unknown): value is string => typeof value === "string" && value.length <= 512

const isAuth = (value: unknown): value is Content | null =>
  value === null ||
  (Body.isObject(value) && [value["session"] ?? "", value["type"] ?? ""].every((part) => typeof part === "string"))

const hasToken = ({ headers, query }: Call): boolean =>
  headers["authorization"] !== undefined || query.has("access_token")
