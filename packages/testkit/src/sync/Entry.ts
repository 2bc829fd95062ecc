/** What a sync says of a room that the user is in, or has left. */
import * as AccountData from "../AccountData.ts"
import * as Filters from "../Filters.ts"
import * as Rendering from "../Rendering.ts"
import type { Content, StateEvent } from "../rules/Event.ts"
import { membershipOf } from "../rules/Event.ts"
import * as StreamToken from "../StreamToken.ts"
import * as Timeline from "../Timeline.ts"
import * as Summary from "./Summary.ts"
import * as Window from "./Window.ts"

export interface Asked {
  readonly filter: Filters.Filter
  /** The position of the last sync; `undefined` for the first. */
  readonly since: number | undefined
  /** Whether the client wants all state, though it had it before. */
  readonly fullState: boolean
}

interface Entry {
  readonly window: Window.Window
  readonly state: ReadonlyArray<StateEvent>
  readonly accountData: ReadonlyArray<Content>
  /** Whether there is anything to tell. */
  readonly isNews: boolean
}

/** `undefined` when there is nothing to say. */
export const joined = (view: Rendering.View, asked: Asked): Content | undefined => {
  const { room, session, world } = view
  const { accountData, isNews, state, window } = entry(view, asked, world.issued)
  if (!isNews) return undefined
  const isLazy = asked.filter.room?.state?.lazy_load_members === true
  return {
    ...rendered(view, window, state, accountData),
    ephemeral: { events: [] },
    summary: isLazy && Summary.isDue(window, state, asked.since) ? Summary.make(room, session.userId) : {},
    // The one push rule there is says that nobody is notified of anything.
    unread_notifications: { highlight_count: 0, notification_count: 0 }
  }
}

/** Up to the event with which the user left, or was made to. */
export const left = (view: Rendering.View, asked: Asked, leftAt: number): Content | undefined => {
  const { accountData, isNews, state, window } = entry(view, asked, leftAt)
  return isNews ? rendered(view, window, state, accountData) : undefined
}

const entry = (view: Rendering.View, { filter, fullState, since }: Asked, upTo: number): Entry => {
  const { room, session, world } = view
  const isNew = since !== undefined && isUnknown(view, since)
  const after = isNew ? 0 : (since ?? 0)
  const range = { after, upTo }
  const made = Window.make(world, room, session.userId, range, filter.room?.timeline)
  const window = isNew ? { ...made, limited: true } : made
  const passes = Filters.passes(filter.room?.state)
  const state = Window.state(room, window, fullState ? 0 : after).filter(passes)
  const accountData = AccountData.of(world, session.userId).filter(
    (datum) => datum.roomId === room.id && datum.position > (fullState ? 0 : after)
  )
  return {
    window,
    state,
    accountData: accountData.filter(Filters.passes(filter.room?.account_data)).map(AccountData.rendered),
    isNews: since === undefined || isNew || fullState || window.seen.length + state.length + accountData.length > 0
  }
}

/**
 * Whether the user came in after `since`, and so knows nothing of the room; it may have left again. Whoever was in the room
 * by then, left and came back knows nothing either, but only left for good knows the room.
 */
const isUnknown = ({ room, session }: Rendering.View, since: number): boolean => {
  const memberships = Timeline.memberships(room, session.userId)
  const before = memberships.findLast(({ position }) => position <= since)
  const after = memberships.filter(({ position }) => position > since).map(membershipOf)
  return before !== undefined && membershipOf(before) === "join"
    ? after.at(-1) === "join" && after.some((membership) => membership !== "join")
    : after.includes("join")
}

const rendered = (
  view: Rendering.View,
  window: Window.Window,
  state: ReadonlyArray<StateEvent>,
  accountData: ReadonlyArray<Content>
): Content => ({
  timeline: {
    events: window.seen.map(Rendering.synced(view)),
    limited: window.limited,
    prev_batch: StreamToken.make(Window.start(window))
  },
  state: { events: state.map(Rendering.known(view)) },
  account_data: { events: accountData }
})
