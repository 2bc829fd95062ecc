/**
 * Spoilt journals by the hundred thousand: `node packages/batch-cli/fuzz/journals.ts [HOW MANY] [FIRST SEED]`. Every one
 * is read as bytes, every hundredth also from disk, by what `status` and the next run do with it. A failure names the
 * seed that brings it back.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Journal from "../src/journal/Journal.ts"
import * as Status from "../src/journal/Status.ts"
import * as StatusText from "../src/journal/StatusText.ts"
import { check } from "../test/journal/JournalLaws.ts"
import { mutant } from "../test/journal/JournalMutation.ts"
import { options } from "../test/journal/JournalStage.ts"

const [count = 100_000, first = 0] = process.argv.slice(2).map(Number)

/** Nothing takes longer, so what does hangs. */
const patience = 2000

/** Whether the text has what a terminal obeys, or a trace of a crash. */
const offends = (text: string) =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]|\n\s+at |internal error/u.test(text)

/** Either it is said what is wrong, in a message fit to print, or it is read, and told in the same way. */
const fromDisk = Effect.fnUntraced(function* (path: string, seed: number) {
  const fs = yield* FileSystem.FileSystem
  yield* fs.writeFile(path, mutant(seed).bytes)
  const shown = Effect.map(Status.read(path), (status) =>
    [...StatusText.lines(status, seed % 2 === 0), ...StatusText.json(status)].join("\n")
  )
  const text = yield* Effect.catch(shown, ({ message }) => Effect.succeed(message))
  if (offends(text)) return yield* Effect.die(new Error(`status of seed ${seed}: ${JSON.stringify(text)}`))
  const opened = yield* Effect.result(Effect.scoped(Effect.flatMap(options(path, 3), Journal.open)))
  if (opened._tag === "Success") {
    // it goes on behind what was whole, so another run can do the same
    yield* Effect.scoped(Effect.flatMap(options(path, 3), Journal.open))
    return
  }
  if (offends(opened.failure.message)) return yield* Effect.die(new Error(`seed ${seed}: ${opened.failure.message}`))
})

const program = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const path = `${yield* fs.makeTempDirectoryScoped()}/journal`
  const verdicts = { refused: 0, torn: 0, read: 0 }
  const began = yield* Clock.currentTimeMillis
  for (let seed = first; seed < first + count; seed++) {
    const before = yield* Clock.currentTimeMillis
    const verdict = yield* Effect.try({
      try: () => check(seed),
      catch: (cause) => new Error(`seed ${seed} breaks a law`, { cause })
    })
    verdicts[verdict] += 1
    if (seed % 100 === 0) yield* fromDisk(path, seed)
    if ((yield* Clock.currentTimeMillis) - before > patience) {
      return yield* Effect.fail(new Error(`seed ${seed} took more than ${patience} ms`))
    }
  }
  const seconds = ((yield* Clock.currentTimeMillis) - began) / 1000
  const { read, refused, torn } = verdicts
  yield* Console.log(
    `${count} spoilt journals in ${seconds.toFixed(0)} s: ${refused} refused, ${torn} cut off at the end, ${read} read; none broke a law`
  )
})

NodeRuntime.runMain(Effect.scoped(program).pipe(Effect.provide(NodeServices.layer)))
