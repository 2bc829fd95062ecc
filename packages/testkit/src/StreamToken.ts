/** Tokens that stand for a moment in the order in which the server writes: what came up to it is before, the rest after. */

export const make = (position: number): string => `s${position}`

/** `undefined` for what is no token of this server. */
export const parse = (token: string): number | undefined =>
  /^s\d{1,15}$/u.test(token) ? Number(token.slice(1)) : undefined
