/**
 * The rows of a plan: which fields there are, how each is written and what it is called. Which operation takes which is
 * in the table of operations; the readers of CSV and JSON and the JSON Schema follow the two.
 */
import { Buffer } from "node:buffer"
import * as MatrixId from "@matrix-membership/core/MatrixId"
import type * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"
import { type Detail, isOperation, Operation, operations, traits } from "../Operations.ts"
import * as Address from "./PlanAddress.ts"
import * as Hint from "./PlanHint.ts"
import type { Problem } from "./PlanProblem.ts"

export { Operation, operations } from "../Operations.ts"

/** A whole event may take 65,536 bytes (specification, client-server API "Size limits"), and more than a reason is in it. */
const longestReason = 60_000

/** As it travels, a character takes at most six bytes, so most reasons need not be measured. */
const fits = (reason: string): boolean =>
  reason.length * 6 <= longestReason || Buffer.byteLength(JSON.stringify(reason)) <= longestReason

const Reason = Schema.String.check(
  Schema.makeFilter((text) => text.isWellFormed() && !text.includes("\0"), {
    expected: "text without NUL and lone surrogates"
  }),
  Schema.makeFilter(fits, { expected: "at most 60,000 bytes, so that it fits into an event" })
)

/** More servers than this to go through are a mistake, and make an address that servers refuse. */
const mostServers = 20

const roomExpected = "a room id such as !abc:example.org or an alias such as #hall:example.org"

/** Every field of a row; `aliases` are the further names of its column or key. */
export const fields = {
  operation: { schema: Operation, expected: Hint.oneOf(operations), aliases: ["op", "action"] },
  room: {
    // the specification calls room ids opaque, but blanks at the end of one have never been meant
    schema: MatrixId.RoomIdOrAlias.check(Schema.isTrimmed({ expected: roomExpected })),
    expected: roomExpected,
    aliases: ["roomid", "roomalias", "roomidoralias", "alias"]
  },
  user: {
    schema: MatrixId.UserId,
    expected: "a user id such as @alice:example.org",
    aliases: ["userid", "mxid", "matrixid", "member", "invitee"]
  },
  reason: { schema: Reason, expected: "text", aliases: ["comment", "message"] },
  via: {
    schema: Schema.Array(MatrixId.ServerName).check(Schema.isMinLength(1), Schema.isMaxLength(mostServers)),
    expected: `server names such as example.org, ${mostServers} at most`,
    aliases: ["server", "servers", "servername", "servernames", "viaservers"]
  },
  as: {
    schema: MatrixId.UserId,
    expected: "a user id such as @alice:example.org",
    aliases: ["actor", "asuser", "actas", "onbehalfof"]
  },
  medium: { schema: Address.Medium, expected: Hint.oneOf(Address.media), aliases: ["kind"] },
  address: {
    schema: Address.Address,
    expected: "an e-mail address such as ann@example.org",
    aliases: ["email", "mail", "emailaddress", "3pid", "threepid"]
  }
} as const

export type Field = keyof typeof fields
export const fieldNames = Struct.keys(fields)

const simplified = (name: string) => name.toLowerCase().replace(/[\s_-]+/g, "")

const byName: ReadonlyMap<string, Field> = new Map(
  fieldNames.flatMap((field) => [field, ...fields[field].aliases].map((name) => [name, field] as const))
)

/** The field that a column or key of this name holds. Case, blanks, `_` and `-` make no difference. */
export const fieldNamed = (name: string): Field | undefined => byName.get(name) ?? byName.get(simplified(name))

/** What is said of a column or key that holds no field. */
export const unknownName = (name: string): string => {
  const meant = Hint.nearest(simplified(name), [...byName.keys()])
  return `not known; expected ${Hint.oneOf(fieldNames)}${meant === undefined ? "" : `; did you mean ${meant}?`}`
}

/** What a row asks for, apart from where it stands. Somebody without a Matrix id has an `address` instead of a `user`. */
export const Content = Schema.Struct({
  operation: fields.operation.schema,
  room: fields.room.schema,
  user: Schema.optionalKey(fields.user.schema),
  reason: Schema.optionalKey(fields.reason.schema),
  via: Schema.optionalKey(fields.via.schema),
  as: Schema.optionalKey(fields.as.schema),
  medium: Schema.optionalKey(fields.medium.schema),
  address: Schema.optionalKey(fields.address.schema)
})
export type Content = typeof Content.Type

/** One membership change. `line` (and in JSON `column`) is where it begins in the file, from one. */
export interface Row extends Content {
  readonly line: number
  readonly column?: number
}

/** What a plan is read into, piece by piece: a row, or something to mend. */
export type Item = Result.Result<Row, Problem>

export type Wanted = { readonly [F in Field]?: "required" | "optional" }

const always = { operation: "required", room: "required" } as const

const details: ReadonlyArray<Detail> = ["user", "reason", "via", "as", "medium", "address"]

const anything: Wanted = { ...always, ...Object.fromEntries(details.map((detail) => [detail, "optional"])) }

const byUser: ReadonlyMap<string, Wanted> = new Map(
  operations.map((name) => [name, { ...always, ...traits[name].takes }])
)

const byAddress: ReadonlyMap<string, Wanted> = new Map(
  operations.flatMap((name) => {
    const { takesByAddress } = traits[name]
    return takesByAddress === undefined ? [] : [[name, { ...always, ...takesByAddress }] as const]
  })
)

/** What rows with this operation may consist of: one list of fields, or two where an address can stand for the user. */
export const forms = (operation: Operation): ReadonlyArray<Wanted> =>
  [byUser.get(operation), byAddress.get(operation)].filter((form) => form !== undefined)

/** What the row with these texts consists of; one whose operation is unknown may have any field. */
export const wanted = (cells: { readonly [F in Field]?: string | undefined }): Wanted => {
  const { address, medium, operation = "", user } = cells
  if (!isOperation(operation)) return anything
  const isByAddress = user === undefined && (address !== undefined || medium !== undefined)
  return (isByAddress ? byAddress.get(operation) : undefined) ?? byUser.get(operation) ?? anything
}
