import { assert, describe, it } from "@effect/vitest"
import * as CliError from "effect/cli/CliError"
import * as CliOutput from "effect/cli/CliOutput"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as TestConsole from "effect/testing/TestConsole"
import { SomeFailed, StoppedEarly, Unusable, WrongUsage } from "../src/ExitCode.ts"
import * as Terminal from "../src/Terminal.ts"

const codeOf = (exit: Exit.Exit<unknown, unknown>) => {
  const codes: Array<number> = []
  Terminal.teardown(exit, (code) => codes.push(code))
  return codes
}

describe("the exit code", () => {
  const usage = new CliError.ShowHelp({
    commandPath: ["batch-cli"],
    errors: [new CliError.MissingArgument({ argument: "plan" })]
  })
  it.each([
    { name: "0 for success", exit: Exit.void, code: 0 },
    {
      name: "1 for failed rows",
      exit: Exit.fail(new SomeFailed({ failed: 1, notAttempted: 0, unknown: 0, rows: 2 })),
      code: 1
    },
    { name: "1 for a defect", exit: Exit.die(new Error("bug")), code: 1 },
    { name: "2 for wrong usage", exit: Exit.fail(new WrongUsage({ message: "no" })), code: 2 },
    { name: "2 for flags that cannot be parsed", exit: Exit.fail(usage), code: 2 },
    { name: "3 for a run that stopped early", exit: Exit.fail(new StoppedEarly({ message: "later" })), code: 3 },
    { name: "4 for what cannot be used", exit: Exit.fail(new Unusable({ message: "no" })), code: 4 },
    { name: "130 for an interrupt", exit: Exit.interrupt(), code: 130 }
  ])("is $name", ({ code, exit }) => {
    assert.deepStrictEqual(codeOf(exit), [code])
  })
})

describe("on stderr", () => {
  const said = (program: Effect.Effect<unknown, unknown>) =>
    Effect.andThen(Effect.exit(Terminal.reported(program)), TestConsole.errorLines)

  it.effect("a defect is one line without a stack trace", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* said(Effect.die(new Error("it broke"))), ["batch-cli: internal error: it broke"])
    })
  )
  it.effect("an interrupt is nothing", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* said(Effect.interrupt), [])
    })
  )
  it.effect("failed rows are nothing more, as the report has named them", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(
        yield* said(Effect.fail(new SomeFailed({ failed: 1, notAttempted: 0, unknown: 0, rows: 2 }))),
        []
      )
    })
  )
})

it.effect("a message of several lines stands under its heading as a whole", () =>
  Effect.gen(function* () {
    const formatter = yield* CliOutput.Formatter
    const error = new CliError.UserError({ cause: undefined, userMessage: "plan.csv:2:1: no\nplan.csv:3:1: no" })
    assert.strictEqual(formatter.formatError(error), "\nERROR\n  plan.csv:2:1: no\n  plan.csv:3:1: no")
  }).pipe(Effect.provide(Terminal.formatter({ colors: false })))
)
