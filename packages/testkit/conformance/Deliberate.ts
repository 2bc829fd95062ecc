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

/** Endpoints that the specification does not have, by whatever method they are called. */
const unspecified = (step: number, reason: string): ReadonlyArray<Deliberate> =>
  ["GET", "POST", "PUT", "DELETE"].map((method) => ({ scenario: `unknown endpoint / ${method}`, step, reason }))

/** In a room that nobody here is in any more. */
const deserted = (name: string, step: number, reason: string): ReadonlyArray<Deliberate> =>
  ["11", "12"].map((version) => ({ scenario: `deserted / ${name} / version ${version}`, step, reason }))

export const deliberate: ReadonlyArray<Deliberate> = [
  ...unspecified(5, "there was no knocking in r0: who knocks there is served by Synapse, and by hardly anybody else"),
  ...unspecified(14, "the prefix `unstable` is for what has no other: who calls all else by it should learn it here"),
  ...deserted(
    "a knock is taken back",
    3,
    "Synapse keeps the first leave out of the room's history and so refuses a second; here it is a leave like any other"
  ),
  {
    scenario: "sessions / capabilities",
    step: 1,
    reason: "the fake offers what it can do: no room versions of Synapse's own, no new passwords, no addresses"
  }
]
