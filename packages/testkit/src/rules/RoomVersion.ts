/** What a room version changes about membership (specification v1.19, "Room versions"). Versions are opaque names. */

export interface RoomVersion {
  readonly id: string
  /** Join rule and membership `knock`; from version 7. */
  readonly knock: boolean
  /** Join rule `restricted`; from version 8. */
  readonly restricted: boolean
  /** Join rule `knock_restricted`; from version 10. */
  readonly knockRestricted: boolean
  /** Events hold whole numbers only, and none too large for a double; from version 6. */
  readonly strictNumbers: boolean
  /** Changes to `notifications` in power levels are limited like the others; from version 6. */
  readonly limitsNotifications: boolean
  /** The creator is the sender of `m.room.create`, not its key `creator`; from version 11. */
  readonly implicitCreator: boolean
  /** Creators stand above all power levels, and room ids carry no server name; from version 12. */
  readonly supremeCreators: boolean
}

const version = (id: string, since: number): RoomVersion => ({
  id,
  knock: since >= 7,
  restricted: since >= 8,
  knockRestricted: since >= 10,
  strictNumbers: since >= 6,
  limitsNotifications: since >= 6,
  implicitCreator: since >= 11,
  supremeCreators: since >= 12
})

const known: ReadonlyMap<string, RoomVersion> = new Map(
  Array.from({ length: 12 }, (_, index) => [`${index + 1}`, version(`${index + 1}`, index + 1)])
)

/** What the specification recommends and Synapse 1.163 makes rooms of, unless told otherwise. */
export const defaultId = "12"

export const ids: ReadonlyArray<string> = Array.from(known.keys())

/** Versions 1 to 12; anything else is not supported. */
export const find = (id: string): RoomVersion | undefined => known.get(id)
