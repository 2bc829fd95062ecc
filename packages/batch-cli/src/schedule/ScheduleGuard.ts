/**
 * What is left when nobody understands a server: if far more is refused than it takes to learn limits, all is learned
 * anew; and if that does not help, requests are spaced ever wider until most of them pass, though never wider than the
 * longest of the server's waits. So however a server counts, few requests in a hundred are for nothing.
 */
export interface Guard {
  readonly passed: () => void
  /** Says whether it is time to forget what was made of the answers so far. */
  readonly refused: (wait: number) => boolean
  /** Whether more is refused than can be explained by learning. */
  readonly isUp: () => boolean
  /** Milliseconds between two requests; none as long as all is well. */
  readonly spacing: () => number
}

/** So many refusals are nothing to worry about, and beyond them this share of what is sent. */
const few = 30
const share = 0.03

/** A refusal widens the space by as much as some twenty requests that pass take back. */
const wider = 1.5
const closer = 0.98

const least = 20

export const make = (): Guard => {
  let passed = 0
  let refused = 0
  let restarts = 0
  let spacing = 0
  let longest = 0
  const isTooMuch = () => refused > few + share * (passed + refused)
  const isUp = () => restarts > 1
  return {
    passed: () => {
      passed += 1
      spacing = spacing < least ? 0 : spacing * closer
    },
    refused: (wait) => {
      refused += 1
      longest = Math.max(longest, wait)
      if (isUp()) spacing = Math.max(least, Math.min(spacing * wider, longest))
      if (!isTooMuch()) return false
      restarts += 1
      refused = 0
      passed = 0
      return true
    },
    isUp,
    spacing: () => spacing
  }
}
