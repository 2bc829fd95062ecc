/** When so much has gone wrong that a run should stop and be looked at. */
import * as Result from "effect/Result"

export type Halt =
  /** At so many failed rows. */
  | { readonly _tag: "rows"; readonly failed: number }
  /** At such a share of the rows that have ended, once there are enough of them to speak of one. */
  | { readonly _tag: "share"; readonly percent: number }

/** Of fewer ended rows than these, a share means nothing. */
const enough = 20

/** `10` or `5%`. */
export const parse = (text: string): Result.Result<Halt, string> => {
  const found = /^(\d+)(%?)$/.exec(text.trim())
  const number = Number(found?.[1])
  if (found?.[2] === "%" && number >= 1 && number <= 100) return Result.succeed({ _tag: "share", percent: number })
  if (found?.[2] === "" && number >= 1) return Result.succeed({ _tag: "rows", failed: number })
  return Result.fail("a number of failed rows such as 10, or a share of them such as 5%")
}

/** Why to stop now, if so. `failed` and `ended` count the rows of this run alone. */
export const reached = (
  halt: Halt | undefined,
  { ended, failed }: { readonly failed: number; readonly ended: number }
): string | undefined => {
  if (halt === undefined) return undefined
  if (halt._tag === "rows") return failed >= halt.failed ? `${failed} rows failed (--halt ${halt.failed})` : undefined
  return ended >= enough && failed * 100 >= halt.percent * ended
    ? `${failed} of ${ended} rows failed (--halt ${halt.percent}%)`
    : undefined
}
