import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as PlanText from "../../src/plan/PlanText.ts"

const utf8 = (text: string) => new TextEncoder().encode(text)
const bytes = (...parts: ReadonlyArray<string | ReadonlyArray<number>>) =>
  Uint8Array.from(parts.flatMap((part) => [...(typeof part === "string" ? utf8(part) : part)]))

const linesOf = (...chunks: ReadonlyArray<Uint8Array>) => Stream.runCollect(PlanText.lines(Stream.fromArray(chunks)))
const textsOf = (...chunks: ReadonlyArray<Uint8Array>) =>
  Effect.map(linesOf(...chunks), (lines) => lines.map(({ text }) => text))
const problemsOf = (...chunks: ReadonlyArray<Uint8Array>) =>
  Effect.map(linesOf(...chunks), (lines) => lines.flatMap(({ problem }) => problem?.render("plan.csv") ?? []))

describe("lines", () => {
  it.effect("end with LF, CRLF, CR or the file, and keep it", () =>
    Effect.gen(function* () {
      const lines = yield* linesOf(utf8("a\nb\r\nc\rd\n\n\re"))
      assert.deepStrictEqual(lines, [
        { number: 1, text: "a\n" },
        { number: 2, text: "b\r\n" },
        { number: 3, text: "c\r" },
        { number: 4, text: "d\n" },
        { number: 5, text: "\n" },
        { number: 6, text: "\r" },
        { number: 7, text: "e" }
      ])
    })
  )
  it.effect("begin behind a byte order mark, and only at the start of the file", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* textsOf(utf8("\ufeffa\n\ufeffb")), ["a\n", "\ufeffb"])
    })
  )
  it.effect("are none in an empty file", () =>
    Effect.map(textsOf(bytes()), (lines) => assert.deepStrictEqual(lines, []))
  )

  const pieces = Arbitrary.array(
    Arbitrary.schema(Schema.Literals(["a", "ü", "日", "🎉", "\r", "\n", "\r\n", "\ufffd", "\0"])),
    { maxLength: 40 }
  )
  const cuts = Arbitrary.array(Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 120 }))))
  it.effect.prop("are the same however the bytes arrive", { pieces, cuts }, ({ cuts, pieces }) =>
    Effect.gen(function* () {
      const whole = utf8(pieces.join(""))
      const ends = [...cuts.filter((cut) => cut < whole.length).sort((a, b) => a - b), whole.length]
      const chunks = ends.map((end, index) => whole.slice(ends[index - 1] ?? 0, end))
      assert.deepStrictEqual(yield* linesOf(...chunks), yield* linesOf(whole))
      assert.strictEqual((yield* textsOf(...chunks)).join(""), pieces.join(""))
    })
  )
})

describe("bytes that are not text", () => {
  it.effect.each([
    [
      "Latin-1",
      bytes("a\nM", [0xfc], "ller\n"),
      ["plan.csv:2:2: byte 2 of the line (0xFC) is not UTF-8; save the file as UTF-8"]
    ],
    [
      "Latin-1 that looks like the start of a character",
      bytes("日", [0xe9], "re"),
      ["plan.csv:1:2: byte 4 of the line (0xE9) is not UTF-8; save the file as UTF-8"]
    ],
    [
      "a character cut off by the end of the file",
      bytes("a\r\nb", [0xe6, 0x97]),
      ["plan.csv:2:2: byte 2 of the line (0xE6) is not UTF-8; save the file as UTF-8"]
    ],
    [
      "a surrogate",
      bytes([0xed, 0xa0, 0x80]),
      ["plan.csv:1:1: byte 1 of the line (0xED) is not UTF-8; save the file as UTF-8"]
    ],
    [
      "one complaint a line, behind replacement characters that stand in the file",
      bytes("\ufffd\ufffdx", [0x80, 0x80], "\rgood\r", [0xff], "\r"),
      [
        "plan.csv:1:4: byte 8 of the line (0x80) is not UTF-8; save the file as UTF-8",
        "plan.csv:3:1: byte 1 of the line (0xFF) is not UTF-8; save the file as UTF-8"
      ]
    ],
    ["NUL", bytes("a\nü\0b"), ["plan.csv:2:2: byte 3 of the line is NUL; a plan is plain text"]],
    ["nothing of the kind", bytes("Zoë \ufffd 🎉\n"), []]
  ] as const)("%s", ([, file, expected]) =>
    Effect.map(problemsOf(file), (problems) => assert.deepStrictEqual(problems, [...expected]))
  )
  it.effect("are replaced, so that the rest of the line can be read", () =>
    Effect.map(textsOf(bytes("M", [0xfc], "ller,ok\nnext")), (texts) =>
      assert.deepStrictEqual(texts, ["M\ufffdller,ok\n", "next"])
    )
  )
})

describe("a file that is no text at all", () => {
  it.effect.each([
    ["UTF-16 from a spreadsheet", bytes([0xff, 0xfe], "o\0p\0"), "plan.csv: the text is UTF-16; save it as UTF-8"],
    ["UTF-16, the other way round", bytes([0xfe, 0xff], "\0o\0p"), "plan.csv: the text is UTF-16; save it as UTF-8"],
    [
      "a workbook",
      bytes("PK", [3, 4], "\n..."),
      "plan.csv: this is a zip archive or a spreadsheet; export the sheet as CSV in UTF-8"
    ],
    ["gzip", bytes([0x1f, 0x8b, 8, 0]), "plan.csv: this is a gzip archive; unpack it first"]
  ] as const)("%s", ([, file, expected]) =>
    Effect.gen(function* () {
      const problem = yield* Effect.flip(linesOf(file.slice(0, 1), file.slice(1)))
      assert.strictEqual(problem.render("plan.csv"), expected)
    })
  )
  it.effect("an endless pipe", () =>
    Effect.gen(function* () {
      const chunk = new Uint8Array(8 * 1024 * 1024).fill(0x61)
      chunk[chunk.length - 1] = 0x0a
      const problem = yield* Effect.flip(Stream.runDrain(PlanText.lines(Stream.forever(Stream.make(chunk)))))
      assert.strictEqual(problem.render("-"), "stdin: larger than 256 MiB; split it into several plans")
    })
  )
})
