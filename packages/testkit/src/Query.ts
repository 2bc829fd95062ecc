/** Query parameters, and what Synapse answers when they are not what they should be. */
import * as Result from "effect/Result"
import type { Refusal } from "./rules/Refusal.ts"
import { make } from "./rules/Refusal.ts"
import * as StreamToken from "./StreamToken.ts"

const invalid = (name: string, wanted: string) =>
  Result.fail(make(400, "M_INVALID_PARAM", `The parameter ${name} has to be ${wanted}.`))

/** A whole number that is not negative; what is given beside it where there is none. */
export const count = (query: URLSearchParams, name: string, otherwise: number): Result.Result<number, Refusal> => {
  const given = query.get(name)
  if (given === null) return Result.succeed(otherwise)
  return /^\d{1,15}$/u.test(given) ? Result.succeed(Number(given)) : invalid(name, "a whole number")
}

/** One of some words; the first where there is none. */
export const word = <Word extends string>(
  query: URLSearchParams,
  name: string,
  words: readonly [Word, ...ReadonlyArray<Word>]
): Result.Result<Word, Refusal> => {
  const given = query.get(name)
  const found = given === null ? words[0] : words.find((known) => known === given)
  return found === undefined ? invalid(name, words.join(" or ")) : Result.succeed(found)
}

/** A position in the order of all events; `undefined` where there is none. */
export const position = (query: URLSearchParams, name: string): Result.Result<number | undefined, Refusal> => {
  const given = query.get(name)
  if (given === null) return Result.succeed(undefined)
  const found = StreamToken.parse(given)
  return found === undefined
    ? Result.fail(make(400, "M_UNKNOWN", `${name} is no token of this server.`))
    : Result.succeed(found)
}
