/** The keys of `T` that may be `undefined` become keys that may be absent. */
export type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

/**
 * The object without its undefined values. An optional parameter that is not given must not appear in the body at all:
 * the JSON codec would write `null`, and servers object to `"reason": null`.
 */
export const defined = <T extends object>(object: T): Defined<T> =>
  // fromEntries forgets the keys it was given
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Defined<T>
