/** What became of the members of a room. Says no times and no identifiers of events, so that two runs can be compared. */
import * as Chunk from "effect/Chunk"
import type { Membership } from "./rules/Event.ts"
import { membershipOf } from "./rules/Event.ts"
import type * as Room from "./rules/Room.ts"

export interface Step {
  readonly membership: Membership
  /** Who wrote it: the member, or somebody else. */
  readonly sender: string
  readonly reason: string | undefined
}

/** By user id, in alphabetical order; each from the first step to the last. Repetitions that were written are steps. */
export type MemberHistory = Readonly<Record<string, ReadonlyArray<Step>>>

/** Empty for a room that there is not. */
export const of = (room: Room.Room | undefined): MemberHistory => {
  const events = Chunk.toReadonlyArray(room?.timeline ?? Chunk.empty()).filter(({ type }) => type === "m.room.member")
  const byMember = Map.groupBy(events, ({ stateKey }) => stateKey)
  return Object.fromEntries(
    Array.from(byMember.keys())
      .sort()
      .map((userId) => [
        userId,
        (byMember.get(userId) ?? []).map((event) => ({
          membership: membershipOf(event),
          sender: event.sender,
          reason: typeof event.content["reason"] === "string" ? event.content["reason"] : undefined
        }))
      ])
  )
}
