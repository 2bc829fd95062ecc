/** The latest attempts and what came of them: all that is learned is learned from these. */

export interface Attempt {
  readonly row: number
  /** All that may have counted it, in the server's order. */
  readonly buckets: ReadonlyArray<number>
  readonly sent: number
  /** Infinite while the answer is awaited. */
  answered: number
  /** `over` is sent with no knowing what came of it; it may have been counted. */
  result: "in the air" | "passed" | "denied" | "refused" | "over"
  /** Milliseconds that a refusal asked for. */
  wait: number
  /** The wait may have been rounded up to a whole second. */
  isRounded: boolean
  /** Which of the buckets refused it, by place, as far as is understood; -1 for none. */
  blamed: number
}

export interface Log {
  readonly sent: (row: number, buckets: ReadonlyArray<number>, at: number) => Attempt
  /** In the order in which they were sent. */
  readonly all: () => ReadonlyArray<Attempt>
  /** How long answers take, in milliseconds; refusals are held back and tell nothing. */
  readonly latency: () => number
  /** Whether all waits so far were whole seconds. */
  readonly rounds: () => boolean
  readonly passed: (attempt: Attempt, at: number) => void
  readonly refused: (attempt: Attempt, wait: number) => void
  /** Takes out all that is answered. */
  readonly clear: () => void
  /** Takes out the oldest attempts when there are too many. */
  readonly outdated: () => ReadonlyArray<Attempt>
}

const most = 1024

export const make = (): Log => {
  let attempts: Array<Attempt> = []
  const latencies: Array<number> = []
  let rounds = true
  return {
    sent: (row, buckets, at) => {
      const attempt: Attempt = {
        row,
        buckets,
        sent: at,
        answered: Number.POSITIVE_INFINITY,
        result: "in the air",
        wait: 0,
        isRounded: false,
        blamed: -1
      }
      attempts.push(attempt)
      return attempt
    },
    all: () => attempts,
    rounds: () => rounds,
    latency: () => latencies.reduce((longest, one) => Math.max(longest, one), 0),
    passed: (attempt, at) => {
      latencies.push(at - attempt.sent)
      if (latencies.length > 32) latencies.shift()
    },
    refused: (attempt, wait) => {
      attempt.wait = wait
      attempt.isRounded = rounds
      if (!rounds || wait % 1000 === 0) return
      // who says part of a second once has never rounded
      rounds = false
      for (const one of attempts) one.isRounded = false
    },
    clear: () => {
      attempts = attempts.filter(({ result }) => result === "in the air")
    },
    outdated: () => {
      if (attempts.length <= most * 1.5) return []
      const old = attempts.slice(0, -most)
      attempts = attempts.slice(-most)
      return old
    }
  }
}

/** When the server says that there is room again, as early and as late as it can be meant. */
export const releaseOf = ({ isRounded, sent, wait }: Attempt, latency: number): readonly [number, number] => [
  // either way, since what it is compared with was on its way for a while, too
  sent + wait - latency - (isRounded && wait >= 1000 ? 1000 : 1) - slack,
  sent + wait + latency + slack
]

/** Milliseconds by which two clocks and their roundings may differ. */
export const slack = 4
