/** Times as people say them. */

const minute = 60
const hour = 60 * minute
const day = 24 * hour

/** `2.5 s`, `42 s`, `4 min 12 s`, `25 min`, `1 h 50 min`, `3 d 4 h`: two units at most, and nothing like `60 s`. */
export const duration = (millis: number): string => {
  if (millis < 9950) return `${(Math.max(0, millis) / 1000).toFixed(1)} s`
  const seconds = Math.round(millis / 1000)
  if (seconds < minute) return `${seconds} s`
  if (seconds < 10 * minute) return units(seconds, [minute, "min"], [1, "s"])
  const minutes = Math.round(seconds / minute) * minute
  if (minutes < hour) return `${minutes / minute} min`
  if (minutes < day) return units(minutes, [hour, "h"], [minute, "min"])
  return units(Math.round(seconds / hour) * hour, [day, "d"], [hour, "h"])
}

type Unit = readonly [seconds: number, name: string]

const units = (seconds: number, [big, bigName]: Unit, [small, smallName]: Unit): string => {
  const rest = Math.floor((seconds % big) / small)
  return `${Math.floor(seconds / big)} ${bigName}${rest === 0 ? "" : ` ${rest} ${smallName}`}`
}

const formats = new Map<string | undefined, Intl.DateTimeFormat>()

const formatOf = (zone: string | undefined): Intl.DateTimeFormat => {
  const known = formats.get(zone)
  if (known !== undefined) return known
  const format = new Intl.DateTimeFormat("en-GB", {
    ...{ year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
    timeZone: zone
  } as const)
  formats.set(zone, format)
  return format
}

const parts = (at: number, zone: string | undefined) => {
  const found = new Map(
    formatOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value])
  )
  return {
    date: `${found.get("year")}-${found.get("month")}-${found.get("day")}`,
    time: `${found.get("hour")}:${found.get("minute")}`
  }
}

/** `21:40`, and `2026-11-23 09:10` when that is another day than `now`. In the zone of this machine, if none is given. */
export const moment = (at: number, now: number, zone?: string): string => {
  const then = parts(at, zone)
  return then.date === parts(now, zone).date ? then.time : `${then.date} ${then.time}`
}

/** `2026-11-22 21:40`. */
export const date = (at: number, zone?: string): string => {
  const { date, time } = parts(at, zone)
  return `${date} ${time}`
}

/** As machines write it: `2026-11-22T21:40:00.000Z`. */
export const iso = (at: number): string => new Date(at).toISOString()
