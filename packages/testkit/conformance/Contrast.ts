/** Two JSON values with what they have in common left out, so that a person sees what is not. */
import type * as Schema from "effect/Schema"

const isObject = (json: Schema.Json | undefined): json is { readonly [key: string]: Schema.Json } =>
  typeof json === "object" && json !== null && !Array.isArray(json)

/** Object keys in order, so that equal values are equal texts. */
export const text = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner
  )

type Pair = readonly [left: Schema.Json | undefined, right: Schema.Json | undefined]

/** Of objects the keys that differ, of lists the items; `undefined` where there is nothing. */
export const contrast = (left: Schema.Json | undefined, right: Schema.Json | undefined): Pair => {
  if (Array.isArray(left) && Array.isArray(right)) {
    const longest = Math.max(left.length, right.length)
    const pairs = Array.from({ length: longest }, (_, index) => index)
      .filter((index) => text(left[index]) !== text(right[index]))
      .map((index) => contrast(left[index], right[index]))
    return [pairs.map(([one]) => one ?? "nothing"), pairs.map(([, two]) => two ?? "nothing")]
  }
  if (isObject(left) && isObject(right)) {
    const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])].sort()
    const parted = keys.filter((key) => text(left[key]) !== text(right[key]))
    const pairs = parted.map((key) => [key, contrast(left[key], right[key])] as const)
    const side = (which: 0 | 1) =>
      Object.fromEntries(pairs.flatMap(([key, pair]) => (pair[which] === undefined ? [] : [[key, pair[which]]])))
    return [side(0), side(1)]
  }
  return [left, right]
}
