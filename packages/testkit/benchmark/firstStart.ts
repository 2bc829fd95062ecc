/** Prints how many milliseconds the first fake takes to start in this process, once its modules are loaded. */
import { FakeHomeserver } from "@matrix-membership/testkit"
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

const fake = FakeHomeserver.layerClient.pipe(Layer.provideMerge(FakeHomeserver.layer()))

const program = Effect.gen(function* () {
  // the first layer of any kind takes a millisecond or two that are not the fake's
  yield* Effect.scoped(Layer.build(Layer.effectDiscard(Effect.void)))
  const [passed] = yield* Effect.timed(Effect.scoped(Layer.build(fake)))
  yield* Console.log(Duration.toMillis(passed))
})

Effect.runFork(program)
