/** A process of its own that fills a journal until it is lost, and says how far it came. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Effect from "effect/Effect"
import * as Journal from "../../src/journal/Journal.ts"
import { fill, options } from "./JournalStage.ts"

const filled = Effect.flatMap(options(`${process.argv[2]}/journal`, 1000), Journal.open).pipe(
  Effect.flatMap(fill),
  Effect.scoped,
  Effect.provide(NodeServices.layer)
)
const { lost, written } = await Effect.runPromise(filled)
process.stdout.write(JSON.stringify({ written, message: lost.message }))
