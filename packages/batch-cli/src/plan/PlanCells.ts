/**
 * The texts of one row, and the row that they make. Whatever is wrong with them is said at once.
 */
import type * as Arr from "effect/Array"
import * as Result from "effect/Result"
import { type Detail, isOperation, isOwn, operations, traits } from "../Operations.ts"
import * as Address from "./PlanAddress.ts"
import * as Hint from "./PlanHint.ts"
import { type Cells, isMedium, isReason, isRoom, isServers, isUser, objection, serversIn } from "./PlanObjection.ts"
import { type Content, type Field, fieldNames, fields, wanted } from "./PlanRow.ts"

export { type Cells, objection } from "./PlanObjection.ts"

/** A problem that does not yet know its place. */
export interface Complaint {
  readonly field: Field
  readonly value?: string
  readonly message: string
}

/** No field may be longer, in characters. */
const longestField = 1024 * 1024

/** Why a field that is there should not be. */
const surplus = (field: Field, { address, operation = "", user }: Cells): string => {
  if (operation === "invite" && address !== undefined) {
    if (user === undefined) return `an invitation by ${Hint.oneOf(Address.media)} takes no ${field}`
    return field === "medium" ? "goes with an address" : "an invitation is for a user or for an address, not for both"
  }
  if (operation === "invite" && field === "medium") return "goes with an address"
  const takers = operations.filter((name) => {
    const { takes, takesByAddress = {} } = traits[name]
    const all: { readonly [name: string]: unknown } = { ...takes, ...takesByAddress }
    return all[field] !== undefined
  })
  const who = takers.length > 2 ? "" : `; only ${takers.join(" and ")} ${takers.length === 1 ? "does" : "do"}`
  return `${operation} takes no ${field}${who}`
}

const missing = (field: Field, { operation }: Cells): string => {
  const by = field === "operation" || field === "room" ? "expected" : `${operation} needs`
  const instead = operation === "invite" && field === "user" ? ", or an e-mail address under address" : ""
  return `missing; ${by} ${fields[field].expected}${instead}`
}

const complaint = (field: Field, cells: Cells): Complaint | undefined => {
  const value = cells[field]
  const need = wanted(cells)[field]
  if (value === undefined) return need === "required" ? { field, message: missing(field, cells) } : undefined
  if (value.length > longestField) return { field, value, message: "longer than 1 MiB" }
  if (need === undefined) return { field, value, message: surplus(field, cells) }
  const message = objection[field](value, cells)
  return message === undefined ? undefined : { field, value, message }
}

/** Room and user that would be right the other way round are one mistake, not two. */
const isSwapped = ({ room, user }: Cells): boolean => isUser(room) && isRoom(user)

/** What nobody can do for somebody else. */
const isForAnother = ({ as, operation = "", user }: Cells): boolean =>
  as !== undefined && user !== undefined && as !== user && isOperation(operation) && isOwn(operation)

const given = (field: Detail | "room", cells: Cells, message: string): Complaint => {
  const value = cells[field]
  return { field, ...(value === undefined ? {} : { value }), message }
}

const complaints = (cells: Cells): ReadonlyArray<Complaint> => {
  const swapped = isSwapped(cells)
    ? [given("room", cells, "this is a user, and the user a room; are the two swapped?")]
    : []
  const others = fieldNames.filter((field) => swapped.length === 0 || (field !== "room" && field !== "user"))
  const found = [...swapped, ...others.flatMap((field) => complaint(field, cells) ?? [])]
  if (found.length > 0 || !isForAnother(cells)) return found
  const { as, operation, user } = cells
  return [
    given(
      "user",
      cells,
      `only they can ${operation}, and ${as} is to act; leave the user empty, or put ${user} under as`
    )
  ]
}

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
  const content = isComplete(cells) && !isForAnother(cells) ? contentOf(cells) : undefined
  if (content !== undefined) return Result.succeed(content)
  const [first, ...more] = complaints(cells)
  // the second is not reached as long as the objections follow the schemas; a row is refused rather than guessed at
  return Result.fail([first ?? { field: "operation", message: "not a row" }, ...more])
}
