/**
 * The rows of a plan: which operations there are, and which fields each takes. The two tables say it all; the readers of
 * CSV and JSON and the JSON Schema follow them.
 */
import * as MatrixId from "@matrix-membership/core/MatrixId"
import type * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"
import * as Hint from "./PlanHint.ts"
import type { Problem } from "./PlanProblem.ts"

/** Which fields an operation takes beside the room. A row without `user` is about the owner of the token. */
const takes = {
  invite: { user: "required", reason: "optional" },
  join: { user: "optional", reason: "optional" },
  leave: { user: "optional", reason: "optional" },
  forget: { user: "optional" }
} as const

export const Operation = Schema.Literals(Struct.keys(takes))
export type Operation = typeof Operation.Type
export const operations: ReadonlyArray<Operation> = Operation.literals

const Reason = Schema.String.check(
  Schema.makeFilter((text) => text.isWellFormed() && !text.includes("\0"), {
    expected: "text without NUL and lone surrogates"
  })
)

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
  reason: { schema: Reason, expected: "text", aliases: [] }
} as const

export type Field = keyof typeof fields
export const fieldNames = Struct.keys(fields)

const simplified = (name: string) => name.toLowerCase().replace(/[\s_-]+/g, "")

const byName: ReadonlyMap<string, Field> = new Map(
  fieldNames.flatMap((field) => [field, ...fields[field].aliases].map((name) => [name, field] as const))
)

/** The field that a column or key of this name holds. Case, blanks, `_` and `-` make no difference. */
export const fieldNamed = (name: string): Field | undefined => byName.get(simplified(name))

/** What is said of a column or key that holds no field. */
export const unknownName = (name: string): string => {
  const meant = Hint.nearest(simplified(name), [...byName.keys()])
  return `not known; expected ${Hint.oneOf(fieldNames)}${meant === undefined ? "" : `; did you mean ${meant}?`}`
}

/** What a row asks for, apart from where it stands. */
export const Content = Schema.Struct({
  operation: fields.operation.schema,
  room: fields.room.schema,
  user: Schema.optionalKey(fields.user.schema),
  reason: Schema.optionalKey(fields.reason.schema)
})
export type Content = typeof Content.Type

/** One membership change. `line` (and in JSON `column`) is where it begins in the file, from one. */
export interface Row extends Content {
  readonly line: number
  readonly column?: number
}

/** What a plan is read into, piece by piece: a row, or something to mend. */
export type Item = Result.Result<Row, Problem>

type Wanted = Readonly<Partial<Record<Field, "required" | "optional">>>

const always = { operation: "required", room: "required" } as const

const anything: Wanted = { ...always, user: "optional", reason: "optional" }

const wantedBy: ReadonlyMap<string, Wanted> = new Map(operations.map((name) => [name, { ...always, ...takes[name] }]))

/** What a row with this operation consists of; one whose operation is unknown may have any field. */
export const wanted = (operation: string | undefined): Wanted => wantedBy.get(operation ?? "") ?? anything
