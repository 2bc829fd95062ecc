import type { Scenario } from "../Scenario.ts"
import * as Accounts from "./Accounts.ts"
import * as Acting from "./Acting.ts"
import * as Addresses from "./Addresses.ts"
import * as Bodies from "./Bodies.ts"
import * as Borders from "./Borders.ts"
import * as Creation from "./Creation.ts"
import * as Deserted from "./Deserted.ts"
import * as Directory from "./Directory.ts"
import * as Entering from "./Entering.ts"
import * as Limits from "./Limits.ts"
import * as Reads from "./Reads.ts"
import * as Repeats from "./Repeats.ts"
import * as Services from "./Services.ts"
import * as Sessions from "./Sessions.ts"
import * as ThirdParty from "./ThirdParty.ts"
import * as Tokens from "./Tokens.ts"
import * as Unknowns from "./Unknowns.ts"
import * as Walks from "./Walks.ts"

/** By the name of the file their answers are recorded in. */
export const families: Readonly<Record<string, ReadonlyArray<Scenario>>> = {
  entering: Entering.scenarios,
  acting: Acting.scenarios,
  borders: Borders.scenarios,
  bodies: Bodies.scenarios,
  repeats: Repeats.scenarios,
  reads: Reads.scenarios,
  tokens: Tokens.scenarios,
  unknowns: Unknowns.scenarios,
  creation: Creation.scenarios,
  accounts: Accounts.scenarios,
  deserted: Deserted.scenarios,
  directory: Directory.scenarios,
  services: Services.scenarios,
  sessions: Sessions.scenarios,
  addresses: Addresses.scenarios,
  "third-party": ThirdParty.scenarios,
  limits: Limits.scenarios,
  walks: Walks.scenarios
}
