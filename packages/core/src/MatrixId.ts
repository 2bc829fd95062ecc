/**
 * The identifiers of the Matrix specification as branded strings (appendices §4, v1.19).
 *
 * Validation is as loose as the specification asks of clients: the right sigil, a colon where there must be a server
 * name, at most 255 bytes of UTF-8, no NUL and no lone surrogate. Historical user ids and the room ids of room version
 * 12, which have no server name, are accepted. Room ids are opaque: a server name is never read out of one.
 */
import * as Schema from "effect/Schema"

const encoder = new TextEncoder()

// one UTF-16 unit is at most three bytes, so most identifiers need not be encoded to be measured
const fits = Schema.makeFilter<string>((id) => id.length <= 85 || encoder.encode(id).length <= 255, {
  expected: "an identifier of at most 255 bytes"
})

const wellFormed = Schema.makeFilter<string>((id) => id.isWellFormed(), {
  expected: "text without lone surrogates"
})

const server = String.raw`(?:[A-Za-z0-9.-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?`

const identifier = (pattern: RegExp, expected: string) =>
  Schema.String.check(Schema.isPattern(pattern, { expected }), fits, wellFormed)

/** `!opaque:server` up to room version 11, `!hash` from 12 on. Opaque and case-sensitive. */
export const RoomId = identifier(/^![^\0]+$/u, "a room id such as !abc:example.org").pipe(Schema.brand("RoomId"))
export type RoomId = typeof RoomId.Type

/** `@localpart:server`; the localpart may be historical, that is any text without a colon. */
export const UserId = identifier(new RegExp(`^@[^:\\0]*:${server}$`, "u"), "a user id such as @alice:example.org").pipe(
  Schema.brand("UserId")
)
export type UserId = typeof UserId.Type

/** `#name:server`. */
export const RoomAlias = identifier(
  new RegExp(`^#[^:\\0]+:${server}$`, "u"),
  "a room alias such as #hall:example.org"
).pipe(Schema.brand("RoomAlias"))
export type RoomAlias = typeof RoomAlias.Type

/** What `POST /join/{roomIdOrAlias}` and `POST /knock/{roomIdOrAlias}` take. */
export const RoomIdOrAlias = Schema.Union([RoomId, RoomAlias])
export type RoomIdOrAlias = typeof RoomIdOrAlias.Type

/** Tells the two apart by their sigils. */
export const isAlias = (room: RoomIdOrAlias): room is RoomAlias => room.startsWith("#")

/** `host[:port]`, where the host is a DNS name, an IPv4 address or an IPv6 address in brackets. */
export const ServerName = Schema.String.check(
  Schema.isPattern(new RegExp(`^${server}$`, "u"), {
    expected: "a server name such as example.org or example.org:8448"
  })
).pipe(Schema.brand("ServerName"))
export type ServerName = typeof ServerName.Type

/** The server part of a user id or an alias: everything behind the first colon. */
export const serverOf = (id: UserId | RoomAlias): ServerName => ServerName.make(id.slice(id.indexOf(":") + 1))
