/** Synapse: the rules themselves. */
import { specVersions } from "../SpecVersions.ts"
import type { Flavour } from "./Flavour.ts"

export const synapse: Flavour = {
  name: "synapse",
  specVersions,
  cells: {},
  first: () => undefined,
  last: () => undefined,
  hears: (_, body) => body,
  unreadable: undefined,
  address: () => undefined,
  aliasNotFound: undefined,
  knocks: true,
  bareErrors: false,
  retryAfterHeader: true,
  joinPatience: undefined
}
