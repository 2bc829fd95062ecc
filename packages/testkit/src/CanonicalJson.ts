/**
 * The one text that stands for a JSON value (specification v1.19, appendix "Canonical JSON"): no spaces, keys in order,
 * and nothing escaped that need not be.
 */

/** Takes what `JSON.parse` gives. */
export const encode = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(encode).join(",")}]`
  if (typeof value !== "object" || value === null) return JSON.stringify(value)
  const members = Object.entries(value).sort(([one], [other]) => compare(one, other))
  return `{${members.map(([key, inner]) => `${JSON.stringify(key)}:${encode(inner)}`).join(",")}}`
}

/** By code points. JavaScript's own order is by UTF-16 units, where some characters come too soon. */
const compare = (one: string, other: string): number => {
  const [left, right] = [Array.from(one), Array.from(other)]
  const index = left.findIndex((character, at) => character !== right[at])
  if (index < 0) return left.length - right.length
  return (left[index]?.codePointAt(0) ?? 0) - (right[index]?.codePointAt(0) ?? -1)
}
