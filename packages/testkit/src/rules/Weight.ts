/** Can this be written at all? Events have a greatest size, and not everything has a canonical form. */
import * as Result from "effect/Result"
import { unexpected } from "../Body.ts"
import type { Draft } from "./Event.ts"
import type { Refusal } from "./Refusal.ts"
import { make } from "./Refusal.ts"
import type { RoomVersion } from "./RoomVersion.ts"

/** Bytes of a whole event (specification v1.19, "Size limits"). */
const greatest = 65_536

/** About what hashes, signatures and references to earlier events add to what is asked for. */
const overhead = 800

const encoder = new TextEncoder()

const bytes = (text: string): number => encoder.encode(text).length

export const check = (draft: Draft, version: RoomVersion): Result.Result<void, Refusal> => {
  // Synapse does not expect this, and falls over it.
  if (!isUnicode(draft.content)) return Result.fail(unexpected)
  if (version.strictNumbers && !hasWholeNumbers(draft.content))
    return Result.fail(make(400, "M_BAD_JSON", "Numbers in an event have to be whole."))
  return bytes(JSON.stringify(draft)) + overhead > greatest ||
    [draft.type, draft.stateKey].some((id) => bytes(id) > 255)
    ? Result.fail(make(413, "M_TOO_LARGE", "That is too large for an event."))
    : Result.succeed(undefined)
}

const hasWholeNumbers = (value: unknown): boolean => {
  if (typeof value === "number") return Number.isSafeInteger(value)
  return typeof value !== "object" || value === null || Object.values(value).every(hasWholeNumbers)
}

const isUnicode = (value: unknown): boolean => {
  if (typeof value === "string") return value.isWellFormed()
  if (typeof value !== "object" || value === null) return true
  return Object.entries(value).every(([key, inner]) => key.isWellFormed() && isUnicode(inner))
}
