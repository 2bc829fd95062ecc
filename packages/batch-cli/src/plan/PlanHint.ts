/**
 * Guesses at what was meant. A guess is only ever put to the user as a question, never acted upon; and it is only made
 * when it would be accepted.
 */
import { RoomAlias, RoomId, UserId } from "@matrix-membership/core/MatrixId"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

const isUser = Schema.is(UserId)
const isAlias = Schema.is(RoomAlias)
const isRoomId = Schema.is(RoomId)
const isRoom = (value: string) => isAlias(value) || (isRoomId(value) && value === value.trim())

/** `invite, join, leave or forget`. */
export const oneOf = (words: ReadonlyArray<string>): string =>
  [words.slice(0, -1).join(", "), ...words.slice(-1)].filter((part) => part !== "").join(" or ")

/** Insertions, deletions, replacements and swaps of neighbours that make one word of the other. */
const distance = (from: string, to: string): number => {
  let before: Array<number> = []
  let last = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1]
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      current.push(
        Math.min(
          (last[column] ?? row) + 1,
          (current[column - 1] ?? column) + 1,
          (last[column - 1] ?? 0) + (same ? 0 : 1),
          swapped ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY
        )
      )
    }
    before = last
    last = current
  }
  return last[to.length] ?? 0
}

/** The candidate at most two slips away, if one is. */
export const nearest = (word: string, candidates: ReadonlyArray<string>): string | undefined => {
  const typed = word.trim().toLowerCase()
  if (typed.length > 32) return undefined
  const ranked = candidates
    .map((candidate) => ({ candidate, slips: distance(typed, candidate) }))
    .filter(({ candidate, slips }) => slips <= 2 && slips * 2 <= Math.min(typed.length, candidate.length))
    .sort((a, b) => a.slips - b.slips)
  return ranked[0]?.candidate
}

/** The identifier in a `matrix.to` link or a `matrix:` URI, which is what "copy link" in a client gives. */
const linked = (value: string): string | undefined => {
  const target = /^https?:\/\/matrix\.to\/#\/([^?/]+)/i.exec(value)?.[1]
  if (target !== undefined) return Result.getOrUndefined(Result.try(() => decodeURIComponent(target)))
  const [, kind, id] = /^matrix:(u|r|roomid)\/([^?/]+)/i.exec(value) ?? []
  return kind === undefined ? undefined : `${{ u: "@", r: "#", roomid: "!" }[kind.toLowerCase()]}${id}`
}

const first = (guesses: ReadonlyArray<string | undefined>, accepts: (value: string) => boolean) =>
  guesses.find((guess) => guess !== undefined && accepts(guess))

/** What stands behind the first colon. In a room id that need not be a server, which is why it is only asked about. */
const serverOf = (neighbour: string | undefined) => /:(.+)$/s.exec(neighbour ?? "")?.[1] ?? ""

/** A user id for what stands where one should; a bare name is looked for at the server of the room beside it. */
export const user = (value: string, room: string | undefined): string | undefined => {
  const id = value.trim()
  const name = /^@?([\w.=/+-]+)$/.exec(id)?.[1]
  return first(
    [
      id,
      linked(id),
      id.replace(/^(?![@#!])/, "@"),
      id.replace(/^([^@\s]+)@([^@\s]+)$/, "@$1:$2"),
      name === undefined ? undefined : `@${name}:${serverOf(room)}`
    ],
    isUser
  )
}

/** A room id or an alias for what stands where one should; a bare name is looked for at the server of the user. */
export const room = (value: string, user: string | undefined): string | undefined => {
  const id = value.trim()
  // up to room version 11 the opaque part is eighteen letters, in both cases
  const sigil = /^[A-Za-z]{18}:/.test(id) && /[A-Z]/.test(id) ? "!" : "#"
  const name = /^#?([^\s:@!#/]+)$/.exec(id)?.[1]
  return first(
    [
      id,
      linked(id),
      id.replace(/^(?![@#!])/, sigil),
      id.replace(/^@/, "#"),
      name === undefined ? undefined : `#${name}:${serverOf(user)}`
    ],
    isRoom
  )
}
