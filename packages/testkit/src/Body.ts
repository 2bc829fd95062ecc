/** The bodies of requests: JSON objects, or a refusal that says what is wrong with them. */
import * as Result from "effect/Result"
import type { Content } from "./rules/Event.ts"
import type { Refusal } from "./rules/Refusal.ts"
import { make } from "./rules/Refusal.ts"

export const isObject = (value: unknown): value is Content =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const notJson = Result.fail(make(400, "M_NOT_JSON", "The body is not JSON."))

/** Some endpoints of Synapse take no body for `{}`, others insist on one. */
export const object = (text: string, options: { readonly mayBeEmpty: boolean }): Result.Result<Content, Refusal> => {
  if (text === "") return options.mayBeEmpty ? Result.succeed({}) : notJson
  try {
    const value: unknown = JSON.parse(text)
    // Where nothing will do, so will null.
    if (value === null && options.mayBeEmpty) return Result.succeed({})
    return isObject(value) ? Result.succeed(value) : Result.fail(make(400, "M_BAD_JSON", "The body is not an object."))
  } catch {
    return notJson
  }
}

/** The `user_id` of invite, kick, ban and unban. */
export const userId = (body: Content): Result.Result<string, Refusal> => {
  if (!("user_id" in body)) return Result.fail(make(400, "M_MISSING_PARAM", "The key user_id is missing."))
  const { user_id: id } = body
  if (typeof id === "string") return asUserId(id)
  return Result.fail(typeof id === "object" && id !== null ? notUserId : unexpected)
}

const notUserId = make(400, "M_INVALID_PARAM", "A user id starts with @ and has a colon in it.")

/** Synapse does not check everything it is sent, and falls over some of it. */
export const unexpected = make(500, "M_UNKNOWN", "Internal server error")

/** A sigil and a colon, as loosely as Synapse looks at user ids. */
export const asUserId = (id: string): Result.Result<string, Refusal> =>
  id.startsWith("@") && id.includes(":") ? Result.succeed(id) : Result.fail(notUserId)
