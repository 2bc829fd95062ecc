import type { Scenario } from "../Scenario.ts"
import * as Entering from "./Entering.ts"

/** By the name of the file their answers are recorded in. */
export const families: Readonly<Record<string, ReadonlyArray<Scenario>>> = {
  entering: Entering.scenarios
}
