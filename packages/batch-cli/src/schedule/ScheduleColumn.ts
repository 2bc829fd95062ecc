/** Whole numbers by index, in as much memory as the greatest index asks for. */
export interface Column {
  readonly get: (index: number) => number
  readonly set: (index: number, value: number) => void
}

/** `initial` is what stands wherever nothing was set. */
export const make = (initial: number): Column => {
  let values = new Int32Array(16).fill(initial)
  return {
    get: (index) => values[index] ?? initial,
    set: (index, value) => {
      if (index >= values.length) {
        const grown = new Int32Array(Math.max(index + 1, values.length * 2)).fill(initial)
        grown.set(values)
        values = grown
      }
      values[index] = value
    }
  }
}
