/**
 * JSON whose every key and value knows its line and column, built from the events of `jsonc-parser`. Only JSON proper is
 * taken, no comments and no trailing commas. Syntax errors are gathered; what contains one is marked as broken, because
 * what seems to be missing there may just not have been readable.
 */
import * as Jsonc from "jsonc-parser"
import { Problem } from "./PlanProblem.ts"

export interface Place {
  readonly line: number
  readonly column: number
}

export interface Text extends Place {
  readonly kind: "text"
  readonly value: string
}

export interface Other extends Place {
  readonly kind: "number" | "truth value" | "null"
  readonly value: number | boolean | null
}

export interface List extends Place {
  readonly kind: "list"
  readonly broken: boolean
  readonly items: ReadonlyArray<Value>
}

export interface Entry {
  readonly key: Text
  readonly value: Value
}

export interface Record extends Place {
  readonly kind: "object"
  readonly broken: boolean
  readonly entries: ReadonlyArray<Entry>
}

export type Value = Text | Other | List | Record

/** A plan nests four deep; the parser recurses, so depth is bounded well before the stack is. */
const deepest = 64

const messages: Readonly<{ [code: string]: string }> = {
  InvalidSymbol: "this is not JSON; texts are in double quotes",
  InvalidNumberFormat: "this is not a number",
  PropertyNameExpected: "expected a key in double quotes; is there a comma too many?",
  ValueExpected: "expected a value before this",
  ColonExpected: "expected a colon behind the key",
  CommaExpected: "expected a comma before this",
  EndOfFileExpected: "text behind the end of the JSON; a file with a row on each line has the extension .ndjson",
  InvalidCommentToken: "a comment; JSON has none",
  UnexpectedEndOfString: "the quote opened here is not closed on this line",
  UnexpectedEndOfNumber: "this number is cut off",
  InvalidUnicode: "expected four hexadecimal digits behind \\u in this text",
  InvalidEscapeCharacter:
    "a backslash in this text with a character that needs none; a backslash itself is written \\\\",
  InvalidCharacter: "a control character in this text; write it as an escape such as \\n or \\t"
}

class TooDeep extends Error {}

/** A row of the plan as a piece of the text; what contains a syntax error is broken. */
export interface Piece extends Place {
  readonly offset: number
  readonly end: number
  readonly broken: boolean
}

interface Open extends Place {
  readonly offset: number
  readonly kind: "list" | "object"
  broken: boolean
  readonly items: Array<Value>
  readonly entries: Array<Entry>
  key: Text | undefined
}

/** Places of ascending offsets. The parser gives some too, but loses count at a line break behind a backslash. */
const placesIn = (text: string, { column, line: firstLine }: Place): ((offset: number) => Place) => {
  const breaks = /\r\n|\r|\n|$/g
  let line = firstLine
  let start = 1 - column
  breaks.exec(text)
  return (offset) => {
    while (breaks.lastIndex <= offset && breaks.lastIndex < text.length) {
      line++
      start = breaks.lastIndex
      breaks.exec(text)
    }
    return { line, column: offset - start + 1 }
  }
}

/** The list that is the plan, or the one that is its `rows`. */
const isOfRows = ([first, second, third]: ReadonlyArray<Open>): boolean =>
  second === undefined
    ? first?.kind === "list"
    : third === undefined && second.kind === "list" && first?.kind === "object" && first.key?.value === "rows"

const build = (
  text: string,
  place: (offset: number) => Place,
  report: (at: Place, message: string) => void,
  row: ((piece: Piece) => void) | undefined
) => {
  const open: Array<Open> = []
  let root: Value | undefined

  const add = (value: Value, offset: number, end: number) => {
    if (row !== undefined && isOfRows(open)) {
      const { column, line } = value
      return row({ line, column, offset, end, broken: "broken" in value && value.broken })
    }
    const parent = open[open.length - 1]
    if (parent === undefined) root ??= value
    else if (parent.kind === "list") parent.items.push(value)
    else if (parent.key !== undefined) parent.entries.push({ key: parent.key, value })
  }
  const begin = (kind: "list" | "object") => (offset: number) => {
    const at = place(offset)
    if (open.length >= deepest) {
      report(at, `nested more than ${deepest} deep`)
      throw new TooDeep()
    }
    open.push({ ...at, offset, kind, broken: false, items: [], entries: [], key: undefined })
  }
  const end = (offset: number, length: number) => {
    const closed = open.pop()
    if (closed === undefined) return
    const { column, entries, items, kind, line } = closed
    // without a bracket there, it is the end of the text that ends the container
    const broken = closed.broken || length === 0
    if (length === 0) report(closed, `the ${kind === "list" ? "bracket" : "brace"} opened here is never closed`)
    const value: Value =
      kind === "list" ? { kind, line, column, broken, items } : { kind, line, column, broken, entries }
    add(value, closed.offset, offset + length)
  }
  const literal = (value: unknown, at: Place): Value => {
    if (typeof value === "string") return { ...at, kind: "text", value }
    if (typeof value === "number") return { ...at, kind: "number", value }
    if (typeof value === "boolean") return { ...at, kind: "truth value", value }
    return { ...at, kind: "null", value: null }
  }

  Jsonc.visit(
    text,
    {
      onObjectBegin: begin("object"),
      onArrayBegin: begin("list"),
      onObjectEnd: end,
      onArrayEnd: end,
      onObjectProperty: (value, offset) => {
        const parent = open[open.length - 1]
        if (parent !== undefined) parent.key = { ...place(offset), kind: "text", value }
      },
      onLiteralValue: (value: unknown, offset, length) => add(literal(value, place(offset)), offset, offset + length),
      onError: (code, offset) => {
        const name = Jsonc.printParseErrorCode(code)
        if (name.startsWith("Close")) return
        for (const container of open) container.broken = true
        const told = offset === text.length ? "the JSON ends too soon" : messages[name]
        report(place(offset), told ?? "this is not JSON")
      }
    },
    { disallowComments: true, allowTrailingComma: false }
  )
  return root
}

export interface Parsed {
  /** Nothing when there is no value at all, or one that nests too deep. */
  readonly value: Value | undefined
  readonly problems: ReadonlyArray<Problem>
}

/**
 * Parses a text that begins at the given place of its file. One syntax error a line is told: the others follow from it.
 * Rows are handed over one by one where they are asked for, and are not in the value then: of a million of them only the
 * one in question is held.
 */
export const parse = (text: string, from: Place = { line: 1, column: 1 }, row?: (piece: Piece) => void): Parsed => {
  const problems = new Map<number, Problem>()
  const report = ({ column, line }: Place, message: string) => {
    if (!problems.has(line)) problems.set(line, new Problem({ line, column, message }))
  }
  try {
    const value = build(text, placesIn(text, from), report, row)
    return { value, problems: [...problems.values()] }
  } catch (error) {
    if (!(error instanceof TooDeep)) throw error
    return { value: undefined, problems: [...problems.values()] }
  }
}
