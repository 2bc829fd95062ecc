/** A homeserver that scenarios are played on: a real one or the fake, over the same raw HTTP. */
import type * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import type { Address } from "./IdentityServer.ts"
import type { Mark } from "./Scenario.ts"

export interface Account {
  readonly userId: string
  readonly accessToken: string
}

export interface Subject {
  /** For people, as the head of a column. */
  readonly title: string
  readonly baseUrl: URL
  readonly serverName: string
  readonly http: HttpClient.HttpClient
  readonly register: (localpart: string) => Effect.Effect<Account, { readonly message: string }>
  readonly mark: (account: Account, mark: Mark) => Effect.Effect<void, { readonly message: string }>
  /** The `id_server` that it can reach. */
  readonly identityServer: string
  /** That identity server learns whose address that is. */
  readonly bind: (address: Address, userId: string) => Effect.Effect<void>
  /** How many scenarios at once are of use. */
  readonly lanes: number
}
