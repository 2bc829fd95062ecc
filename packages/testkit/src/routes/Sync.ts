/** `GET /sync` (specification v1.19, "Syncing"). */
import * as Result from "effect/Result"
import * as Filters from "../Filters.ts"
import * as Query from "../Query.ts"
import type { Authorised, Reply, Route } from "../Route.ts"
import { authorised, ok } from "../Route.ts"
import type { Refusal } from "../rules/Refusal.ts"
import { make } from "../rules/Refusal.ts"
import type { Asked } from "../sync/Entry.ts"
import * as Sync from "../sync/Sync.ts"
import * as Turn from "../Turn.ts"
import type * as World from "../World.ts"

/** A client that has `since` and gets nothing new would rather wait. */
const sync = (world: World.World, call: Authorised): Turn.Turn<Reply> =>
  Turn.andThen(Turn.make(world, asked(world, call)), ({ timeout, ...asked }, after) => {
    const { body, isNews } = Sync.make({ world: after, session: call.session, now: call.now }, asked)
    return Turn.succeed(after, { ...ok(body), patience: isNews ? 0 : timeout })
  })

const asked = (
  world: World.World,
  { query, session }: Authorised
): Result.Result<Asked & { readonly timeout: number }, Refusal> =>
  Result.gen(function* () {
    if (query.has("from")) return yield* Result.fail(make(400, "M_UNKNOWN", "The parameter is called since."))
    const timeout = yield* Query.count(query, "timeout", 0)
    yield* Query.word(query, "set_presence", ["online", "unavailable", "offline"])
    const fullState = (yield* Query.word(query, "full_state", ["false", "true"])) === "true"
    const filter = yield* Filters.read(world, session.userId, query.get("filter"))
    return { timeout, fullState, filter, since: yield* Query.position(query, "since") }
  })

export const routes: ReadonlyArray<Route> = [authorised("GET", "/sync", sync, { guests: true })]
