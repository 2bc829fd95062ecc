/** Events as clients get them: in a sync, in lists, and stripped for those who are not in the room yet. */
import type * as Messages from "./Messages.ts"
import * as Redactions from "./Redactions.ts"
import type { Content, StateEvent } from "./rules/Event.ts"
import type * as Room from "./rules/Room.ts"
import * as Timeline from "./Timeline.ts"
import type * as World from "./World.ts"

/** Who looks at which room, and when. */
export interface View {
  readonly world: World.World
  readonly room: Room.Room
  readonly session: World.Session
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** In a sync the room is known. */
export const synced =
  (view: View) =>
  ({ event, membership }: Timeline.Seen): Content => ({
    ...bare(event),
    unsigned: { ...told(view, event, plain(view)), membership }
  })

/** State that is no news. */
export const known =
  (view: View) =>
  (event: StateEvent): Content => ({ ...bare(event), unsigned: told(view, event, plain(view)) })

/** How the redaction of an event is told beside it. */
type Because = (redaction: Messages.Message) => Content

const plain =
  (view: View): Because =>
  (redaction) => ({ ...bare(redaction), unsigned: aged(view, redaction) })

/** In lists Synapse says some things twice, as clients of long ago expect them. */
export const listed =
  (view: View) =>
  ({ event, membership }: Timeline.Seen): Content => {
    const said = told(view, event, (redaction) => doubled(redaction, aged(view, redaction)))
    return doubled(event, { ...said, membership })
  }

const repeated = ["age", "replaces_state", "prev_content", "redacted_because"]

const doubled = (event: Messages.TimelineEvent, unsigned: Content): Content => ({
  ...bare(event),
  ...Object.fromEntries(Object.entries(unsigned).filter(([key]) => repeated.includes(key))),
  room_id: event.roomId,
  user_id: event.sender,
  unsigned
})

/** For those who are asked in or ask to be let in. */
export const stripped = ({ content, sender, stateKey, type }: StateEvent): Content => ({
  type,
  state_key: stateKey,
  content,
  sender
})

const bare = (event: Messages.TimelineEvent): Content => ({
  type: event.type,
  sender: event.sender,
  content: event.content,
  event_id: event.eventId,
  origin_server_ts: event.originServerTs,
  ...(Timeline.isState(event) ? { state_key: event.stateKey } : {}),
  ...(event.stateKey === undefined && event.redacts !== undefined ? { redacts: event.redacts } : {})
})

/** What the server adds of its own. */
const told = (view: View, event: Messages.TimelineEvent, because: Because): Content => {
  const redaction = Redactions.of(view.world, event.eventId)
  return {
    ...aged(view, event),
    ...(Timeline.isState(event) ? replaced(view.room, event) : {}),
    ...(redaction === undefined ? {} : { redacted_by: redaction.eventId, redacted_because: because(redaction) })
  }
}

const aged = (view: View, event: Messages.TimelineEvent): Content => ({
  age: view.now - event.originServerTs,
  ...transaction(view, event)
})

const replaced = (room: Room.Room, event: StateEvent): Content => {
  const before = Timeline.replaced(room, event)
  return before === undefined
    ? {}
    : { replaces_state: before.eventId, prev_content: before.content, prev_sender: before.sender }
}

/** The device that sent an event knows it again by the name it gave it. */
const transaction = ({ session }: View, event: Messages.TimelineEvent): Content =>
  event.stateKey === undefined && event.sender === session.userId && event.transaction?.deviceId === session.deviceId
    ? { transaction_id: event.transaction.id }
    : {}
