/**
 * A process of its own that works through the rows that its journal does not know as done, sixteen at a time. What the
 * journal has acknowledged it notes in a second file, at once: `i 17` for an intention, `o 17` for an outcome.
 */
import { openSync, writeSync } from "node:fs"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Effect from "effect/Effect"
import * as Journal from "../../src/journal/Journal.ts"
import * as Outcome from "../../src/Outcome.ts"
import { options } from "./JournalStage.ts"

const [, , folder = ".", count = "0"] = process.argv
const acknowledged = openSync(`${folder}/acknowledged`, "a")
const note = (text: string) => Effect.sync(() => writeSync(acknowledged, `${text}\n`))

const work = Effect.gen(function* () {
  const given = yield* options(`${folder}/journal`, Number(count))
  const journal = yield* Journal.open(given)
  process.send?.("begun")
  const row = Effect.fnUntraced(function* (n: number) {
    if (typeof journal.before(n) === "object") return
    yield* journal.intend(n)
    yield* note(`i ${n}`)
    yield* journal.conclude(n, Outcome.done)
    yield* note(`o ${n}`)
  })
  yield* Effect.forEach(Array(given.rows.size).keys(), row, { concurrency: 16, discard: true })
})

await Effect.runPromise(work.pipe(Effect.scoped, Effect.provide(NodeServices.layer)))
process.disconnect?.()
