/**
 * What will become of each row, if nobody but the plan changes anything: the rows in their order, each judged by what
 * the ones before it leave behind. Pure.
 */

import type { Operation } from "../Operations.ts"
import { traits } from "../Operations.ts"
import * as ForecastRule from "./ForecastRule.ts"
import * as Possible from "./Possible.ts"
import type { Power } from "./Power.ts"
import type { RosterTable } from "./RosterTable.ts"

export type Verdict =
  | { readonly _tag: "send" }
  /** It is so already, or will be by then. */
  | { readonly _tag: "unchanged"; readonly because: string }
  /** It cannot be brought about: the server will refuse it, unless it is so already. Said only where that is certain. */
  | { readonly _tag: "impossible"; readonly because: string }

/** Rows by number; rooms and people by numbers that are equal where they are the same. */
export interface Rows {
  readonly size: number
  readonly operation: (row: number) => Operation
  readonly room: (row: number) => number
  readonly actor: (row: number) => number
  readonly target: (row: number) => number
  /** User id or address. */
  readonly person: (n: number) => string
  /** Why the row cannot work whoever is where, as when its alias leads nowhere. */
  readonly lost: (row: number) => string | undefined
  readonly power: (room: number) => Power | undefined
}

export interface Forecast {
  readonly verdict: (row: number) => Verdict
  /** Whether the server will do it, as far as its rules go; false where something about the room could not be seen. */
  readonly isCertain: (row: number) => boolean
}

interface Judged {
  readonly verdict: Verdict
  readonly certain: boolean
  /** What the target's membership may be afterwards. */
  readonly leaves: Possible.Possible
}

const send: Verdict = { _tag: "send" }

const isOutside = (person: string) => !person.startsWith("@")

/** One row by what is known now. */
export const judge = (rows: Rows, roster: Pick<RosterTable, "possible">, row: number): Judged => {
  const [room, actor, target] = [rows.room(row), rows.actor(row), rows.target(row)]
  const operation = rows.operation(row)
  const whom = rows.person(target)
  const outside = isOutside(whom)
  const before = outside ? Possible.only("leave") : roster.possible(room, target)
  const lost = rows.lost(row)
  if (lost !== undefined) return { verdict: { _tag: "impossible", because: lost }, certain: true, leaves: before }
  const alone = actor === target
  const actors = alone ? before : roster.possible(room, actor)
  const situation: ForecastRule.Case = {
    operation,
    actor: rows.person(actor),
    target: whom,
    alone,
    outside,
    power: rows.power(room)
  }
  const { becomes } = traits[operation]
  const met = new Set<string>()
  let refusal: string | undefined
  let [goes, fails] = [false, false]
  let leaves = 0
  for (const target of Possible.states) {
    if (!Possible.has(before, target)) continue
    for (const actor of alone ? [target] : Possible.states) {
      if (!Possible.has(actors, actor)) continue
      const ruling = ForecastRule.rule(situation, actor, target)
      if (ruling._tag === "goes") {
        goes = true
        if (becomes !== undefined && !outside) leaves |= Possible.only(becomes)
        if (ruling.certain) continue
      }
      if (ruling._tag === "unchanged") met.add(ruling.because)
      else fails = true
      if (ruling._tag === "refused") refusal ??= ruling.because
      leaves |= Possible.only(target)
    }
  }
  if (becomes === undefined || outside) leaves = before
  if (goes) return { verdict: send, certain: !fails && met.size === 0, leaves }
  if (refusal !== undefined) return { verdict: { _tag: "impossible", because: refusal }, certain: true, leaves: before }
  return { verdict: { _tag: "unchanged", because: [...met].join(" or ") }, certain: true, leaves: before }
}

const codes = { send: 0, unchanged: 1, impossible: 2 } as const

/** All rows, one after the other. The roster stays as it is. */
export const make = (rows: Rows, roster: RosterTable): Forecast => {
  const now = roster.copy()
  const tags = new Uint8Array(rows.size)
  const doubts = new Uint8Array(rows.size)
  const reasons = new Int32Array(rows.size)
  const texts: Array<string> = []
  const numbers = new Map<string, number>()
  const numberOf = (text: string) => {
    const known = numbers.get(text)
    if (known !== undefined) return known
    numbers.set(text, texts.length)
    return texts.push(text) - 1
  }
  for (let row = 0; row < rows.size; row++) {
    const { certain, leaves, verdict } = judge(rows, now, row)
    tags[row] = codes[verdict._tag]
    doubts[row] = certain ? 0 : 1
    if (verdict._tag === "send") now.narrow(rows.room(row), rows.target(row), leaves)
    else reasons[row] = numberOf(verdict.because)
  }
  return {
    verdict: (row) => {
      const because = texts[reasons[row] ?? -1] ?? ""
      switch (tags[row]) {
        case codes.unchanged:
          return { _tag: "unchanged", because }
        case codes.impossible:
          return { _tag: "impossible", because }
        default:
          return send
      }
    },
    isCertain: (row) => doubts[row] === 0
  }
}
