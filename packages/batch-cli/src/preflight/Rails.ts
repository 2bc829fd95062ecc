/**
 * What is not done by mistake: kicks and bans of oneself and of people who are protected, and more of them than were
 * meant. Judged before the first row, all of it at once. Pure.
 */
import type { MatrixId } from "@matrix-membership/core"
import { isRemoval } from "../Operations.ts"
import { ofFile, Problem } from "../plan/PlanProblem.ts"
import type { Preflight } from "./Preflight.ts"

export interface Rails {
  readonly allowSelf: boolean
  /** People whom nobody is to remove. */
  readonly protect: ReadonlySet<MatrixId.UserId>
  /** Kicks and bans of one run. */
  readonly maxRemovals: number
}

export interface Findings {
  /** What stands against the run; nothing when there is nothing. */
  readonly problems: ReadonlyArray<Problem>
  /** Kicks and bans that are not so already, and cannot be said to fail. */
  readonly removals: number
  /** In so many rooms. */
  readonly rooms: number
}

/** No more than these are listed. */
const most = 1000

const counted = (n: number, one: string) => `${n} ${one}${n === 1 ? "" : "s"}`

const complaint = (preflight: Preflight, row: number, rails: Rails): string | undefined => {
  const target = preflight.target(row)
  if (typeof target !== "string") return undefined
  if (rails.protect.has(target)) return "is protected (--protect, BATCH_CLI_PROTECT), and the row would remove them"
  if (rails.allowSelf) return undefined
  if (target === preflight.sender) return "is the owner of the access token, whom only --allow-self lets a plan remove"
  return target === preflight.actor(row) ? "would remove themselves, which only --allow-self lets a plan do" : undefined
}

export const inspect = (preflight: Preflight, rails: Rails): Findings => {
  const { rows } = preflight
  const problems: Array<Problem> = []
  const rooms = new Set<number>()
  let removals = 0
  for (let row = 0; row < rows.size; row++) {
    if (!isRemoval(rows.operation(row))) continue
    const because = problems.length < most ? complaint(preflight, row, rails) : undefined
    if (because !== undefined) {
      const { column = 1, line, user = "" } = rows.at(row)
      problems.push(new Problem({ line, column, field: "user", value: user, message: because }))
    }
    if (preflight.verdict(row)._tag !== "send") continue
    removals++
    rooms.add(preflight.roomNumber(row))
  }
  if (removals > rails.maxRemovals) {
    problems.push(
      ofFile(
        `${counted(removals, "removal")} (kicks and bans that would change something) where no more than ${rails.maxRemovals} may be (--max-removals)`
      )
    )
  }
  return { problems, removals, rooms: rooms.size }
}

/** `12 removals in 3 rooms`; the same person in two rooms counts twice. */
export const extent = ({ removals, rooms }: Findings): string =>
  `${counted(removals, "removal")} in ${counted(rooms, "room")}`
