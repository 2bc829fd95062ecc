/**
 * The quick way to read a row of JSON: an object of plain texts, no escapes, each field once. Nearly every row of a
 * plan is one; whatever is not is left to the parser, which takes ten times as long and can say where something is wrong.
 */
import type { Cells } from "./PlanCells.ts"
import { type Field, fieldNamed } from "./PlanRow.ts"

// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them in texts, and the parser says so
const entry = /[ \t\r\n]*"([^"\\\u0000-\u001f]*)"[ \t\r\n]*:[ \t\r\n]*"([^"\\\u0000-\u001f]*)"[ \t\r\n]*([,}])/y
const opening = /[ \t\r\n]*\{/y
const ending = /[ \t\r\n]*$/y

export interface Plain {
  readonly cells: Cells
  /** Of the brace, from one. */
  readonly column: number
}

/** The texts of a row, or nothing when it is anything but plain. */
export const read = (text: string): Plain | undefined => {
  opening.lastIndex = 0
  if (!opening.test(text)) return undefined
  const column = opening.lastIndex
  const cells: { [F in Field]?: string } = {}
  const given = new Set<Field>()
  entry.lastIndex = column
  for (;;) {
    const found = entry.exec(text)
    const field = found === null ? undefined : fieldNamed(found[1] ?? "")
    if (found === null || field === undefined || given.has(field)) return undefined
    given.add(field)
    const value = found[2] ?? ""
    if (value !== "") cells[field] = value
    if (found[3] === ",") continue
    ending.lastIndex = entry.lastIndex
    return ending.test(text) ? { cells, column } : undefined
  }
}
