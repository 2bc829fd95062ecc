/** Who is to be woken when: the earliest first, and of several at one moment the one that came first. */

export interface Timer {
  /** In nanoseconds since the epoch. */
  readonly at: bigint
  readonly wake: () => void
}

/** Sorted; new timers mostly belong near the end, and the next one is always at the beginning. */
export type Timers = Array<Timer>

/** The first place whose timer is later. */
const placeAfter = (timers: Timers, at: bigint): number => {
  let low = 0
  let high = timers.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const timer = timers[middle]
    if (timer !== undefined && timer.at <= at) low = middle + 1
    else high = middle
  }
  return low
}

export const add = (timers: Timers, timer: Timer): void => {
  timers.splice(placeAfter(timers, timer.at), 0, timer)
}

/** Does nothing when the timer has been taken out before. */
export const remove = (timers: Timers, timer: Timer): void => {
  for (let place = placeAfter(timers, timer.at) - 1; timers[place]?.at === timer.at; place--)
    if (timers[place] === timer) {
      timers.splice(place, 1)
      return
    }
}
