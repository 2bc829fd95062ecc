/** How the plan went room by room. */
import * as Outcome from "../Outcome.ts"
import type { Account } from "./ReportAccount.ts"
import { foreign, type Markup, markup, nothing, number } from "./ReportMarkup.ts"
import { labels } from "./ReportSummary.ts"

export interface Room {
  /** Its number in the plan's rows. */
  readonly room: number
  readonly rows: number
  readonly counts: Outcome.Counts
}

/** The rooms of the plan: those with most rows to look at first, then those with most rows. */
export const make = ({ ledger, rows }: Pick<Account, "ledger" | "rows">): ReadonlyArray<Room> => {
  const width = Outcome.tags.length + 1
  const cells = new Int32Array(rows.rooms.size * width)
  for (let row = 0; row < ledger.size; row++) {
    const tag = ledger.tag(row)
    const at = rows.room(row) * width
    const column = at + (tag === undefined ? -1 : Outcome.tags.indexOf(tag)) + 1
    cells[column] = (cells[column] ?? 0) + 1
  }
  const count = (room: number, tag: Outcome.Tag) => cells[room * width + Outcome.tags.indexOf(tag) + 1] ?? 0
  return Array.from({ length: rows.rooms.size }, (_, room) => ({
    room,
    rows: cells.subarray(room * width, (room + 1) * width).reduce((sum, n) => sum + n, 0),
    counts: {
      done: count(room, "done"),
      unchanged: count(room, "unchanged"),
      failed: count(room, "failed"),
      deferred: count(room, "deferred"),
      unknown: count(room, "unknown"),
      notAttempted: count(room, "notAttempted")
    }
  })).sort((one, other) => urgency(other) - urgency(one) || other.rows - one.rows)
}

const urgency = ({ counts }: Room): number => counts.failed + counts.unknown

const shown = 200

export const table = (account: Account): Markup => {
  const rooms = make(account)
  if (rooms.length === 0) return nothing
  const tags = Outcome.tags.filter((tag) => account.ledger.counts[tag] > 0)
  const listed = rooms.slice(0, shown).map(({ counts, room, rows }) => {
    const name = account.rows.rooms.at(room)
    const id = account.roomId(room)
    const known = id === undefined || id === name ? nothing : markup`<br><span class="quiet">${foreign(id)}</span>`
    const cells = tags.map(
      (tag) => markup`<td class="n${counts[tag] === 0 ? "" : ` ${tag}`}">${number(counts[tag])}</td>`
    )
    return markup`<tr><td>${foreign(name)}${known}</td>${cells}<td class="n">${number(rows)}</td></tr>`
  })
  const rest =
    rooms.length > shown ? markup`<p class="quiet">and ${number(rooms.length - shown)} rooms more</p>` : nothing
  return markup`<section><h2>Rooms</h2><div class="wide"><table><thead><tr><th>room</th>${tags.map((tag) => markup`<th class="n">${labels[tag][0]}</th>`)}<th class="n">rows</th></tr></thead><tbody>${listed}</tbody></table></div>${rest}</section>`
}
