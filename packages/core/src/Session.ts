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
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpClient from "effect/http/HttpClient"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Ref from "effect/Ref"
import * as Homeserver from "./Homeserver.ts"
import { type MatrixError, NotMatrix, RateLimited } from "./MatrixError.ts"
import * as MembershipApi from "./MembershipApi.ts"
import * as Operation from "./Operation.ts"
import * as RetryPolicy from "./RetryPolicy.ts"
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

/** What the last refresh that failed leaves behind for the callers to come. */
type Setback =
  | { readonly _tag: "refused" }
  | { readonly _tag: "limited"; readonly until: number; readonly error: RateLimited }

interface State {
  readonly tokens: Tokens
  /** The refresh under way, for all who wait for it. */
  readonly underWay: Deferred.Deferred<Option.Option<Redacted.Redacted>, MatrixError> | undefined
  readonly setback: Setback | undefined
}

const same = (one: Redacted.Redacted, other: Redacted.Redacted) => Redacted.value(one) === Redacted.value(other)

/** The service behind `Credentials.layerRefreshable`. */
export const make = Effect.fnUntraced(function* ({ homeserver, onRefresh, ...initial }: Options) {
  const http = yield* HttpClient.HttpClient
  const scope = yield* Effect.scope
  const state = yield* Ref.make<State>({ tokens: initial, underWay: undefined, setback: undefined })
  const client = yield* Operation.client(
    MembershipApi.anonymous,
    Transport.anonymous(http, Transport.small),
    Homeserver.base(homeserver)
  )
  // the operations that wait for a renewal repeat it themselves
  const schedule = RetryPolicy.schedule(RetryPolicy.make({ times: 2, budget: "1 minute" }))

  const refresh = Effect.fnUntraced(function* (old: Tokens) {
    const answer = yield* Operation.fold(
      client.refresh({ payload: { refresh_token: Redacted.value(old.refreshToken) } })
    ).pipe(
      // the old refresh token stays good until a new one is used, so a lost answer can be asked for again
      Effect.retry(schedule),
      Effect.provideService(Transport.Secrets, [old.refreshToken]),
      // whatever came may hold the new tokens
      Effect.mapError((error) =>
        error._tag === "NotMatrix" ? new NotMatrix({ status: error.status, excerpt: "(not shown)" }) : error
      )
    )
    const renewed: Tokens = {
      accessToken: Redacted.make(answer.access_token),
      refreshToken: answer.refresh_token === undefined ? old.refreshToken : Redacted.make(answer.refresh_token)
    }
    // the old pair may be spent, so the new one counts even if storing it ended in a defect
    const stored = yield* Effect.exit(onRefresh?.(renewed) ?? Effect.void)
    return { renewed, stored }
  })

  /** Runs on its own, so that the interruption of one caller is not felt by the others. */
  const run = Effect.fnUntraced(function* (old: Tokens, done: NonNullable<State["underWay"]>) {
    const exit = yield* Effect.exit(refresh(old))
    const now = yield* Clock.currentTimeMillis
    yield* Ref.update(state, (before): State => {
      if (Exit.isSuccess(exit)) return { tokens: exit.value.renewed, underWay: undefined, setback: undefined }
      const error = Option.getOrUndefined(Cause.findErrorOption(exit.cause))
      return { ...before, underWay: undefined, setback: error === undefined ? undefined : setbackOf(error, now) }
    })
    if ((yield* Ref.get(state)).setback?._tag === "refused") yield* Deferred.succeed(done, Option.none())
    else if (Exit.isFailure(exit)) yield* Deferred.failCause(done, exit.cause)
    else
      yield* Deferred.done(
        done,
        Exit.map(exit.value.stored, () => Option.some(exit.value.renewed.accessToken))
      )
  })

  type Renewal = Effect.Effect<Option.Option<Redacted.Redacted>, MatrixError>

  /** What a caller gets, and the refresh to start for it. Looked up and taken in one step, so that there is only one. */
  const turn = (before: State, refused: Redacted.Redacted, mine: NonNullable<State["underWay"]>, now: number) => {
    const give = (renewal: Renewal): readonly [Renewal, Effect.Effect<void> | undefined, State] => [
      renewal,
      undefined,
      before
    ]
    const { setback, tokens, underWay } = before
    if (!same(tokens.accessToken, refused)) return give(Effect.succeed(Option.some(tokens.accessToken)))
    if (setback?._tag === "refused") return give(Effect.succeed(Option.none()))
    if (underWay !== undefined) return give(Deferred.await(underWay))
    if (setback !== undefined && setback.until > now) {
      return give(Effect.fail(new RateLimited({ ...setback.error, retryAfter: Duration.millis(setback.until - now) })))
    }
    const after: State = { ...before, underWay: mine }
    return [Deferred.await(mine), run(tokens, mine), after] as const
  }

  const renew = (refused: Redacted.Redacted): Renewal =>
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        const mine = yield* Deferred.make<Option.Option<Redacted.Redacted>, MatrixError>()
        const now = yield* Clock.currentTimeMillis
        const [renewal, start] = yield* Ref.modify(state, (before) => {
          const [renewal, start, after] = turn(before, refused, mine, now)
          return [[renewal, start] as const, after]
        })
        if (start !== undefined) {
          // ends with the layer, not with the caller; who still waits then, or comes after, is not left waiting
          const fiber = yield* Effect.forkIn(start, scope)
          fiber.addObserver(() => Deferred.doneUnsafe(mine, Effect.interrupt))
        }
        return yield* restore(renewal)
      })
    )

  return { accessToken: Effect.map(Ref.get(state), ({ tokens }) => tokens.accessToken), renew }
})

const setbackOf = (error: MatrixError, now: number): Setback | undefined => {
  if (error._tag === "RateLimited") {
    return error.retryAfter === undefined
      ? undefined
      : { _tag: "limited", until: now + Duration.toMillis(error.retryAfter), error }
  }
  // servers refuse refresh tokens with 401, 403 and others; a firewall's page refuses nothing,
  // but one with 404 says that there is no /refresh here
  return "status" in error &&
    (error._tag !== "NotMatrix" || error.status === 404) &&
    error.status >= 400 &&
    error.status < 500
    ? { _tag: "refused" }
    : undefined
}
