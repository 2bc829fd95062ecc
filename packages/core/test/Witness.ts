/** Somebody who sees all that is left of an effect when it has run: its end in every rendering, its spans, its logs. */
import { inspect } from "node:util"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import * as Tracer from "effect/Tracer"

export interface Testimony<A, E> {
  readonly exit: Exit.Exit<A, E>
  readonly spans: ReadonlyArray<Tracer.NativeSpan>
  /** All that was seen, as text. */
  readonly text: string
}

const whole = (value: unknown) => inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true, getters: true })

const renderings = (error: unknown): ReadonlyArray<string> => [
  String(error),
  JSON.stringify(error),
  whole(error),
  ...(error instanceof Error ? [error.message, error.stack ?? "", ...renderings(error.cause)] : [])
]

export const witness = Effect.fnUntraced(function* <A, E, R>(effect: Effect.Effect<A, E, R>) {
  const spans: Array<Tracer.NativeSpan> = []
  const lines: Array<string> = []
  const tracer = Tracer.make({
    span(options) {
      const span = new Tracer.NativeSpan(options)
      spans.push(span)
      return span
    }
  })
  const keep = (line: string) => {
    lines.push(line)
  }
  const loggers = [
    Logger.map(Logger.formatJson, keep),
    Logger.map(Logger.formatLogFmt, keep),
    Logger.make(({ cause, message }) => keep(`${whole(message)} ${Cause.pretty(cause)}`)),
    Logger.tracerLogger
  ]
  const exit = yield* effect.pipe(
    Effect.tapCause((cause) => Effect.logError("it failed", cause)),
    Effect.withSpan("program"),
    Effect.exit,
    Effect.provide(Logger.layer(loggers)),
    Effect.provideService(Tracer.Tracer, tracer),
    Effect.provideService(References.MinimumLogLevel, "All")
  )
  const ends = Exit.isFailure(exit) ? [Cause.pretty(exit.cause), ...renderings(Cause.squash(exit.cause))] : []
  const traced = spans.flatMap(({ attributes, events, links, name, status }) => [
    whole({ name, attributes, events, links, status })
  ])
  const text = [...ends, JSON.stringify(exit), whole(exit), ...traced, ...lines].join("\n")
  return { exit, spans, text } satisfies Testimony<A, E>
})
