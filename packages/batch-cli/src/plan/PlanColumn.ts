/** A list of whole numbers that grows, four bytes each. */
export interface Column {
  readonly push: (value: number) => void
  /** Nothing where nothing was pushed. */
  readonly at: (index: number) => number | undefined
  readonly set: (index: number, value: number) => void
}

export const make = (): Column => {
  let size = 0
  let values = new Int32Array(16)
  return {
    push: (value) => {
      if (size === values.length) {
        const smaller = values
        values = new Int32Array(size * 2)
        values.set(smaller)
      }
      values[size++] = value
    },
    at: (index) => (index < size ? values[index] : undefined),
    set: (index, value) => {
      if (index < size) values[index] = value
    }
  }
}

/** A column that is the same number nearly everywhere, and takes no room until it is not. */
export const makeSparse = (usual: number): Column => {
  let size = 0
  let column: Column | undefined
  const full = () => {
    if (column === undefined) {
      column = make()
      for (let index = 0; index < size; index++) column.push(usual)
    }
    return column
  }
  return {
    push: (value) => {
      if (column !== undefined || value !== usual) full().push(value)
      size++
    },
    at: (index) => (column === undefined ? (index < size ? usual : undefined) : column.at(index)),
    set: (index, value) => {
      if (column !== undefined || value !== usual) full().set(index, value)
    }
  }
}
