/**
 * The lines of a journal: JSON objects, each closed by a CRC-32 of what stands before it in its line, so that a line torn
 * by a crash or changed on the disk is told from one that was written. `less` and `jq` read them as they are.
 */
import { Buffer } from "node:buffer"
import { crc32 } from "node:zlib"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import * as Outcome from "../Outcome.ts"
import { printableJson } from "../plan/PlanProblem.ts"
import { Content, type Row } from "../plan/PlanRow.ts"

/** The version of the format that this code writes, and the newest that it reads. */
export const version = 1

/** Epoch milliseconds; in the file a time that people can read. */
const Time = Schema.String.pipe(
  Schema.decodeTo(Schema.Finite, {
    decode: SchemaGetter.transform((text) => Date.parse(text)),
    encode: SchemaGetter.transform((millis) => new Date(millis).toISOString())
  })
)

/** What the row asks for, and where it stands in the plan. Few readers want it, so it is looked into only when asked. */
const Asked = Schema.optionalKey(Schema.Unknown)
const decodeRow = Schema.decodeUnknownOption(
  Schema.Struct({ line: Schema.Int, column: Schema.optionalKey(Schema.Int), ...Content.fields })
)

const Run = {
  /** When the run began. */
  at: Time,
  /** The version of the program. */
  tool: Schema.String,
  plan: Schema.String,
  digest: Schema.String,
  /** How many rows the plan has. */
  rows: Schema.Int
}

const Counts = Schema.Struct({
  done: Schema.Int,
  unchanged: Schema.Int,
  failed: Schema.Int,
  deferred: Schema.Int,
  unknown: Schema.Int,
  notAttempted: Schema.Int
})

/** How a run came to its end. */
export const Summary = Schema.Struct({
  counts: Counts,
  because: Schema.String,
  /** When to go on, in epoch milliseconds, where rows are deferred. */
  comeBackAt: Schema.optionalKey(Time)
})
export type Summary = typeof Summary.Type

/** The first line. Whatever else there is, the version stays where it is. */
export const Header = Schema.Struct({
  type: Schema.tag("journal"),
  version: Schema.Int,
  ...Run,
  homeserver: Schema.String,
  sender: Schema.String
})
export type Header = typeof Header.Type

const of = <const Type extends string, Fields extends Schema.Struct.Fields>(type: Type, fields: Fields) =>
  Schema.Struct({ type: Schema.tag(type), ...fields })

export const Record = Schema.Union([
  Header,
  /** A later run of the same journal, with the plan as it is now. */
  of("run", Run),
  /** A request for this row is about to be sent. The first of a run says what the row asks for. */
  of("intent", { at: Time, key: Schema.String, row: Asked }),
  /** Refused with 429: certainly without effect, so the intention is void. */
  of("refused", { at: Time, key: Schema.String, retryAfterMillis: Schema.Finite }),
  of("outcome", {
    at: Time,
    key: Schema.String,
    outcome: Outcome.Outcome,
    row: Asked
  }),
  /** What is known of the server's limits. */
  of("limits", { at: Time, learned: Schema.JsonObject }),
  of("end", { at: Time, ...Summary.fields })
])
export type Record = typeof Record.Type
export type Run = Extract<Record, { readonly type: "run" }>
export type Ended = Extract<Record, { readonly type: "end" }>

/** The row that the record is about, where it says so. */
export const rowIn = (record: Record): Row | undefined =>
  "row" in record ? Option.getOrUndefined(decodeRow(record.row)) : undefined

const toJson = Schema.encodeSync(Record)
const fromJson = Schema.decodeUnknownOption(Schema.fromJsonString(Record))
const versionIn = Schema.decodeUnknownOption(
  Schema.fromJsonString(Schema.Struct({ type: Schema.tag("journal"), version: Schema.Int }))
)

const sealOpening = ',"crc":"'

/** `,"crc":"89abcdef"}` */
const sealLength = 18

const sealOf = (bytes: string | Uint8Array): string => `${sealOpening}${crc32(bytes).toString(16).padStart(8, "0")}"}`

/** The record as a line, with its newline. */
export const encode = (record: Record): string => {
  const json = printableJson(toJson(record)).slice(0, -1)
  return `${json}${sealOf(json)}\n`
}

/** Whether the line, without its newline, is as it was written. */
export const isWhole = (line: Uint8Array): boolean => {
  const end = line.length - sealLength
  return end > 0 && Buffer.from(sealOf(line.subarray(0, end))).equals(line.subarray(end))
}

/** Whether there is a whole line in it, from its beginning, with something else than a newline after it. */
export const isFollowed = (line: Uint8Array): boolean => {
  const bytes = asBuffer(line)
  for (let at = bytes.indexOf(sealOpening); at !== -1; at = bytes.indexOf(sealOpening, at + 1)) {
    const end = at + sealLength
    if (end < bytes.length && isWhole(bytes.subarray(0, end))) return true
  }
  return false
}

/** The record of a whole line; none when it is no record of a version known here. */
export const decode = (line: Uint8Array): Record | undefined => Option.getOrUndefined(fromJson(textOf(line)))

/** The version that a header claims, whatever else it holds. */
export const versionOf = (line: Uint8Array): number | undefined =>
  Option.getOrUndefined(Option.map(versionIn(textOf(line)), ({ version }) => version))

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)

const textOf = (line: Uint8Array): string => asBuffer(line).toString("utf8")

/** How every journal begins; a file that does not is something else and is left alone. */
export const opening: Uint8Array = Buffer.from('{"type":"journal","version":')
