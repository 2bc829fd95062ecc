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
  ({ event, membership }: Timeline.Seen): Content =>
    rendered(view, event, { membership })

/** State that is no news. */
export const known =
  (view: View) =>
  (event: StateEvent): Content =>
    rendered(view, event, {})

/** In lists Synapse says some things twice, as clients of long ago expect them. */
export const listed =
  (view: View) =>
  ({ event, membership }: Timeline.Seen): Content => ({
    ...rendered(view, event, { membership }),
    room_id: event.roomId,
    user_id: event.sender,
    age: view.now - event.originServerTs
  })

/** For those who are asked in or ask to be let in. */
export const stripped = ({ content, sender, stateKey, type }: StateEvent): Content => ({
  type,
  state_key: stateKey,
  content,
  sender
})

const rendered = (view: View, event: Messages.TimelineEvent, unsigned: Content): Content => ({
  ...bare(event),
  unsigned: {
    ...unsigned,
    age: view.now - event.originServerTs,
    ...(Timeline.isState(event) ? replaced(view.room, event) : own(view.session, event)),
    ...redacted(view, event)
  }
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

const replaced = (room: Room.Room, event: StateEvent): Content => {
  const before = Timeline.replaced(room, event)
  return before === undefined
    ? {}
    : { replaces_state: before.eventId, prev_content: before.content, prev_sender: before.sender }
}

/** The device that sent an event knows it again by the name it gave it. */
const own = ({ deviceId, userId }: World.Session, { sender, transaction }: Messages.Message): Content =>
  transaction !== undefined && sender === userId && transaction.deviceId === deviceId
    ? { transaction_id: transaction.id }
    : {}

const redacted = ({ now, world }: View, { eventId }: Messages.TimelineEvent): Content => {
  const redaction = Redactions.of(world, eventId)
  if (redaction === undefined) return {}
  const because = { ...bare(redaction), room_id: redaction.roomId, unsigned: { age: now - redaction.originServerTs } }
  return { redacted_by: redaction.eventId, redacted_because: because }
}
