/**
 * The bytes of a plan as numbered lines of text. Bytes that are not UTF-8, and NUL, are noted on the line they are on,
 * so that one Latin-1 name does not hide what else is to be mended.
 */
import type * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Pull from "effect/Pull"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as Problem from "./PlanProblem.ts"

/** One physical line with its line break, numbered from one. */
export interface Line {
  readonly number: number
  readonly text: string
  readonly problem?: Problem.Problem
}

/** No plan may be larger, in bytes. It bounds what an endless pipe can do; a million rows have a third of it. */
export const largest = 256 * 1024 * 1024

const signatures: ReadonlyArray<{ readonly bytes: ReadonlyArray<number>; readonly message: string }> = [
  { bytes: [0xff, 0xfe], message: "the text is UTF-16; save it as UTF-8" },
  { bytes: [0xfe, 0xff], message: "the text is UTF-16; save it as UTF-8" },
  {
    bytes: [0x50, 0x4b, 0x03, 0x04],
    message: "this is a zip archive or a spreadsheet; export the sheet as CSV in UTF-8"
  },
  { bytes: [0xd0, 0xcf, 0x11, 0xe0], message: "this is a spreadsheet; export the sheet as CSV in UTF-8" },
  { bytes: [0x1f, 0x8b], message: "this is a gzip archive; unpack it first" }
]

const LF = 10
const CR = 13
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
const lenient = new TextDecoder("utf-8", { ignoreBOM: true })
const encoder = new TextEncoder()

const physical = (text: string): ReadonlyArray<string> => text.match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/g) ?? []

const endOfLine = (bytes: Uint8Array, start: number): number => {
  for (let at = start; at < bytes.length; at++) {
    if (bytes[at] === LF) return at + 1
    if (bytes[at] === CR) return at + (bytes[at + 1] === LF ? 2 : 1)
  }
  return bytes.length
}

/** Where decoding first went wrong: in characters of the text and in bytes, from zero. */
const misread = (
  bytes: Uint8Array,
  text: string
): { readonly character: number; readonly byte: number } | undefined => {
  let byte = 0
  let from = 0
  for (;;) {
    const character = text.indexOf("\ufffd", from)
    if (character === -1) return undefined
    byte += encoder.encode(text.slice(from, character)).length
    // the replacement character may stand in the file itself
    if (bytes[byte] !== 0xef || bytes[byte + 1] !== 0xbf || bytes[byte + 2] !== 0xbd) return { character, byte }
    byte += 3
    from = character + 1
  }
}

const inspect = (bytes: Uint8Array, text: string, line: number): Problem.Problem | undefined => {
  const wrong = misread(bytes, text)
  if (wrong !== undefined) {
    const value = (bytes[wrong.byte] ?? 0).toString(16).toUpperCase().padStart(2, "0")
    const message = `byte ${wrong.byte + 1} of the line (0x${value}) is not UTF-8; save the file as UTF-8`
    return new Problem.Problem({ line, column: wrong.character + 1, message })
  }
  const nul = text.indexOf("\0")
  if (nul === -1) return undefined
  const message = `byte ${encoder.encode(text.slice(0, nul)).length + 1} of the line is NUL; a plan is plain text`
  return new Problem.Problem({ line, column: nul + 1, message })
}

/** The lines of a block of bytes that ends where a line ends. */
const decode = (bytes: Uint8Array, first: number): ReadonlyArray<Line> => {
  const whole = Result.try(() => strict.decode(bytes))
  if (Result.isSuccess(whole) && !whole.success.includes("\0")) {
    return physical(whole.success).map((text, index) => ({ number: first + index, text }))
  }
  const lines: Array<Line> = []
  for (let start = 0; start < bytes.length; ) {
    const end = endOfLine(bytes, start)
    const own = bytes.subarray(start, end)
    const text = lenient.decode(own)
    const number = first + lines.length
    const problem = inspect(own, text, number)
    lines.push(problem === undefined ? { number, text } : { number, text, problem })
    start = end
  }
  return lines
}

const joined = (parts: ReadonlyArray<Uint8Array>): Uint8Array => {
  const all = new Uint8Array(parts.reduce((size, part) => size + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/** Cuts chunks behind line feeds, so that neither a character nor a CRLF is ever cut in two. */
const makeBlocks = () => {
  let held: Array<Uint8Array> = []
  let size = 0
  const release = (): Uint8Array => {
    const block = joined(held)
    held = []
    return block
  }
  return {
    size: () => size,
    release,
    push: (chunks: ReadonlyArray<Uint8Array>): Uint8Array => {
      const blocks: Array<Uint8Array> = []
      for (const chunk of chunks) {
        size += chunk.length
        const cut = chunk.lastIndexOf(LF) + 1
        if (cut > 0) {
          held.push(chunk.subarray(0, cut))
          blocks.push(release())
        }
        if (cut < chunk.length) held.push(chunk.subarray(cut))
      }
      return blocks.length === 1 && blocks[0] !== undefined ? blocks[0] : joined(blocks)
    }
  }
}

const BOM = /^\ufeff/

/** Numbered lines. Fails when the bytes are no text at all, or too many. */
export const lines = <E, R>(bytes: Stream.Stream<Uint8Array, E, R>): Stream.Stream<Line, E | Problem.Problem, R> =>
  Stream.transformPull(bytes, (pull) =>
    Effect.sync(() => {
      const blocks = makeBlocks()
      let number = 1
      let ended = false

      const emit = (block: Uint8Array): Pull.Pull<Arr.NonEmptyReadonlyArray<Line>, E | Problem.Problem> => {
        if (blocks.size() > largest)
          return Effect.fail(Problem.ofFile("larger than 256 MiB; split it into several plans"))
        if (block.length === 0) return next
        const alien = number === 1 && signatures.find((known) => known.bytes.every((byte, at) => block[at] === byte))
        if (alien) return Effect.fail(Problem.ofFile(alien.message))
        const [head, ...tail] = decode(block, number)
        if (head === undefined) return next
        const start: Line = number === 1 ? { ...head, text: head.text.replace(BOM, "") } : head
        number += tail.length + 1
        return Effect.succeed([start, ...tail])
      }

      const next: Pull.Pull<Arr.NonEmptyReadonlyArray<Line>, E | Problem.Problem> = Effect.suspend(() =>
        ended
          ? Cause.done()
          : Pull.matchEffect(pull, {
              onSuccess: (chunks) => emit(blocks.push(chunks)),
              onFailure: Effect.failCause,
              onDone: () => {
                ended = true
                return emit(blocks.release())
              }
            })
      )
      return next
    })
  )
