/** Where the fake means to differ from Synapse. Each entry must still be needed, or the run fails. */

export interface Deliberate {
  readonly scenario: string
  /** Counted from 1; every step of the scenario when left out. */
  readonly step?: number
  readonly reason: string
}

/** Whether the entry is about this step. */
export const covers = (entry: Deliberate, scenario: string, step: number): boolean =>
  entry.scenario === scenario && (entry.step === undefined || entry.step === step)

export const deliberate: ReadonlyArray<Deliberate> = []
