/** What clients keep with the server (specification v1.19, "Client config"). */
import * as Result from "effect/Result"
import * as AccountData from "../AccountData.ts"
import * as Body from "../Body.ts"
import * as PushRules from "../PushRules.ts"
import type { Authorised, Reply, Route } from "../Route.ts"
import { authorised, ok } from "../Route.ts"
import type { Refusal } from "../rules/Refusal.ts"
import { forbidden, make } from "../rules/Refusal.ts"
import * as Turn from "../Turn.ts"
import type * as World from "../World.ts"

interface Place {
  readonly userId: string
  readonly type: string
  readonly roomId: string | undefined
}

/** What has endpoints of its own cannot be written here. */
const managed = ["m.push_rules", "m.fully_read"]

const place = ({ params, session }: Authorised): Result.Result<Place, Refusal> => {
  const { roomId, type = "", userId } = params
  if (userId !== session.userId) return Result.fail(forbidden("What others keep here is theirs."))
  return roomId === undefined || /^!./u.test(roomId)
    ? Result.succeed({ userId, type, roomId })
    : Result.fail(make(400, "M_INVALID_PARAM", `${roomId} is no room id.`))
}

const write = (world: World.World, call: Authorised): Turn.Turn<Reply> => {
  const asked = Result.gen(function* () {
    const { roomId, type, userId } = yield* place(call)
    if (managed.includes(type)) return yield* Result.fail(make(405, "M_BAD_JSON", `${type} is not set here.`))
    return { userId, type, roomId, content: yield* Body.object(call.body, { mayBeEmpty: false }) }
  })
  return Turn.andThen(Turn.make(world, asked), ({ userId, ...datum }, after) =>
    Turn.succeed(AccountData.set(after, userId, datum), ok())
  )
}

const read = (world: World.World, call: Authorised): Turn.Turn<Reply> =>
  Turn.make(
    world,
    Result.gen(function* () {
      const { roomId, type, userId } = yield* place(call)
      if (type === "m.push_rules" && roomId === undefined) return ok(PushRules.content)
      const found = AccountData.find(world, userId, type, roomId)
      return found === undefined
        ? yield* Result.fail(make(404, "M_NOT_FOUND", `Nothing is kept as ${type}.`))
        : ok(found.content)
    })
  )

const paths = ["/user/{userId}/account_data/{type}", "/user/{userId}/rooms/{roomId}/account_data/{type}"]

export const routes: ReadonlyArray<Route> = paths.flatMap((path) => [
  authorised("PUT", path, write),
  authorised("GET", path, read)
])
