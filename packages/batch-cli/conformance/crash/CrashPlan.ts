/** Plans whose rows depend on each other in every way that rows can, with the same answer however often they are begun. */

/** Numbers from 0 up to 1, the same for the same seed. */
export const chance = (seed: number) => {
  let state = seed >>> 0
  return (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

export interface Rooms {
  /** The sender's own. */
  readonly halls: ReadonlyArray<string>
  /** Somebody else's, open to everybody. */
  readonly open: ReadonlyArray<string>
}

/** What is done with one guest, or with one open room; each row waits for the one before it. */
const guestStories = [
  ["invite"],
  ["invite"],
  ["invite"],
  ["invite", "kick"],
  ["invite", "kick", "invite"],
  ["ban"],
  ["ban", "unban"],
  ["ban", "unban", "invite"]
] as const

/** A CSV plan of about so many rows. Every guest has a story of their own; the stories are told in turns. */
export const make = (rows: number, seed: number, { halls, open }: Rooms): string => {
  const next = chance(seed)
  const pick = <A>(items: ReadonlyArray<A>): A | undefined => items[Math.floor(next() * items.length)]
  const stories: Array<Array<string>> = open.map((room) => [
    `join,${room},,`,
    `invite,${room},@visitor:localhost,once inside`,
    `leave,${room},,`,
    `join,${room},,again`,
    `leave,${room},,for good`,
    `forget,${room},,`
  ])
  for (let told = open.length * 6, guest = 0; told < rows; guest++) {
    const story = pick(guestStories) ?? ["invite"]
    const room = pick(halls) ?? ""
    stories.push(story.map((operation, step) => `${operation},${room},@guest${guest}:localhost,step ${step}`))
    told += story.length
  }
  const lines = ["operation,room,user,reason"]
  while (stories.length > 0) {
    const at = Math.floor(next() * Math.min(stories.length, 40))
    const story = stories[at]
    const line = story?.shift()
    if (line === undefined) stories.splice(at, 1)
    else lines.push(line)
  }
  return `${lines.join("\n")}\n`
}
