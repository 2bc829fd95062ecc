/** When rows ended, as a chart: stacked bars over the time of the run, as SVG and as figures for who cannot see it. */

import type { Tag } from "../Outcome.ts"
import type { Ledger } from "./Ledger.ts"
import { type Markup, markup, nothing } from "./ReportMarkup.ts"
import { labels } from "./ReportSummary.ts"
import * as Time from "./ReportTime.ts"

/** From the bottom of a bar to its top: what asks for attention is on top. */
const stacked = ["done", "unchanged", "unknown", "failed"] as const satisfies ReadonlyArray<Tag>
type Stacked = (typeof stacked)[number]

const isStacked = (tag: Tag | undefined): tag is Stacked => stacked.some((one) => one === tag)

export interface Bar {
  /** Epoch milliseconds. */
  readonly from: number
  readonly counts: { readonly [T in Stacked]: number }
}

export interface Timeline {
  /** How long a bar lasts. */
  readonly millis: number
  readonly bars: ReadonlyArray<Bar>
}

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const lengths = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * second),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 3, 6, 12, 24].map((n) => n * hour)
]

/** A minute a bar; more when the run is long, and less when it is over too soon to show anything. */
const lengthFor = (span: number): number => {
  const fits = (most: number) => lengths.find((length) => span / length <= most)
  const weeks = 24 * hour * Math.ceil(span / (90 * 24 * hour))
  return span < 12 * minute ? (fits(60) ?? minute) : Math.max(minute, fits(90) ?? weeks)
}

/** The rows that ended in this run, by when they did. */
export const make = (ledger: Ledger, startedAt: number, endedAt: number): Timeline => {
  const millis = lengthFor(endedAt - startedAt)
  const first = Math.floor(startedAt / millis)
  const size = Math.max(1, Math.floor(endedAt / millis) - first + 1)
  const bars = Array.from({ length: size }, (_, bar) => ({
    from: (first + bar) * millis,
    counts: { done: 0, unchanged: 0, unknown: 0, failed: 0 }
  }))
  for (let row = 0; row < ledger.size; row++) {
    const tag = ledger.tag(row)
    const at = ledger.endedAt(row)
    if (!isStacked(tag) || at === undefined || at < startedAt || ledger.isEarlier(row)) continue
    const bar = bars[Math.min(size - 1, Math.floor(at / millis) - first)]
    if (bar !== undefined) bar.counts[tag]++
  }
  return { millis, bars }
}

const [width, height, left, bottom, top] = [900, 240, 52, 26, 8]

const heightOf = ({ counts }: Bar): number => stacked.reduce((sum, tag) => sum + counts[tag], 0)

/** The next of 1, 2, 4, 6, 8, 10, 20 …, so that the scale has round figures, and whole ones in its middle, too. */
const roundUp = (n: number): number => {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, n)))
  return ([1, 2, 4, 6, 8, 10].find((step) => step * power >= n) ?? 10) * power
}

/** How bars are called: by the time of day, and by the date where it is not that of the first. */
const clockOf =
  ({ bars, millis }: Timeline, zone: string | undefined) =>
  (at: number): string => {
    const time = Time.moment(at, bars[0]?.from ?? at, zone)
    return millis < minute ? `${time}:${String(Math.floor(at / second) % 60).padStart(2, "0")}` : time
  }

const said = ({ counts }: Bar): string =>
  stacked
    .filter((tag) => counts[tag] > 0)
    .map((tag) => `${counts[tag]} ${labels[tag][0]}`)
    .join(", ")

const round = (n: number): number => Math.round(n * 100) / 100

/** What a letter of the chart takes at most. */
const letter = 7

/** Eight times of day at most, round ones. */
const marked = ({ bars, millis }: Timeline): ReadonlySet<number> => {
  const every = lengths.find((length) => length % millis === 0 && (bars.length * millis) / length <= 8)
  const step = Math.max(1, Math.ceil(bars.length / 8))
  const isMarked = (at: number, index: number) => (every === undefined ? index % step === 0 : at % every === 0)
  return new Set(bars.flatMap(({ from }, index) => (isMarked(from, index) ? from : [])))
}

const drawn = (timeline: Timeline, most: number, clock: (at: number) => string): Markup => {
  const { bars } = timeline
  const plot = { width: width - left, height: height - bottom - top }
  const step = plot.width / bars.length
  const scale = plot.height / most
  const columns = bars.map((bar, index) => {
    if (heightOf(bar) === 0) return nothing
    let y = top + plot.height
    const rects = stacked.map((tag) => {
      const size = bar.counts[tag] * scale
      y -= size
      const [x, wide] = [round(left + index * step), round(Math.max(step * 0.9, step - 2))]
      return size === 0
        ? nothing
        : markup`<rect class="${tag}" x="${x}" y="${round(y)}" width="${wide}" height="${round(size)}"/>`
    })
    return markup`<g><title>${clock(bar.from)}: ${said(bar)}</title>${rects}</g>`
  })
  const levels = most === 1 ? [0, 1] : [0, 0.5, 1].map((share) => share * most)
  const lines = levels.map((level) => {
    const y = round(top + plot.height - level * scale)
    return markup`<line x1="${left}" x2="${width}" y1="${y}" y2="${y}"/><text x="${left - 6}" y="${y + 4}" class="level">${level}</text>`
  })
  const named = marked(timeline)
  const times = bars.map(({ from }, index) => {
    const x = left + index * step
    const text = clock(from)
    return named.has(from) && x + text.length * letter <= width
      ? markup`<text x="${round(x)}" y="${height - 6}">${text}</text>`
      : nothing
  })
  return markup`<g class="scale">${lines}${times}</g>${columns}`
}

/** Nothing where no row ended in this run, or all of them at once. */
export const svg = (timeline: Timeline, zone: string | undefined): Markup => {
  const { bars, millis } = timeline
  const total = bars.reduce((sum, bar) => sum + heightOf(bar), 0)
  if (total === 0 || bars.length === 1) return nothing
  const most = Math.max(...bars.map(heightOf))
  const clock = clockOf(timeline, zone)
  const per = Time.duration(millis)
    .replace(".0", "")
    .replace(/^1 min$/, "minute")
    .replace(/^1 s$/, "second")
    .replace(/^1 h$/, "hour")
  const busiest = bars.find((bar) => heightOf(bar) === most)
  const text = `${total} rows ended between ${clock(bars[0]?.from ?? 0)} and ${clock((bars.at(-1)?.from ?? 0) + millis)}; the most in one bar are ${most}, at ${clock(busiest?.from ?? 0)}.`
  const table = bars.flatMap((bar) =>
    heightOf(bar) === 0
      ? []
      : markup`<tr><td>${clock(bar.from)}</td>${stacked.map((tag) => markup`<td class="n">${bar.counts[tag]}</td>`)}</tr>`
  )
  return markup`<section><h2>Rows ended per ${per}</h2>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="timeline-title timeline-text"><title id="timeline-title">Rows ended per ${per}</title><desc id="timeline-text">${text}</desc>${drawn(timeline, roundUp(most), clock)}</svg>
<p class="legend">${stacked.filter((tag) => bars.some(({ counts }) => counts[tag] > 0)).map((tag) => markup`<span><i class="${tag}"></i>${labels[tag][0]}</span>`)}</p>
<details><summary>The same as a table</summary><table><thead><tr><th>from</th>${stacked.map((tag) => markup`<th class="n">${labels[tag][0]}</th>`)}</tr></thead><tbody>${table}</tbody></table></details></section>`
}
