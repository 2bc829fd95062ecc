/**
 * What is wrong with a plan, said so that a person can find the place and mend it. A plan file is somebody else's
 * text: whatever is quoted from it is shortened and cannot steer a terminal.
 */
import * as Schema from "effect/Schema"

const named: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" }

/** Control, format, private and unassigned characters and every blank but the space, as escapes. */
export const printable = (text: string): string =>
  text.replace(
    /\p{C}|\p{Zl}|\p{Zp}|(?! )\p{Zs}/gu,
    (character) => named[character] ?? `\\u{${character.codePointAt(0)?.toString(16)}}`
  )

/** JSON leaves control characters above U+007E and the marks of text direction as they are; terminals obey them. */
export const printableJson = (value: object): string =>
  JSON.stringify(value).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from({ length: character.length }, (_, at) => character.charCodeAt(at))
      .map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`)
      .join("")
  )

const longest = 64

/** A value in double quotes, at most 64 characters of it. */
export const quote = (value: string): string => {
  const short = value.length <= longest ? value : `${value.slice(0, longest).replace(/[\ud800-\udbff]$/, "")}…`
  const quoted = `"${printable(short.replace(/["\\]/g, "\\$&"))}"`
  return short === value ? quoted : `${quoted} (${value.length} characters)`
}

/**
 * One thing to mend. `line` and `column` count from one, columns in UTF-16 code units as editors do; a line of 0 means
 * the file itself. `field` is the column or key, `value` what stands there, unabridged.
 */
export class Problem extends Schema.Class<Problem>("Problem")({
  line: Schema.Int,
  column: Schema.Int,
  field: Schema.optionalKey(Schema.String),
  value: Schema.optionalKey(Schema.String),
  message: Schema.String
}) {
  /** `plan.csv:17:14: user "bob": expected a user id …`, always one line. */
  render(source: string): string {
    const place = [
      printable(source === "-" ? "stdin" : source),
      ...(this.line === 0 ? [] : [this.line, this.column])
    ].join(":")
    const subject = [
      ...(this.field === undefined ? [] : [printable(this.field)]),
      ...(this.value === undefined ? [] : [quote(this.value)])
    ].join(" ")
    return [place, ...(subject === "" ? [] : [subject]), printable(this.message)].join(": ")
  }
}

/** A problem of the file as a whole. */
export const ofFile = (message: string): Problem => new Problem({ line: 0, column: 0, message })

/** The plan cannot be used as it stands: everything that is wrong with it, in the order of the file. */
export class PlanInvalid extends Schema.TaggedError<PlanInvalid>()("PlanInvalid", {
  /** As the user named it; `-` is standard input. */
  source: Schema.String,
  problems: Schema.NonEmptyArray(Problem),
  /** How many more there are, where they are too many to be kept. */
  more: Schema.optionalKey(Schema.Int)
}) {
  /** How many problems the message spells out. */
  static readonly shown = 50

  override get message(): string {
    const lines = this.problems.slice(0, PlanInvalid.shown).map((problem) => problem.render(this.source))
    const more = this.problems.length - lines.length + (this.more ?? 0)
    return [...lines, ...(more === 0 ? [] : [`and ${more} more`])].join("\n")
  }
}
