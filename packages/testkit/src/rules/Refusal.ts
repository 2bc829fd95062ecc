/** A refusal: the Matrix error a call is answered with (specification v1.19, client-server "Standard error response"). */
import type { Content } from "./Event.ts"

/** What MSC3848 lets a server add to a bare `M_FORBIDDEN`. */
export type Because = "ALREADY_JOINED" | "NOT_JOINED" | "INSUFFICIENT_POWER"

export interface Refusal {
  readonly status: number
  readonly errcode: string
  readonly error: string
  /** Extra keys of the body beside `errcode` and `error`. */
  readonly fields: Content
  readonly headers: Readonly<Record<string, string>>
  readonly because?: Because
  /** How long the server holds the answer back, in milliseconds. */
  readonly pauseMillis?: number
}

export const make = (status: number, errcode: string, error: string, fields: Content = {}): Refusal => ({
  status,
  errcode,
  error,
  fields,
  headers: {}
})

export const forbidden = (error: string, because?: Because): Refusal => ({
  ...make(403, "M_FORBIDDEN", error),
  ...(because === undefined ? {} : { because })
})

/** The requested change makes no sense from where the target stands now. */
export const badState = (error: string): Refusal => make(403, "M_BAD_STATE", error)

export const suspended = (what: string): Refusal =>
  make(403, "M_USER_SUSPENDED", `A suspended account cannot be used for ${what}.`)
