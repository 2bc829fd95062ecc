/**
 * The rows of a plan in columns: typed arrays for what is a number, every text kept once. A million rows take a few dozen
 * bytes each and no object; a row is made anew whenever one is asked for.
 */
import * as Schema from "effect/Schema"
import { type Operation, operations } from "../Operations.ts"
import * as Address from "./PlanAddress.ts"
import * as Column from "./PlanColumn.ts"
import * as PlanIndex from "./PlanIndex.ts"
import * as Keys from "./PlanKeys.ts"
import { Content, type Row } from "./PlanRow.ts"
import * as StringTable from "./StringTable.ts"

/** Texts by number, from zero, in the order in which the plan first names them. */
export interface Names {
  readonly size: number
  readonly at: (n: number) => string
  /** -1 for a text that the plan does not name. */
  readonly find: (text: string) => number
}

/** Rows by number, from zero, in the order of the plan. */
export interface Rows extends Iterable<Row> {
  readonly size: number
  /** The row as it was read. */
  readonly at: (row: number) => Row
  readonly operation: (row: number) => Operation
  /** Number in `rooms`. */
  readonly room: (row: number) => number
  /** Number in `people` of whom the row is about; -1 when that is whoever acts. */
  readonly target: (row: number) => number
  /** Number in `people` of who is to act; -1 for the owner of the access token. */
  readonly actor: (row: number) => number
  /** Where the row begins in the file, from one. */
  readonly line: (row: number) => number
  /** Ids and aliases as the plan has them. */
  readonly rooms: Names
  /** User ids, and addresses outside Matrix as `email:ann@example.org`. */
  readonly people: Names
  /**
   * What the row asks for, wherever it stands, as 16 characters: operation, room, target, actor, and how many rows with
   * these came before. Reason and `via` do not count.
   */
  readonly key: (row: number) => string
  /** The row with this key, or -1. */
  readonly rowOfKey: (key: string) => number
}

/** Rows while they are being read. */
export interface Builder {
  readonly rows: Rows
  /** The number of the row. */
  readonly add: (row: Row) => number
}

const personOf = ({ address, medium = "email", user }: Row): string | undefined =>
  user ?? (address === undefined ? undefined : Address.nameOf(medium, address))

// what stands in the columns was a row before; this gives the texts their types back
const decode = Schema.decodeUnknownSync(Content)

export const make = (): Builder => {
  const rooms = StringTable.make()
  const people = StringTable.make()
  /** Reasons, and lists of servers with blanks between. */
  const texts = StringTable.make()
  let size = 0
  const operation = Column.make()
  const room = Column.make()
  const target = Column.make()
  const line = Column.make()
  const actor = Column.makeSparse(-1)
  const column = Column.makeSparse(-1)
  const reason = Column.makeSparse(-1)
  const via = Column.makeSparse(-1)
  const occurrence = Column.makeSparse(0)

  const operationAt = (row: number) => operations[operation.at(row) ?? -1] ?? outOfRange(row)
  const numbered = (values: Column.Column, row: number) => values.at(row) ?? outOfRange(row)
  const outOfRange = (row: number): never => {
    throw new RangeError(`there is no row ${row} among ${size}`)
  }
  const textAt = (names: Names, values: Column.Column, row: number): string | undefined => {
    const n = numbered(values, row)
    return n === -1 ? undefined : names.at(n)
  }

  const at = (row: number): Row => {
    const person = textAt(people, target, row)
    const [as, told, servers] = [textAt(people, actor, row), textAt(texts, reason, row), textAt(texts, via, row)]
    const place = numbered(column, row)
    return {
      ...decode({
        operation: operationAt(row),
        room: textAt(rooms, room, row),
        ...(person === undefined ? {} : (Address.ofName(person) ?? { user: person })),
        ...(told === undefined ? {} : { reason: told }),
        ...(servers === undefined ? {} : { via: servers.split(" ") }),
        ...(as === undefined ? {} : { as })
      }),
      line: numbered(line, row),
      ...(place === -1 ? {} : { column: place })
    }
  }

  const contents = PlanIndex.make(
    (row) => PlanIndex.mix(operation.at(row) ?? -1, room.at(row) ?? -1, target.at(row) ?? -1, actor.at(row) ?? -1),
    (one, other) =>
      operation.at(one) === operation.at(other) &&
      room.at(one) === room.at(other) &&
      target.at(one) === target.at(other) &&
      actor.at(one) === actor.at(other)
  )

  const add = (row: Row): number => {
    const person = personOf(row)
    operation.push(operations.indexOf(row.operation))
    room.push(rooms.add(row.room))
    target.push(person === undefined ? -1 : people.add(person))
    actor.push(row.as === undefined ? -1 : people.add(row.as))
    line.push(row.line)
    column.push(row.column ?? -1)
    reason.push(row.reason === undefined ? -1 : texts.add(row.reason))
    via.push(row.via === undefined ? -1 : texts.add(row.via.join(" ")))
    const number = size++
    const before = contents.replace(number)
    occurrence.push(before === -1 ? 0 : numbered(occurrence, before) + 1)
    return number
  }

  const key = (row: number) =>
    Keys.keyOf([
      operationAt(row),
      rooms.at(numbered(room, row)),
      textAt(people, target, row) ?? "",
      textAt(people, actor, row) ?? "",
      numbered(occurrence, row)
    ])
  let byKey: { readonly size: number; readonly find: (key: string) => number } | undefined

  const rows: Rows = {
    get size() {
      return size
    },
    at,
    operation: operationAt,
    room: (row) => numbered(room, row),
    target: (row) => numbered(target, row),
    actor: (row) => numbered(actor, row),
    line: (row) => numbered(line, row),
    rooms,
    people,
    key,
    rowOfKey: (wanted) => {
      if (byKey?.size !== size) byKey = { size, find: Keys.index(size, key) }
      return byKey.find(wanted)
    },
    *[Symbol.iterator]() {
      for (let row = 0; row < size; row++) yield at(row)
    }
  }
  return { rows, add }
}

/** The columns of these rows. */
export const fromRows = (rows: Iterable<Row>): Rows => {
  const builder = make()
  for (const row of rows) builder.add(row)
  return builder.rows
}
