/** The flavours by name. */
import { dendrite } from "./Dendrite.ts"
import type { Flavour, Name } from "./Flavour.ts"
import { synapse } from "./Synapse.ts"
import { tuwunel } from "./Tuwunel.ts"

export const names: ReadonlyArray<Name> = ["synapse", "dendrite", "tuwunel"]

export const flavours: Readonly<Record<Name, Flavour>> = { synapse, dendrite, tuwunel }
