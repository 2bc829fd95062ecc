/** What happened in a room, page by page, or one event of it (specification v1.19, "Getting events for a room"). */
import * as Result from "effect/Result"
import * as Filters from "../Filters.ts"
import * as Query from "../Query.ts"
import * as Rendering from "../Rendering.ts"
import type { Authorised, Reply, Route } from "../Route.ts"
import { authorised, ok } from "../Route.ts"
import type { Content } from "../rules/Event.ts"
import type { Refusal } from "../rules/Refusal.ts"
import { make } from "../rules/Refusal.ts"
import * as Room from "../rules/Room.ts"
import * as Visibility from "../rules/Visibility.ts"
import * as StreamToken from "../StreamToken.ts"
import * as Timeline from "../Timeline.ts"
import * as Turn from "../Turn.ts"
import * as World from "../World.ts"

/** The whole room, to be read by this user; what happened after it left is not in `seen`. */
interface Readable {
  readonly room: Room.Room
  readonly seen: ReadonlyArray<Timeline.Seen>
  /** The last position that the user may know of. */
  readonly upTo: number
}

const readable = (world: World.World, { params, session }: Authorised): Result.Result<Readable, Refusal> =>
  Result.map(Visibility.view(world, params["roomId"] ?? "", session.userId), (view) => {
    const room = World.room(world, view.room.id) ?? view.room
    const own = Room.member(room, session.userId)
    const upTo = view.departed && own !== undefined ? own.position : world.issued
    const viewer = { userId: session.userId, peeking: own === undefined }
    return { room, upTo, seen: Timeline.seenBy(world, room, viewer).filter(({ event }) => event.position <= upTo) }
  })

const messages = (world: World.World, call: Authorised): Turn.Turn<Reply> =>
  Turn.make(
    world,
    Result.gen(function* () {
      const limit = yield* Query.count(call.query, "limit", 10)
      const direction = yield* Query.word(call.query, "dir", ["f", "b"])
      const from = yield* Query.position(call.query, "from")
      const to = yield* Query.position(call.query, "to")
      const filter = yield* Filters.readEvents(call.query.get("filter"))
      const { room, seen, upTo } = yield* readable(world, call)
      const passing = seen.filter(({ event }) => Filters.passes(filter)(event))
      const page =
        direction === "b" ? backwards(passing, from ?? upTo, to ?? 0, limit) : forwards(passing, from ?? 0, to, limit)
      const view = { world, room, session: call.session, now: call.now }
      return ok({ ...tokens(page, limit), chunk: page.seen.map(Rendering.listed(view)) })
    })
  )

interface Page {
  readonly seen: ReadonlyArray<Timeline.Seen>
  readonly start: number
  readonly end: number
}

/** A token stands for the gap after a position. */
const backwards = (seen: ReadonlyArray<Timeline.Seen>, from: number, to: number, limit: number): Page => {
  const page = seen
    .filter(({ event }) => event.position <= from && event.position > to)
    .toReversed()
    .slice(0, limit)
  const last = page.at(-1)
  return { seen: page, start: from, end: last === undefined ? from : last.event.position - 1 }
}

const forwards = (seen: ReadonlyArray<Timeline.Seen>, from: number, to: number | undefined, limit: number): Page => {
  const page = seen
    .filter(({ event }) => event.position > from && event.position <= (to ?? Number.POSITIVE_INFINITY))
    .slice(0, limit)
  return { seen: page, start: from, end: page.at(-1)?.event.position ?? from }
}

/** Without an end there is nothing more; whether a page is the last one, only the empty one after it says. */
const tokens = ({ end, seen, start }: Page, limit: number): Content => ({
  start: StreamToken.make(start),
  ...(seen.length === 0 && limit > 0 ? {} : { end: StreamToken.make(end) })
})

const event = (world: World.World, call: Authorised): Turn.Turn<Reply> =>
  Turn.make(
    world,
    Result.gen(function* () {
      const { room, seen } = yield* readable(world, call)
      const found = seen.find(({ event }) => event.eventId === call.params["eventId"])
      return found === undefined
        ? yield* Result.fail(make(404, "M_NOT_FOUND", "There is no such event to be seen."))
        : ok(Rendering.listed({ world, room, session: call.session, now: call.now })(found))
    })
  )

export const routes: ReadonlyArray<Route> = [
  authorised("GET", "/rooms/{roomId}/messages", messages, { guests: true }),
  authorised("GET", "/rooms/{roomId}/event/{eventId}", event, { guests: true })
]
