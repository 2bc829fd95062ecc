/**
 * The report as one page for the people who asked for the run. It needs nothing from elsewhere, runs nothing, and takes
 * no text for markup, whoever wrote it.
 */
import { createHash } from "node:crypto"
import * as Outcome from "../Outcome.ts"
import { type Account, comeBackAt, goOn, place, request } from "./ReportAccount.ts"
import * as Causes from "./ReportCauses.ts"
import { foreign, type Markup, markup, nothing, number } from "./ReportMarkup.ts"
import * as Rooms from "./ReportRooms.ts"
import { style } from "./ReportStyle.ts"
import { labels } from "./ReportSummary.ts"
import * as Time from "./ReportTime.ts"
import * as Timeline from "./ReportTimeline.ts"

const rows = (n: number): string => (n === 1 ? "1 row" : `${number(n)} rows`)

const verdict = ({ interrupted, ledger, stopped }: Account): Markup => {
  const { deferred, done, failed, notAttempted, unchanged, unknown } = ledger.counts
  const idle = notAttempted + ledger.pending
  const told = [
    ...(failed > 0 ? [`${rows(failed)} failed`] : []),
    ...(unknown > 0 ? [`what became of ${rows(unknown)} is not known`] : []),
    ...(deferred > 0 ? [`${rows(deferred)} must wait for a limit`] : []),
    ...(idle > 0 ? [`${rows(idle)} ${idle === 1 ? "was" : "were"} not attempted`] : [])
  ].join(", ")
  const end = interrupted
    ? " The run was interrupted."
    : stopped === undefined
      ? ""
      : ` The run was stopped: ${stopped}.`
  if (ledger.size === 0) return markup`<p class="verdict">The plan has no rows.</p>`
  return told === ""
    ? markup`<p class="verdict">All is as the plan wants it: ${number(done)} done, ${number(unchanged)} unchanged.${end}</p>`
    : markup`<p class="verdict">${told.replace(/^./, (first) => first.toUpperCase())}.${end}</p>`
}

const time = (at: number, zone: string | undefined): Markup =>
  markup`<time datetime="${Time.iso(at)}">${Time.date(at, zone)}</time>`

const heading = ({ endedAt, homeserver, sender, source, startedAt }: Account, zone: string | undefined): Markup => {
  const zoneName = zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone
  return markup`<h1>Membership plan ${foreign(source === "-" ? "from standard input" : source)}</h1>
<p class="quiet">at ${foreign(homeserver)} as ${foreign(sender)}</p>
<p class="quiet">${time(startedAt, zone)} to ${time(endedAt, zone)} (${zoneName}), ${Time.duration(endedAt - startedAt)}</p>`
}

/** All outcomes side by side, to scale. */
const share = ({ counts, pending, size }: Account["ledger"]): Markup => {
  let x = 0
  const parts = [...Outcome.tags.map((tag) => [tag, counts[tag]] as const), ["pending", pending] as const].map(
    ([tag, count]) => {
      const wide = (count / Math.max(1, size)) * 1000
      const rect = markup`<rect class="${tag}" x="${x.toFixed(2)}" y="0" width="${wide.toFixed(2)}" height="10"/>`
      x += wide
      return count === 0 ? nothing : rect
    }
  )
  return size === 0
    ? nothing
    : markup`<svg class="share" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">${parts}</svg>`
}

const cards = ({ ledger }: Account): Markup => {
  const { counts, earlier, pending, size } = ledger
  const shown = Outcome.tags.filter((tag) => counts[tag] > 0 || tag === "done" || tag === "failed")
  return markup`${share(ledger)}<div class="cards">${shown.map((tag) => {
    const [label, meaning] = labels[tag]
    const before = earlier[tag] === 0 ? "" : `, ${number(earlier[tag])} of them in earlier runs`
    return markup`<div class="card ${tag}"><b>${number(counts[tag])}</b>${label}<small>${meaning}${before}</small></div>`
  })}${pending === 0 ? nothing : markup`<div class="card pending"><b>${number(pending)}</b>not ended<small>the run is not at its end</small></div>`}<div class="card"><b>${number(size)}</b>rows in all</div></div>`
}

const waits = (account: Account): Markup => {
  const some = account.waits.filter(({ refusals }) => refusals > 0)
  if (some.length === 0) return nothing
  return markup`<section><h2>Refused requests, by limit</h2><div class="wide"><table><thead><tr><th>limit</th><th class="n">requests refused</th><th class="n">wait asked for, in all</th></tr></thead><tbody>${some
    .toSorted((one, other) => other.askedMillis - one.askedMillis)
    .map(
      ({ askedMillis, limiter, refusals }) =>
        markup`<tr><td>${foreign(limiter)}</td><td class="n">${number(refusals)}</td><td class="n">${Time.duration(askedMillis)}</td></tr>`
    )}</tbody></table></div></section>`
}

/** So many causes are listed, and so many rows are named of each. */
const [causesShown, rowsNamed] = [50, 5]

const causes = (account: Account, title: string, tags: ReadonlyArray<Outcome.Tag>): Markup => {
  const groups = Causes.groups(account.ledger, tags, rowsNamed)
  if (groups.length === 0) return nothing
  const listed = groups.slice(0, causesShown).map(({ cause, first, size }) => {
    const named = first.map((row) => {
      const found = account.rows.at(row)
      return markup`<li>${foreign(`${place(account.source, found)}: ${request(found)}`)}</li>`
    })
    const more = size > first.length ? markup`<li>and ${number(size - first.length)} more</li>` : nothing
    return markup`<tr><td class="n ${cause._tag}">${number(size)}</td><td>${labels[cause._tag][0]}</td><td class="what">${foreign(Causes.reason(cause))}<ul>${named}${more}</ul></td></tr>`
  })
  const others = groups.slice(causesShown)
  const hidden = others.reduce((sum, { size }) => sum + size, 0)
  const rest =
    others.length === 0
      ? nothing
      : markup`<p class="quiet">and ${rows(hidden)} for ${number(others.length)} other reasons</p>`
  return markup`<section><h2>${title}</h2><div class="wide"><table><thead><tr><th class="n">rows</th><th>outcome</th><th>why, and the first of them</th></tr></thead><tbody>${listed}</tbody></table></div>${rest}</section>`
}

const further = (account: Account, zone: string | undefined): Markup => {
  const again = goOn(account)
  if (again === undefined) return nothing
  const until = comeBackAt(account)
  const when = until === undefined ? nothing : markup`<p>Not before ${time(until, zone)}.</p>`
  return markup`<section><h2>How to go on</h2>${when}<p><code>${again}</code></p></section>`
}

// the one style of the page is named by its hash, so that the page allows no other and no script at all
const policy = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'; base-uri 'none'; form-action 'none'`

/** The page, in pieces. `zone` is the time zone of its clock times; by default this machine's. */
export const page = function* (account: Account, zone?: string): Generator<string> {
  yield markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer"><meta name="robots" content="noindex">
<title>Membership plan ${account.source === "-" ? "from standard input" : account.source}</title><style>`.text
  yield style
  yield markup`</style></head><body><main><header>${heading(account, zone)}</header>${verdict(account)}${cards(account)}`
    .text
  yield further(account, zone).text
  yield causes(account, "Failures, by cause", ["failed", "unknown"]).text
  yield causes(account, "Not done, by cause", ["deferred", "notAttempted"]).text
  yield Timeline.svg(Timeline.make(account.ledger, account.startedAt, account.endedAt), zone).text
  yield waits(account).text
  yield Rooms.table(account).text
  yield markup`</main></body></html>
`.text
}
