/**
 * The records of a CSV file with the lines they stand on. Effect's tokenizer does the reading; here it is fed line by
 * line, so that comments never reach it, a record knows its place, and a syntax error costs one line and not the rest
 * of the file.
 */
import { RoomAlias } from "@matrix-membership/core/MatrixId"
import * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import * as Channel from "effect/Channel"
import * as Effect from "effect/Effect"
import * as Csv from "effect/encoding/Csv"
import * as Pull from "effect/Pull"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { type Field, fieldNamed } from "./PlanRow.ts"
import type { Line } from "./PlanText.ts"

interface Span {
  readonly lines: Arr.NonEmptyReadonlyArray<Line>
  readonly delimiter: string
}

/** A record that could be read. The first of a file is its header. */
export interface Record extends Span {
  readonly _tag: "Record"
  readonly cells: ReadonlyArray<string>
}

/** Lines that begin like a record and are none. Reading goes on with the second of them. */
export interface Broken extends Span {
  readonly _tag: "Broken"
  readonly error: Csv.CsvError
}

/** A record longer than this, in characters, is taken for a quote that was never closed. */
const longestRecord = 16 * 1024 * 1024
const longestPiece = 1024 * 1024

/** The delimiter that yields the most known columns at the start of the header. */
const delimiterOf = (header: string): string => {
  const start = header.slice(0, 4096)
  const known = (delimiter: string) =>
    start.split(delimiter).filter((name) => fieldNamed(name.trim().replace(/^"|"$/g, "")) !== undefined).length
  return [";", "\t"].reduce((best, delimiter) => (known(delimiter) > known(best) ? delimiter : best), ",")
}

const isAlias = Schema.is(RoomAlias)

/**
 * Whether a line that begins a record is a comment: its first character but for blanks is `#`. Where that may also be
 * the beginning of a row, there must be a blank (or nothing) behind it, and even so the line is taken for a row, in a
 * plan whose first column is the room, when it has several cells of which the first is an alias, and in one whose first
 * column is the reason, when it has several cells at all. A cell in quotes never begins a comment.
 */
export const isComment = (line: string, delimiter: string, firstColumn: Field | undefined): boolean => {
  const start = line.search(/\S/)
  if (line[start] !== "#" || line.slice(0, start).includes(delimiter)) return false
  if (firstColumn !== "room" && firstColumn !== "reason") return true
  const text = line.slice(start)
  const end = text.indexOf(delimiter)
  return /^#(?:\s|$)/.test(text) && (end === -1 || (firstColumn === "room" && !isAlias(text.slice(0, end))))
}

/** The tokenizer looks at the size of a record between two pieces, so that no line may be one of its own. */
const pieces = (text: string): Arr.NonEmptyReadonlyArray<string> => {
  const rest: Array<string> = []
  for (let at = longestPiece; at < text.length; at += longestPiece) rest.push(text.slice(at, at + longestPiece))
  return [text.slice(0, longestPiece), ...rest]
}

/** A line without a quote is a record as it stands, and read in a fraction of the time that the tokenizer takes. */
const isPlain = ({ text }: Line): boolean => text.length <= longestPiece && !text.includes('"')

/** As many plain records are handed on together: few enough that they are gone before the collector moves them. */
const mostAtOnce = 64

const split = (text: string, delimiter: string): ReadonlyArray<string> =>
  text.slice(0, text.length - (text.endsWith("\r\n") ? 2 : /[\r\n]$/.test(text) ? 1 : 0)).split(delimiter)

const blank = /^[\s,;]*$/

/** Lines one at a time, with the possibility to put some back. */
const makeReader = <E>(pull: Pull.Pull<Arr.NonEmptyReadonlyArray<Line>, E>) => {
  const again: Array<Line> = []
  let chunk: ReadonlyArray<Line> = []
  let at = 0
  let ended = false
  /** The next of the lines that are there already. */
  const take = () => again.pop() ?? chunk[at++]
  const next: Pull.Pull<Line, E> = Effect.suspend(() => {
    const line = take()
    if (line !== undefined) return Effect.succeed(line)
    if (ended) return Cause.done()
    return Pull.matchEffect(pull, {
      onSuccess: (lines) => {
        chunk = lines
        at = 0
        return next
      },
      onFailure: Effect.failCause,
      onDone: () => {
        ended = true
        return Cause.done()
      }
    })
  })
  const putBack = (lines: ReadonlyArray<Line>) => {
    for (const line of lines.toReversed()) again.push(line)
  }
  return { next, putBack, take }
}

