/** Plans spoilt in every way that files get spoilt in, each from a number that brings it back; and what holds for all. */
import { Buffer } from "node:buffer"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as Check from "../../src/Check.ts"
import * as Plan from "../../src/plan/Plan.ts"
import { byteChanges, type Dice, dice } from "../journal/JournalMutation.ts"

const rows = [
  { operation: "invite", room: "!hall:x", user: "@bob:x", reason: 'dear\nBob, "hi" 🎉' },
  { operation: "invite", room: "#hall:x", address: "ann@example.org", medium: "email", as: "@m:x" },
  { operation: "join", room: "#hall:x", via: ["x.org", "y.org:8448"] },
  { operation: "knock", room: "#b:x", as: "@m:x" },
  { operation: "ban", room: "!b:x", user: "@c:x", reason: "=1+1" },
  { operation: "unban", room: "!b:x", user: "@c:x" },
  { operation: "forget", room: "!c:x" }
]

const csv = (delimiter: string, newline: string) =>
  [
    ["operation", "Room ID", "mxid", "reason", "via", "as", "medium", "e-mail"],
    ...rows.map(({ address = "", as = "", medium = "", operation, reason = "", room, user = "", via = [] }) => [
      operation,
      room,
      user,
      reason === "" ? "" : `"${reason.replaceAll('"', '""')}"`,
      via.join(" "),
      as,
      medium,
      address
    ])
  ]
    .map((cells) => cells.join(delimiter))
    .join(newline)

/** A name, which tells the format, and a plan that is good. */
const originals = [
  ["plan.csv", `\ufeff# a comment\r\n${csv(",", "\r\n")}`],
  ["-", csv(";", "\n")],
  ["plan.tsv", csv("\t", "\r")],
  ["plan.json", JSON.stringify(rows, null, 2)],
  ["-", JSON.stringify({ $schema: "x", version: 1, defaults: { room: "!d:x", reason: "hi" }, rows })],
  ["plan.ndjson", rows.map((row) => JSON.stringify(row)).join("\n")],
  ["-", ['{"savedPlan":1,"made":7}', ...rows.map((row) => JSON.stringify(row))].join("\r\n")]
] as const

type Change = (text: string, roll: Dice) => string

const pieces = [
  ...[
    '"',
    '""',
    ",",
    ";",
    "\t",
    "\n",
    "\r",
    "\r\n",
    "#",
    "# ",
    "{",
    "}",
    "[",
    "]",
    ":",
    "\\",
    "\\u12",
    "\\ud800",
    "\0"
  ],
  ...["@b:x", "!a:x", "#a:x", "@", "null", "1e9", "true", "é", "\u202e", "\u001b[31m", "\ufeff", "rows", "savedPlan"],
  ...[
    "operation",
    "ban",
    "join",
    "email",
    '{"a":',
    "[[",
    " ",
    "",
    '"user":"@b:x",',
    "operation,room\n",
    "x".repeat(300)
  ]
]

const pick = (roll: Dice, from: ReadonlyArray<string>): string => from[roll(from.length)] ?? ""

/** Cells of CSV and tokens of JSON alike: what stands between marks. */
const tokens = (text: string): ReadonlyArray<string> => text.split(/(?<=[,;\t\n{}[\]:"])/)

const textChanges: ReadonlyArray<Change> = [
  (text, roll) => {
    const at = roll(text.length + 1)
    return text.slice(0, at) + pick(roll, pieces) + text.slice(at + roll(8))
  },
  (text, roll) =>
    tokens(text)
      .with(roll(tokens(text).length), pick(roll, pieces))
      .join(""),
  (text, roll) =>
    tokens(text)
      .toSpliced(roll(tokens(text).length), 1 + roll(4))
      .join(""),
  (text, roll) => {
    const all = tokens(text)
    const [one, other] = [roll(all.length), roll(all.length)]
    return all
      .with(one, all[other] ?? "")
      .with(other, all[one] ?? "")
      .join("")
  },
  (text, roll) =>
    text
      .split("\n")
      .flatMap((line) => (roll(4) === 0 ? [line, line] : [line]))
      .join("\n"),
  (text, roll) =>
    text
      .split("\n")
      .toSorted(() => roll(3) - 1)
      .join("\n"),
  (text, roll) =>
    text
      .split("\n")
      .filter(() => roll(5) > 0)
      .join("\n"),
  (text, roll) => text.replaceAll(pick(roll, [",", '"', ":", "\n", " ", "x"]), pick(roll, pieces)),
  (text, roll) => pick(roll, ["[", '{"rows":', '{"a":', '"', ","]).repeat(1 + roll(200)) + text
]

export interface Mutant {
  readonly source: string
  readonly bytes: Uint8Array
}

export const mutant = (seed: number): Mutant => {
  const roll = dice(seed)
  const [source, original] = originals[roll(originals.length)] ?? originals[0]
  let bytes = Buffer.from(original)
  for (let times = roll(1 + roll(4)); times >= 0; times--) {
    const change = textChanges[roll(textChanges.length)]
    if (roll(4) === 0) bytes = Buffer.from((byteChanges[roll(byteChanges.length)] ?? byteChanges[0])(bytes, roll))
    else if (change !== undefined) bytes = Buffer.from(change(bytes.toString(), roll))
  }
  return { source, bytes }
}

const readPlan = (source: string, bytes: Uint8Array) => Effect.result(Plan.readBytes(source, Stream.make(bytes)))

/** What a terminal obeys, or a trace of a crash. */
const offence =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]|\n\s+at |internal error/u

/** Why the problems that were found cannot be, or nothing. */
const misplaced = ({ problems }: Plan.PlanInvalid, bytes: Uint8Array): string | undefined => {
  const lines = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes).split(/\r\n|\r|\n/)
  for (const { column, line, message } of problems) {
    const isInFile = line >= 1 && line <= lines.length && column >= 1 && column <= (lines[line - 1]?.length ?? 0) + 2
    // of these the place is the file
    const isOfFile = line === 0 && /^(?:the file is empty|there are no rows|the text is|this is a)/.test(message)
    if (!isInFile && !isOfFile) return `${line}:${column}: ${message}`
  }
  return undefined
}

/** Fails with the law that the mutant of this seed breaks; otherwise says whether it was a plan still. */
export const check = Effect.fnUntraced(function* (seed: number) {
  const { bytes, source } = mutant(seed)
  const broken = (law: string) => Effect.fail(new Error(`seed ${seed}: ${law}`))
  const began = performance.now()
  const read = yield* readPlan(source, bytes)
  const millis = performance.now() - began
  if (millis > 2000) return yield* broken(`it took ${millis} ms`)
  if (Result.isFailure(read)) {
    if (offence.test(read.failure.message)) return yield* broken(`not fit to print: ${read.failure.message}`)
    const wrong = misplaced(read.failure, bytes)
    return wrong === undefined ? "refused" : yield* broken(`no place in the file: ${wrong}`)
  }
  const { digest, rows } = read.success
  const shown = [...Check.text(Check.of(read.success)), ...Check.lines(Check.of(read.success))].join("\n")
  if (offence.test(shown)) return yield* broken(`not fit to print: ${shown}`)
  const written = Array.from(rows, ({ column: _, line: __, ...content }) => JSON.stringify(content)).join("\n")
  const again = yield* readPlan("again.ndjson", Buffer.from(written))
  if (Result.isFailure(again)) return yield* broken(`its rows are none: ${again.failure.message}`)
  return again.success.digest === digest ? "read" : yield* broken("its rows are others when read again")
})
