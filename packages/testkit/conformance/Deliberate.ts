/** Where the fake means to differ from Synapse. Each entry must still be needed, or the run fails. */

export interface Deliberate {
  readonly scenario: string
  /** Counted from 1. */
  readonly step: number
  readonly reason: string
}

export const deliberate: ReadonlyArray<Deliberate> = []
