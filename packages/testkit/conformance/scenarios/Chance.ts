/** Numbers that look like chance and are the same for the same seed, on every machine. */

export interface Chance {
  /** One of these. */
  readonly pick: <A>(choices: readonly [A, ...ReadonlyArray<A>]) => A
}

/** A small generator by a Weyl sequence with a mixing step (splitmix, 32 bits). */
export const make = (seed: number): Chance => {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32
  }
  return {
    pick: (choices) => choices[Math.floor(next() * choices.length)] ?? choices[0]
  }
}
