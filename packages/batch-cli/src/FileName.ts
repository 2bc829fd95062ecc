/**
 * Names of files on the command line: completed by shells, and handed on as they were typed. Effect's own parameters for
 * files give absolute paths, which is not what people want to read again in messages.
 */
import * as Param from "effect/cli/Param"
import * as Primitive from "effect/cli/Primitive"
import * as Effect from "effect/Effect"

const make = <Kind extends Param.ParamKind>(kind: Kind, name: string): Param.Param<Kind, string> =>
  Param.makeSingle({
    kind,
    name,
    typeName: "file",
    primitiveType: Object.assign(Primitive.Path("either"), { parse: (text: string) => Effect.succeed(text) })
  })

export const flag = (name: string) => make(Param.flagKind, name)

export const argument = (name: string) => make(Param.argumentKind, name)

/** The argument of every command that takes a plan. */
export const plan = argument("plan").pipe(
  Param.withDescription("the plan: a .csv, .tsv, .json or .ndjson file, or - for standard input")
)
