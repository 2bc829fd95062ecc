/**
 * What a server must hold for a plan to make sense: a fold over the rows in their order, in which the first row about
 * somebody in a room tells how they stood there before. Pure: the same plan, the same server.
 */
import { isOwn, type Operation, traits } from "./Operations.ts"
import type { Plan } from "./plan/Plan.ts"
import type { Rows } from "./plan/PlanRows.ts"

/** How somebody stands in a room before the plan begins; who has never been there is not in the list. */
export type Standing = "join" | "leave" | "ban" | "invite"

export interface Room {
  /** Id or alias, as the plan has it. */
  readonly name: string
  /** Who is not invited has to knock; everybody else can come in. */
  readonly isClosed: boolean
  /** By user id. */
  readonly members: Readonly<Record<string, Standing>>
}

export interface Seed {
  readonly serverName: string
  /** The owner of the access token. */
  readonly sender: string
  /** Users that rows act as; where there are some, the token is that of an application service. */
  readonly actors: ReadonlyArray<string>
  /** Those of them who act on others. */
  readonly moderators: ReadonlyArray<string>
  readonly rooms: ReadonlyArray<Room>
}

/** One invitee in so many has joined on their own before the plan begins, as it is in life. */
const alreadyThere = 12

const domainOf = (id: string): string => id.slice(id.indexOf(":") + 1)

/** Whom the rows about the owner of the token name. */
const namedSender = (rows: Rows): string | undefined => {
  for (let row = 0; row < rows.size; row++) {
    const target = rows.target(row)
    if (target !== -1 && rows.actor(row) === -1 && isOwn(rows.operation(row))) return rows.people.at(target)
  }
  return undefined
}

const first = (size: number, at: (n: number) => string, sigil: string): string | undefined => {
  for (let n = 0; n < size; n++) if (at(n).startsWith(sigil)) return at(n)
  return undefined
}

/** Where the target must stand for the row to make sense, if the plan has not brought them there itself. */
const before = (operation: Operation, isClosed: boolean): Standing | undefined => {
  if (operation === "join") return isClosed ? "invite" : undefined
  // somebody who is banned has mostly made themselves unpopular in the room
  if (operation === "ban") return "join"
  const { needs } = traits[operation]
  return needs === "knock" ? undefined : needs
}

interface Draft {
  invitees: number
  isClosed: boolean
  readonly standings: Map<number, Standing | undefined>
}

export const seed = ({ rows }: Plan): Seed => {
  const { people, rooms } = rows
  const named = namedSender(rows)
  const actors = new Set<number>()
  const moderators = new Set<number>()
  const drafts = Array.from(
    { length: rooms.size },
    (): Draft => ({ invitees: 0, isClosed: false, standings: new Map() })
  )
  const draftOf = (row: number) => drafts[rows.room(row)] ?? { invitees: 0, isClosed: false, standings: new Map() }
  for (let row = 0; row < rows.size; row++) {
    if (rows.actor(row) !== -1) actors.add(rows.actor(row))
    if (rows.actor(row) !== -1 && !isOwn(rows.operation(row))) moderators.add(rows.actor(row))
    if (rows.operation(row) === "knock") draftOf(row).isClosed = true
  }

  // the owner of the token is one person, named or not
  const sender = named === undefined ? -1 : people.find(named)
  const person = (n: number) => (n === sender ? -1 : n)
  for (let row = 0; row < rows.size; row++) {
    const draft = draftOf(row)
    const decide = (who: number, standing: Standing | undefined) => {
      if (!draft.standings.has(who)) draft.standings.set(who, standing)
    }
    const operation = rows.operation(row)
    const [actor, target] = [person(rows.actor(row)), rows.target(row)]
    if (isOwn(operation)) {
      decide(target === -1 ? actor : person(target), before(operation, draft.isClosed))
      continue
    }
    decide(actor, "join")
    if (target === -1 || !people.at(target).startsWith("@")) continue
    const isThere = operation === "invite" && ++draft.invitees % alreadyThere === 0
    decide(person(target), isThere ? "join" : before(operation, draft.isClosed))
  }

  const names = Array.from(actors, people.at)
  const somebody =
    named ?? names[0] ?? first(people.size, people.at, "@") ?? first(rooms.size, rooms.at, "#") ?? "@:localhost"
  const serverName = domainOf(somebody)
  const owner = named ?? `@organiser:${serverName}`
  return {
    serverName,
    sender: owner,
    actors: names.filter((name) => name !== owner),
    moderators: Array.from(moderators, people.at).filter((name) => name !== owner),
    rooms: drafts.map(({ isClosed, standings }, room) => ({
      name: rooms.at(room),
      isClosed,
      members: Object.fromEntries(
        Array.from(standings).flatMap(([who, standing]) =>
          standing === undefined ? [] : [[who === -1 ? owner : people.at(who), standing] as const]
        )
      )
    }))
  }
}
