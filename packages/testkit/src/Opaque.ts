/** Identifiers that look random and are not: the same seed and the same count give the same text in every run. */

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

/** `length` characters of URL-safe base64. */
export const make = (seed: string, count: number, length: number): string => {
  let state = hash(`${seed}/${count}`)
  let text = ""
  while (text.length < length) {
    // A Weyl sequence through a 32-bit finaliser: few lines, no short cycles, and nothing here is a secret.
    state = (state + 0x9e3779b9) >>> 0
    text += alphabet[mix(state) >>> 26]
  }
  return text
}

/** A number from 0 to below 1 that looks as random, and is as little. */
export const fraction = (text: string): number => hash(text) / 2 ** 32

const hash = (text: string): number => {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  return mix(value)
}

const mix = (value: number): number => {
  const once = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35)
  return (twice ^ (twice >>> 16)) >>> 0
}
