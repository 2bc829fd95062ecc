/** Filters kept with the server (specification v1.19, "Filtering"). */
import * as Result from "effect/Result"
import * as Body from "../Body.ts"
import * as Filters from "../Filters.ts"
import type { Authorised, Reply, Route } from "../Route.ts"
import { authorised, ok } from "../Route.ts"
import type { Refusal } from "../rules/Refusal.ts"
import { forbidden, make } from "../rules/Refusal.ts"
import * as Turn from "../Turn.ts"
import type * as World from "../World.ts"

const own = ({ params, session }: Authorised): Result.Result<string, Refusal> =>
  params["userId"] === session.userId
    ? Result.succeed(session.userId)
    : Result.fail(forbidden("Another user's filters are not yours."))

const keep = (world: World.World, call: Authorised): Turn.Turn<Reply> => {
  const asked = Result.gen(function* () {
    const userId = yield* own(call)
    const content = yield* Body.object(call.body, { mayBeEmpty: false })
    yield* Filters.decode(content)
    return { userId, content }
  })
  return Turn.andThen(Turn.make(world, asked), ({ content, userId }, before) => {
    const [filterId, after] = Filters.keep(before, userId, content)
    return Turn.succeed(after, ok({ filter_id: filterId }))
  })
}

const read = (world: World.World, call: Authorised): Turn.Turn<Reply> =>
  Turn.make(
    world,
    Result.gen(function* () {
      const userId = yield* own(call)
      const { filterId = "" } = call.params
      if (!/^-?\d+$/u.test(filterId)) return yield* Result.fail(make(400, "M_UNKNOWN", "That is no filter's id."))
      const content = Filters.find(world, userId, filterId)
      return content === undefined
        ? yield* Result.fail(make(404, "M_NOT_FOUND", "There is no such filter."))
        : ok(content)
    })
  )

export const routes: ReadonlyArray<Route> = [
  authorised("POST", "/user/{userId}/filter", keep),
  authorised("GET", "/user/{userId}/filter/{filterId}", read)
]
