/**
 * The names of one play: braces are filled in on the way out, and what comes back is told by name again, so that two
 * servers that chose different ids gave the same answer.
 */
import type * as Schema from "effect/Schema"

export interface Names {
  readonly define: (name: string, value: string) => void
  readonly has: (name: string) => boolean
  readonly fill: (text: string) => string
  readonly fillJson: (json: Schema.Json) => Schema.Json
  /** An answer without what is chance: ids by their names, times and tokens by their types. */
  readonly canonical: (json: Schema.Json) => Schema.Json
}

/** Said for people; only its presence is compared. */
const prose = new Set(["error"])

/** Chosen by the server; only that there is one is compared. */
const chance = new Set([
  "access_token",
  "refresh_token",
  "device_id",
  "session",
  "next_batch",
  "prev_batch",
  "start",
  "end",
  "origin_server_ts",
  "age",
  "age_ts",
  "age_local_ts",
  "expires_in_ms",
  "creation_ts",
  "unstable_features"
])

/** Where the server is reached is told by whoever configured it. */
const configured = new Set(["well_known"])

const isObject = (json: Schema.Json): json is { readonly [key: string]: Schema.Json } =>
  typeof json === "object" && json !== null && !Array.isArray(json)

/** State events come in no particular order, and neither do rooms. */
const placeOf = (json: Schema.Json): string =>
  isObject(json) && json["state_key"] !== undefined ? `${json["type"]} ${json["state_key"]}` : JSON.stringify(json)

const isUnordered = (key: string, items: ReadonlyArray<Schema.Json>) =>
  key === "joined_rooms" ||
  (items.length > 0 && items.every((item) => isObject(item) && item["state_key"] !== undefined))

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) => (a < b ? -1 : a > b ? 1 : 0)

export const make = (): Names => {
  const values = new Map<string, string>()

  const fill = (text: string) =>
    text.replace(/\{([\w.]+)\}/gu, (whole, name: string) => {
      const value = values.get(name)
      if (value === undefined) throw new Error(`nothing is called ${whole}`)
      return value
    })

  const fillJson = (json: Schema.Json): Schema.Json =>
    typeof json === "string"
      ? fill(json)
      : Array.isArray(json)
        ? json.map(fillJson)
        : isObject(json)
          ? Object.fromEntries(Object.entries(json).map(([key, value]) => [fill(key), fillJson(value)]))
          : json

  const named = (text: string) => {
    let told = text
    // longer values first: a user id before the localpart it holds
    const known = [...values].sort(([, a], [, b]) => b.length - a.length)
    for (const [name, value] of known) told = told.replaceAll(value, `{${name}}`)
    return told.replace(/\$[\w+/-]{12,}/gu, "<event id>").replace(/![\w-]{10,}(?::[\w.:]+)?/gu, "<room id>")
  }

  const canonical = (json: Schema.Json, key = ""): Schema.Json => {
    if (json !== null && (prose.has(key) || chance.has(key))) return `<${typeof json}>`
    // guests are named by counting
    if (key === "displayname" && typeof json === "string" && /^\d+$/u.test(json)) return "<number of a guest>"
    if (typeof json === "string") return named(json)
    if (Array.isArray(json)) {
      const items = json.map((item) => canonical(item))
      // a room of another play, in which the same account takes part
      const ours = key === "joined_rooms" ? items.filter((item) => !String(item).startsWith("<room id>")) : items
      return isUnordered(key, ours) ? ours.sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1)) : ours
    }
    return isObject(json)
      ? Object.fromEntries(
          Object.entries(json)
            .filter(([name]) => !configured.has(name))
            .map(([name, value]) => [named(name), canonical(value, name)] as const)
            .sort(byKey)
        )
      : json
  }

  return {
    define: (name, value) => values.set(name, value),
    has: (name) => values.has(name),
    fill,
    fillJson,
    canonical: (json) => canonical(json)
  }
}
