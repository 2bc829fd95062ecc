/**
 * The texts of one row, and the row that they make. Whatever is wrong with them is said at once, and what may have been
 * meant is asked.
 */
import * as MatrixId from "@matrix-membership/core/MatrixId"
import type * as Arr from "effect/Array"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { isOperation } from "./Operations.ts"
import * as Address from "./PlanAddress.ts"
import * as Hint from "./PlanHint.ts"
import { type Content, type Field, fieldNames, fields, operations, wanted } from "./PlanRow.ts"

/** The texts of one row as they stand in the file. What is empty there is left out here. */
export type Cells = Readonly<Partial<Record<Field, string>>>

/** A problem that does not yet know its place. */
export interface Complaint {
  readonly field: Field
  readonly value?: string
  readonly message: string
}

/** No field may be longer, in characters. */
export const longestField = 1024 * 1024

const isUser = Schema.is(fields.user.schema)
const isRoom = Schema.is(fields.room.schema)
const isReason = Schema.is(fields.reason.schema)
const isServers = Schema.is(fields.via.schema)
const isMedium = Schema.is(fields.medium.schema)
const isServer = Schema.is(MatrixId.ServerName)
const decodeReason = Schema.decodeUnknownResult(fields.reason.schema)
const decodeUser = Schema.decodeUnknownResult(fields.user.schema)
const decodeAlias = Schema.decodeUnknownResult(MatrixId.RoomAlias)
const decodeRoomId = Schema.decodeUnknownResult(MatrixId.RoomId)

const told = (result: Result.Result<unknown, Schema.SchemaError>, otherwise: string): string =>
  Result.isFailure(result) ? result.failure.message.replace(/^E/, "e") : `expected ${otherwise}`

const question = (meant: string | undefined) => (meant === undefined ? "" : `; did you mean ${meant}?`)

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
  user: (value, { room }) =>
    isUser(value)
      ? undefined
      : `${told(decodeUser(value), fields.user.expected)}${isRoom(value) ? "; this is a room" : ""}${question(Hint.user(value, room))}`,
  reason: (value) => {
    const decoded = decodeReason(value)
    return Result.isSuccess(decoded) ? undefined : told(decoded, fields.reason.expected)
  },
  via: (value) => {
    const wrong = serversIn(value).find((server) => !isServer(server))
    return wrong === undefined ? undefined : `expected ${fields.via.expected}, with blanks or commas between them`
  },
  as: (value, { room }) =>
    isUser(value)
      ? undefined
      : `${told(decodeUser(value), fields.as.expected)}${isRoom(value) ? "; this is a room" : ""}${question(Hint.user(value, room))}`,
  medium: (value) =>
    isMedium(value) ? undefined : `expected ${fields.medium.expected}${question(Hint.nearest(value, Address.media))}`,
  address: (value, { medium = "email" }) => {
    if (!isMedium(medium) || Address.canonical(medium, value) !== undefined) return undefined
    return medium === "email"
      ? `expected ${fields.address.expected}`
      : "expected a phone number with its country code such as 491701234567"
  }
}

const complaint = (field: Field, cells: Cells): Complaint | undefined => {
  const value = cells[field]
  const need = wanted(cells)[field]
  if (value === undefined) {
    if (need !== "required") return undefined
    const by = field === "operation" || field === "room" ? "expected" : `${cells.operation} needs`
    return { field, message: `missing; ${by} ${fields[field].expected}` }
  }
  if (value.length > longestField) return { field, value, message: "longer than 1 MiB" }
  if (need === undefined) return { field, value, message: `${cells.operation} takes no ${field}` }
  const message = objection[field](value, cells)
  return message === undefined ? undefined : { field, value, message }
}

/** Room and user that would be right the other way round are one mistake, not two. */
const isSwapped = ({ room, user }: Cells): boolean => isUser(room) && isRoom(user)

const complaints = (cells: Cells): ReadonlyArray<Complaint> => {
  const swapped: ReadonlyArray<Complaint> = isSwapped(cells)
    ? [
        {
          field: "room",
          ...(cells.room === undefined ? {} : { value: cells.room }),
          message: "this is a user, and the user a room; are the two swapped?"
        }
      ]
    : []
  const others = swapped.length === 0 ? fieldNames : fieldNames.filter((field) => field !== "room" && field !== "user")
  return [...swapped, ...others.flatMap((field) => complaint(field, cells) ?? [])]
}

/** The servers of a text that names several, with blanks or commas between them. */
const serversIn = (value: string): ReadonlyArray<string> => value.split(/[\s,]+/).filter((server) => server !== "")

/** The row that complete texts make, or nothing when one of them is not what its field holds. */
const contentOf = ({ address, as, medium = "email", operation, reason, room, user, via }: Cells) => {
  if (!isOperation(operation) || !isRoom(room) || !isMedium(medium)) return undefined
  if ((user !== undefined && !isUser(user)) || (as !== undefined && !isUser(as))) return undefined
  if (reason !== undefined && !isReason(reason)) return undefined
  const servers = via === undefined ? undefined : serversIn(via)
  if (servers !== undefined && !isServers(servers)) return undefined
  const canonical = address === undefined ? undefined : Address.canonical(medium, address)
  if (address !== undefined && canonical === undefined) return undefined
  const content: Content = {
    operation,
    room,
    ...(user === undefined ? {} : { user }),
    ...(reason === undefined ? {} : { reason }),
    ...(servers === undefined ? {} : { via: servers }),
    ...(as === undefined ? {} : { as }),
    ...(canonical === undefined ? {} : { medium, address: canonical })
  }
  return content
}

const isComplete = (cells: Cells): boolean => {
  const need = wanted(cells)
  return fieldNames.every((field) => {
    const value = cells[field]
    return value === undefined ? need[field] !== "required" : need[field] !== undefined && value.length <= longestField
  })
}

/** The row that these texts make, or everything that is wrong with them. */
export const check = (cells: Cells): Result.Result<Content, Arr.NonEmptyReadonlyArray<Complaint>> => {
  const content = isComplete(cells) ? contentOf(cells) : undefined
  if (content !== undefined) return Result.succeed(content)
  const [first, ...more] = complaints(cells)
  // the second is not reached as long as the objections follow the schemas; a row is refused rather than guessed at
  return Result.fail([first ?? { field: "operation", message: "not a row" }, ...more])
}
