/** Which request a fault hits: by what the request is, or by chance. */
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import * as Faults from "./Faults.ts"
import * as Opaque from "./Opaque.ts"
import * as Template from "./Template.ts"

/** A request as the script sees it. */
export interface Arrival {
  readonly method: string
  /** As sent, percent-encoding and all. */
  readonly path: string
  readonly query: ReadonlyArray<readonly [string, string]>
  /** What the body says, or its text if it is not JSON; `undefined` for none. */
  readonly body: unknown
  /** Whose token it carries; with an application service's, whom that speaks for. */
  readonly userId: string | undefined
}

/** What is left out matches anything. */
export interface Match {
  readonly method?: string
  /** A path of the specification, such as `/rooms/{roomId}/invite`, with or without its prefix; or a pattern for the whole. */
  readonly path?: string | RegExp
  readonly where?: (arrival: Arrival) => boolean
}

/** Faults by chance, the same in every run with the same requests. */
export interface Random {
  /** The share of the requests that are hit, from 0 to 1. */
  readonly rate: number
  readonly seed: string | number
  /** What may happen to them, in equal shares; `Faults.transient` by default. */
  readonly among?: ReadonlyArray<Faults.Fault>
  /** Which requests may be hit; all of them by default. */
  readonly match?: Match
}

export const matches = (match: Match, arrival: Arrival): boolean =>
  (match.method === undefined || match.method === arrival.method) &&
  (match.path === undefined || isOn(match.path, arrival.path)) &&
  (match.where === undefined || match.where(arrival))

/** The last is for paths that are written out, or are not a client's. */
const prefixes = ["/_matrix/client", "/_matrix/client/r0", "/_matrix/client/v3", ""]

const isOn = (wanted: string | RegExp, path: string): boolean =>
  typeof wanted === "string"
    ? prefixes.some((prefix) => Template.matchPath(`${prefix}${wanted}`, path))
    : wanted.test(path)

/** Done with when nothing remains. */
interface Line {
  readonly match: Match
  readonly fault: Faults.Fault
  readonly remaining: number
}

export interface Script {
  readonly lines: ReadonlyArray<Line>
  readonly random: Random | undefined
  /** How often each request has come while there were random faults. */
  readonly seen: HashMap.HashMap<string, number>
}

export const empty: Script = { lines: [], random: undefined, seen: HashMap.empty() }

export const add = (script: Script, match: Match, fault: Faults.Fault, times: number): Script => {
  if (!(times > 0)) throw new Error(`A fault comes once or more often, which ${times} is not.`)
  return { ...script, lines: [...script.lines, { match, fault, remaining: times }] }
}

/** Instead of those there were; the count of requests begins anew. */
export const randomly = (script: Script, random: Random): Script => {
  if (!(random.rate >= 0 && random.rate <= 1))
    throw new Error(`A rate is between 0 and 1, which ${random.rate} is not.`)
  return { ...script, random, seen: HashMap.empty() }
}

/**
 * The fault for a request, and the script without what it used up. The first line that matches counts, if its fault
 * `applies`; chance is asked where no line does.
 */
export const take = (
  script: Script,
  arrival: Arrival,
  applies: (fault: Faults.Fault) => boolean
): readonly [Faults.Fault | undefined, Script] => {
  const index = script.lines.findIndex((line) => matches(line.match, arrival) && applies(line.fault))
  const line = script.lines[index]
  if (line === undefined) return draw(script, arrival, applies)
  const rest = { ...line, remaining: line.remaining - 1 }
  const lines = script.lines.toSpliced(index, 1, ...(rest.remaining > 0 ? [rest] : []))
  return [line.fault, { ...script, lines }]
}

/**
 * What befalls a request depends on the seed, on what it says and on how often it was sent before, and not on the
 * others: so it is the same also where requests that are made at once arrive in another order.
 */
const draw = (
  script: Script,
  arrival: Arrival,
  applies: (fault: Faults.Fault) => boolean
): readonly [Faults.Fault | undefined, Script] => {
  const { random, seen } = script
  if (random === undefined || !matches(random.match ?? {}, arrival)) return [undefined, script]
  const { body, method, path, query, userId } = arrival
  const request = JSON.stringify([method, path, query, body, userId])
  const before = Option.getOrElse(HashMap.get(seen, request), () => 0)
  const counted = { ...script, seen: HashMap.set(seen, request, before + 1) }
  const chance = (what: string) => Opaque.fraction(JSON.stringify([random.seed, what, before, request]))
  if (chance("whether") >= random.rate) return [undefined, counted]
  const among = (random.among ?? Faults.transient).filter(applies)
  return [among[Math.floor(chance("which") * among.length)], counted]
}
