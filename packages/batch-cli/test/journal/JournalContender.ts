/** A process of its own that takes a journal's lock when told to, says whether it got it, and gives it back when told. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as JournalLock from "../../src/journal/JournalLock.ts"

let release = Deferred.makeUnsafe<void>()

const compete = (path: string, own: Deferred.Deferred<void>) =>
  Effect.gen(function* () {
    const taken = yield* Effect.exit(JournalLock.acquire(path, "15 millis"))
    process.send?.(Exit.isSuccess(taken) ? "won" : "refused")
    yield* Deferred.await(own)
  }).pipe(
    Effect.scoped,
    Effect.andThen(Effect.sync(() => process.send?.("released"))),
    Effect.provide(NodeServices.layer)
  )

process.on("message", (order) => {
  if (order === "release") return void Effect.runSync(Deferred.succeed(release, undefined))
  release = Deferred.makeUnsafe<void>()
  return void Effect.runPromise(compete(String(order), release))
})
process.on("disconnect", () => process.exit())
process.send?.("ready")
