/** Writing into a room what is no state, and taking it back (specification v1.19, "Sending events" and "Redactions"). */
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Body from "../Body.ts"
import * as Charges from "../Charges.ts"
import * as Messages from "../Messages.ts"
import * as Redactions from "../Redactions.ts"
import type { Authorised, Reply, Route } from "../Route.ts"
import { authorised, ok } from "../Route.ts"
import type { Content } from "../rules/Event.ts"
import type { Refusal } from "../rules/Refusal.ts"
import { make, suspended } from "../rules/Refusal.ts"
import * as Sending from "../rules/Sending.ts"
import * as Weight from "../rules/Weight.ts"
import * as Turn from "../Turn.ts"
import * as World from "../World.ts"

interface Note {
  readonly type: string
  readonly content: Content
  /** The event to redact. */
  readonly redacts: string | undefined
}

type Composed = (world: World.World, call: Authorised, body: Content) => Result.Result<Note, Refusal>

const sending: Composed = (_, { params }, content) => {
  const { eventType: type = "" } = params
  const { redacts } = content
  const isRedaction = type === "m.room.redaction" && typeof redacts === "string"
  return Result.succeed({ type, content, redacts: isRedaction ? redacts : undefined })
}

/** Since room version 11 the body says once more which event it is about. */
const redacting: Composed = (world, { params }, content) => {
  const { eventId: redacts = "", roomId = "" } = params
  const repeated = World.room(world, roomId)?.version.implicitCreator === true ? { redacts } : {}
  return "redacts" in content && content["redacts"] !== redacts
    ? Result.fail(make(400, "M_INVALID_PARAM", "The path says another event than the body."))
    : Result.succeed({ type: "m.room.redaction", content: { ...content, ...repeated }, redacts })
}

/** A transaction id stands for one event of the room, whatever was asked for; `POST` has none. */
const run =
  (composed: Composed) =>
  (world: World.World, call: Authorised): Turn.Turn<Reply> => {
    const asked = Result.flatMap(Body.object(call.body, { mayBeEmpty: false }), (body) => composed(world, call, body))
    return Turn.andThen(Turn.make(world, asked), (note, before) => {
      const { roomId = "", txnId } = call.params
      const key = ["send", call.session.userId, call.session.deviceId, roomId, txnId].join("\n")
      const known = txnId === undefined ? Option.none() : HashMap.get(before.transactions, key)
      if (Option.isSome(known)) return Turn.succeed(before, known.value)
      return Turn.andThen(written(before, note, call), (eventId, after) => {
        const reply = ok({ event_id: eventId })
        const transactions = txnId === undefined ? after.transactions : HashMap.set(after.transactions, key, reply)
        return Turn.succeed({ ...after, transactions }, reply)
      })
    })
  }

const written = (world: World.World, note: Note, call: Authorised): Turn.Turn<string> =>
  Turn.andThen(Charges.lookAtMessages(world, call.session, call.now), (_, looked) => {
    const { roomId = "", txnId } = call.params
    const { deviceId, userId: sender } = call.session
    const account = World.user(looked, sender)
    if (account?.suspended === true) return Turn.refuse(looked, suspended("sending"))
    return Turn.andThen(Turn.make(looked, allowed(looked, roomId, sender, note)), (_, checked) => {
      if (account?.shadowBanned === true) return pretended(checked)
      return Turn.andThen(Charges.message(checked, call.session, call.now), (_, charged) => {
        const transaction = txnId === undefined ? undefined : { id: txnId, deviceId }
        const [message, after] = Messages.write(charged, { ...note, roomId, sender, transaction }, call.now)
        return Turn.succeed(Redactions.apply(after, message), message.eventId)
      })
    })
  })

const allowed = (
  world: World.World,
  roomId: string,
  sender: string,
  { content, redacts, type }: Note
): Result.Result<void, Refusal> =>
  Result.gen(function* () {
    const room = yield* Sending.check(World.room(world, roomId), { type, sender, content })
    yield* Weight.check({ type, stateKey: "", sender, content }, room.version)
    if (redacts === undefined) return
    const target = Messages.timeline(world, roomId).find(({ eventId }) => eventId === redacts)
    yield* Sending.checkRedaction(room, sender, target)
  })

/** Nobody else ever sees it. */
const pretended = (world: World.World): Turn.Turn<string> => {
  const [opaque, minted] = World.mint(world, 43)
  return Turn.succeed(minted, `$${opaque}`)
}

export const routes: ReadonlyArray<Route> = [
  authorised("POST", "/rooms/{roomId}/send/{eventType}", run(sending), { guests: true }),
  authorised("PUT", "/rooms/{roomId}/send/{eventType}/{txnId}", run(sending), { guests: true }),
  authorised("POST", "/rooms/{roomId}/redact/{eventId}", run(redacting)),
  authorised("PUT", "/rooms/{roomId}/redact/{eventId}/{txnId}", run(redacting))
]
