/** Why a text is not what its field holds, said so that it can be mended; what may have been meant is asked. */
import * as MatrixId from "@matrix-membership/core/MatrixId"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { operations } from "../Operations.ts"
import * as Address from "./PlanAddress.ts"
import * as Hint from "./PlanHint.ts"
import { type Field, fields } from "./PlanRow.ts"

/** The texts of one row as they stand in the file. What is empty there is left out here. */
export type Cells = Readonly<Partial<Record<Field, string>>>

export const isUser = Schema.is(fields.user.schema)
export const isRoom = Schema.is(fields.room.schema)
export const isReason = Schema.is(fields.reason.schema)
export const isServers = Schema.is(fields.via.schema)
export const isMedium = Schema.is(fields.medium.schema)
const isServer = Schema.is(MatrixId.ServerName)
const decodeReason = Schema.decodeUnknownResult(fields.reason.schema)
const decodeUser = Schema.decodeUnknownResult(fields.user.schema)
const decodeAlias = Schema.decodeUnknownResult(MatrixId.RoomAlias)
const decodeRoomId = Schema.decodeUnknownResult(MatrixId.RoomId)

/** The servers of a text that names several, with blanks or commas between them. */
export const serversIn = (value: string): ReadonlyArray<string> =>
  value.split(/[\s,]+/).filter((server) => server !== "")

const told = (result: Result.Result<unknown, Schema.SchemaError>, otherwise: string): string =>
  Result.isFailure(result) ? result.failure.message.replace(/^E/, "e") : `expected ${otherwise}`

const question = (meant: string | undefined) => (meant === undefined ? "" : `; did you mean ${meant}?`)

const isEmail = (value: string) => Address.canonical("email", value) !== undefined

const ofUser = (field: "user" | "as", value: string, room: string | undefined): string | undefined => {
  if (isUser(value)) return undefined
  const found = isRoom(value) ? "; this is a room" : ""
  return `${told(decodeUser(value), fields[field].expected)}${found}${question(Hint.user(value, room))}`
}

/** Why this text is not what the field holds, or nothing. What stands beside it only helps to guess. */
export const objection: { readonly [F in Field]: (value: string, beside: Cells) => string | undefined } = {
  operation: (value) =>
    operations.some((name) => name === value)
      ? undefined
      : `expected ${fields.operation.expected}${question(Hint.nearest(value, operations))}`,
  room: (value, { user }) => {
    if (isRoom(value)) return undefined
    const expected = value.startsWith("#")
      ? told(decodeAlias(value), fields.room.expected)
      : value.startsWith("!")
        ? told(decodeRoomId(value), fields.room.expected)
        : `expected ${fields.room.expected}`
    return `${expected}${isUser(value) ? "; this is a user" : ""}${question(Hint.room(value, user))}`
  },
  user: (value, { operation, room }) => {
    const message = ofUser("user", value, room)
    const byEmail = operation === "invite" && isEmail(value)
    return message === undefined || !byEmail ? message : `${message} An e-mail address belongs under address`
  },
  reason: (value) => {
    const decoded = decodeReason(value)
    return Result.isSuccess(decoded) ? undefined : told(decoded, fields.reason.expected)
  },
  via: (value) => {
    const servers = serversIn(value)
    const wrong = servers.find((server) => !isServer(server))
    if (wrong === undefined && isServers(servers)) return undefined
    const which = wrong === undefined || servers.length === 1 ? "" : `; ${wrong} is none`
    return `expected ${fields.via.expected}, with blanks or commas between${which}`
  },
  as: (value, { room }) => ofUser("as", value, room),
  medium: (value) => {
    if (isMedium(value)) return undefined
    const meant = /^(?:tel|telephone|phone|mobile|sms)$/i.test(value) ? "msisdn" : Hint.nearest(value, Address.media)
    return `expected ${fields.medium.expected}${question(meant)}`
  },
  address: (value, { medium = "email" }) => {
    if (!isMedium(medium) || Address.canonical(medium, value) !== undefined) return undefined
    if (medium === "msisdn") return "expected a phone number with its country code such as 491701234567"
    const hint = isUser(value)
      ? "; this is a user"
      : Address.canonical("msisdn", value) === undefined
        ? ""
        : "; for a phone number the medium is msisdn"
    return `expected ${fields.address.expected}${hint}`
  }
}
