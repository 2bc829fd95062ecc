/** How the program speaks when something is wrong: one message on stderr and an exit code, never a stack trace. */
import * as Cause from "effect/Cause"
import * as Console from "effect/Console"
import * as CliError from "effect/cli/CliError"
import * as CliOutput from "effect/cli/CliOutput"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Runtime from "effect/Runtime"

/** A message of several lines, as of a plan with many problems, stands under its heading as a whole. */
const indented = (formatted: string): string => {
  const [start = "", heading = "", ...lines] = formatted.split("\n")
  return [start, heading, ...lines.map((line) => (line.startsWith("  ") ? line : `  ${line}`))].join("\n")
}

/** As usual, but for errors of several lines. */
export const formatter = (options?: { readonly colors?: boolean }) => {
  const usual = CliOutput.defaultFormatter(options)
  return CliOutput.layer({ ...usual, formatError: (error) => indented(usual.formatError(error)) })
}

/** Wrong usage: the complaint and where help is, on stderr. By default all of the help would go to stdout. */
export const presenter = CliOutput.layerPresenter({
  present: (event) =>
    event._tag === "InvalidInvocation"
      ? Effect.gen(function* () {
          const formatter = yield* CliOutput.Formatter
          yield* Console.error(formatter.formatErrors(event.errors))
          yield* Console.error(`Try "${event.commandPath.join(" ")} --help".`)
        })
      : CliOutput.defaultPresenter.present(event)
})

/** A defect is our bug: it is named in a line, with the way to see more. */
export const reported = <A, E, R>(program: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.tapCause(program, (cause) => {
    if (Cause.hasInterruptsOnly(cause)) return Effect.void
    const error = Cause.squash(cause)
    if (!Runtime.getErrorReported(error)) return Effect.void
    const text = error instanceof Error ? error.message : String(error)
    return Console.error(`batch-cli: internal error: ${text}`)
  })

/** The error's own code; 2 for wrong usage; 130 when interrupted; 1 otherwise. */
export const teardown: Runtime.Teardown = (exit, onExit) => {
  const error = Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined
  return CliError.isCliError(error) && error._tag === "ShowHelp" && error.errors.length > 0
    ? onExit(2)
    : Runtime.defaultTeardown(exit, onExit)
}
