/** Members of a room as a plan. The texts are as they are, since what is read back has to ask for the same people. */
import type { MatrixId, MemberEvent } from "@matrix-membership/core"
import * as Stream from "effect/Stream"
import { isOwn, type Operation } from "./Operations.ts"
import * as PlanCsvWriter from "./plan/PlanCsvWriter.ts"
import type { Content } from "./plan/PlanRow.ts"

export const formats = ["csv", "json", "ndjson"] as const
export type Format = (typeof formats)[number]

export interface Choice {
  readonly memberships: ReadonlySet<MemberEvent.MembershipState>
  readonly operation: Operation
  readonly room: MatrixId.RoomIdOrAlias
  /** Nobody's row is made for them. */
  readonly without: MatrixId.UserId | undefined
}

/**
 * A row for every member with one of the memberships, in the order of their ids. What only they themselves can do they
 * are to do themselves: such rows have the member as `as`, and are for application services.
 */
export const rows = (members: ReadonlyArray<MemberEvent.MemberEvent>, choice: Choice): ReadonlyArray<Content> => {
  const { memberships, operation, room, without } = choice
  const chosen = members.filter(
    ({ content, state_key }) => memberships.has(content.membership) && state_key !== without
  )
  const users = [...new Set(chosen.map(({ state_key }) => state_key))].sort()
  return users.map((user) => ({ operation, room, ...(isOwn(operation) ? { as: user } : { user }) }))
}

const lines = function* (rows: ReadonlyArray<Content>) {
  for (const row of rows) yield `${JSON.stringify(row)}\n`
}

const list = function* (rows: ReadonlyArray<Content>) {
  for (const [index, row] of rows.entries()) yield `${index === 0 ? "[\n  " : ",\n  "}${JSON.stringify(row)}`
  yield "\n]\n"
}

/** The plan as a file, in pieces. */
export const text = (rows: ReadonlyArray<Content>, format: Format): Stream.Stream<string> => {
  switch (format) {
    case "csv":
      return PlanCsvWriter.csv(rows)
    case "json":
      return Stream.fromIterable(list(rows), { chunkSize: 1024 })
    case "ndjson":
      return Stream.fromIterable(lines(rows), { chunkSize: 1024 })
  }
}

/** The format that a file's name asks for. */
export const formatOf = (path: string): Format | undefined => {
  const extension = /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase()
  return extension === "jsonl" ? "ndjson" : formats.find((format) => format === extension)
}
