/**
 * A session whose access token expires and is replaced with the help of a refresh token.
 *
 * ```ts
 * import { Credentials } from "@matrix-membership/core"
 * import { Effect, Redacted } from "effect"
 *
 * export const credentials = Credentials.layerRefreshable({
 *   homeserver: new URL("http://localhost"),
 *   accessToken: Redacted.make("the access token of the login"),
 *   refreshToken: Redacted.make("its refresh token"),
 *   onRefresh: () => Effect.logInfo("the tokens were renewed; store them now")
 * })
 * ```
 */
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Ref from "effect/Ref"
import * as Semaphore from "effect/Semaphore"
import * as Homeserver from "./Homeserver.ts"
import * as MembershipApi from "./MembershipApi.ts"
import * as Operation from "./Operation.ts"
import { isTransient, make as makePolicy, schedule } from "./RetryPolicy.ts"
import * as Transport from "./Transport.ts"

/** A pair as login and refresh give it. */
export interface Tokens {
  readonly accessToken: Redacted.Redacted
  readonly refreshToken: Redacted.Redacted
}

/** The pair to begin with, where to renew it, and what to do with a new one. */
export interface Options extends Tokens {
  /** The base URL of the client-server API. */
  readonly homeserver: URL
  /** Called with every new pair before it is used, so that it can be stored. */
  readonly onRefresh?: ((tokens: Tokens) => Effect.Effect<void>) | undefined
}

/** The service behind `Credentials.layerRefreshable`. */
export const make = Effect.fnUntraced(function* ({ homeserver, onRefresh, ...initial }: Options) {
  const http = yield* HttpClient.HttpClient
  const tokens = yield* Ref.make<Tokens>(initial)
  const gate = yield* Semaphore.make(1)
  // the operations that wait for a renewal repeat it themselves
  const policy = makePolicy({ times: 2, budget: "1 minute" })

  const refresh = Effect.fnUntraced(function* (old: Tokens) {
    const httpClient = Transport.anonymous(http, Transport.small)
    const api = yield* Operation.client(MembershipApi.anonymous, httpClient, Homeserver.base(homeserver))
    const answer = yield* Operation.fold(
      api.refresh({ payload: { refresh_token: Redacted.value(old.refreshToken) } })
    ).pipe(
      // the old refresh token stays good until a new one is used, so a lost answer can be asked for again
      Effect.retry(schedule(policy)),
      Effect.provideService(Transport.Secrets, [old.refreshToken])
    )
    const renewed: Tokens = {
      accessToken: Redacted.make(answer.access_token),
      refreshToken: answer.refresh_token === undefined ? old.refreshToken : Redacted.make(answer.refresh_token)
    }
    yield* Effect.uninterruptible(Effect.andThen(onRefresh?.(renewed) ?? Effect.void, Ref.set(tokens, renewed)))
    return Option.some(renewed.accessToken)
  })

  return {
    accessToken: Effect.map(Ref.get(tokens), ({ accessToken }) => accessToken),
    renew: (refused: Redacted.Redacted) =>
      gate.withPermit(
        Effect.flatMap(Ref.get(tokens), (current) =>
          Redacted.value(current.accessToken) !== Redacted.value(refused)
            ? // somebody else waited for the same refresh and was first
              Effect.succeed(Option.some(current.accessToken))
            : // servers refuse refresh tokens with 401, 403 and others; whichever it is, there is no other token
              Effect.catchIf(
                refresh(current),
                (error) => !isTransient(error),
                () => Effect.succeed(Option.none())
              )
        )
      )
  }
})