const read = <E>(
  pull: Pull.Pull<Arr.NonEmptyReadonlyArray<Line>, E>,
  scope: Scope.Scope
): Pull.Pull<Arr.NonEmptyReadonlyArray<Record | Broken>, E> => {
  const reader = makeReader(pull)
  let delimiter = ","
  let sniffed = false
  let headed = false
  let firstColumn: Field | undefined
  let decoder: Pull.Pull<Arr.NonEmptyReadonlyArray<Csv.Row>, E | Csv.CsvError> | undefined
  /** The lines of the record that the tokenizer is in the middle of. */
  let fed: Array<Line> = []

  const beginning: Pull.Pull<Line, E> = Effect.filterOrElse(
    reader.next,
    ({ text }) => !blank.test(text) && !isComment(text, delimiter, firstColumn),
    () => beginning
  )

  const feed: Pull.Pull<Arr.NonEmptyReadonlyArray<string>, E> = Effect.suspend(() =>
    Effect.map(fed.length === 0 ? beginning : reader.next, (line) => {
      fed.push(line)
      return pieces(line.text)
    })
  )

  const open = Effect.flatMap(beginning, (line) => {
    if (!sniffed) delimiter = delimiterOf(line.text)
    sniffed = true
    reader.putBack([line])
    return Channel.toTransform(Csv.decodeString<E, void>({ delimiter, maxRecordSize: longestRecord }))(feed, scope)
  })

  /** As many as are there already before one with a quote in it. */
  const plainRecords = (): Array<Record> => {
    const records: Array<Record> = []
    while (records.length < mostAtOnce) {
      const line = reader.take()
      if (line === undefined) break
      if (!isPlain(line)) {
        reader.putBack([line])
        break
      }
      if (blank.test(line.text) || isComment(line.text, delimiter, firstColumn)) continue
      records.push({ _tag: "Record", cells: split(line.text, delimiter), delimiter, lines: [line] })
    }
    return records
  }

  const next: Pull.Pull<Arr.NonEmptyReadonlyArray<Record | Broken>, E> = Effect.suspend(() => {
    const records = headed ? plainRecords() : []
    if (Arr.isArrayNonEmpty(records)) return Effect.succeed(records)
    if (decoder === undefined) {
      return Effect.flatMap(open, (opened) => {
        decoder = opened
        return next
      })
    }
    return decoder.pipe(
      Effect.flatMap(([cells]) => {
        const [first, ...more] = fed
        if (first === undefined) return next
        fed = []
        if (!headed) firstColumn = fieldNamed(cells[0] ?? "")
        headed = true
        return Effect.succeed<[Record]>([{ _tag: "Record", cells, delimiter, lines: [first, ...more] }])
      }),
      Effect.catchIf(Csv.isCsvError, (error) => {
        const [first, ...more] = fed
        if (first === undefined) return Effect.die(error)
        fed = []
        decoder = undefined
        reader.putBack(more)
        return Effect.succeed<[Broken]>([{ _tag: "Broken", error, delimiter, lines: [first, ...more] }])
      })
    )
  })
  return next
}

/** All records but comments and lines without a word. */
export const records = <E, R>(lines: Stream.Stream<Line, E, R>): Stream.Stream<Record | Broken, E, R> =>
  Stream.transformPull(lines, (pull, scope) => Effect.sync(() => read(pull, scope)))

const endOfCell = (text: string, start: number, delimiter: string): number => {
  if (text[start] !== '"') {
    const end = text.indexOf(delimiter, start)
    return end === -1 ? text.replace(/[\r\n]+$/, "").length : end
  }
  let end = text.indexOf('"', start + 1)
  while (end !== -1 && text[end + 1] === '"') end = text.indexOf('"', end + 2)
  return end === -1 ? text.length : end + 1
}

/** Where the cells of a record begin; for one too many where the record ends. Cheap when asked in ascending order. */
export const placesIn = ({
  delimiter,
  lines
}: Span): ((cell: number) => { readonly line: number; readonly column: number }) => {
  const text = lines.map((line) => line.text).join("")
  let known = 0
  let at = 0
  let behind = 0
  let before = 0
  return (cell) => {
    if (cell < known) known = at = behind = before = 0
    for (; known < cell; known++) {
      const end = endOfCell(text, at, delimiter)
      at = text[end] === delimiter ? end + 1 : end
    }
    let line = lines[behind] ?? lines[0]
    for (
      let next = lines[behind + 1];
      next !== undefined && at >= before + line.text.length;
      next = lines[behind + 1]
    ) {
      before += line.text.length
      behind++
      line = next
    }
    return { line: line.number, column: at - before + 1 }
  }
}
