/**
 * What every operation does around its one request: send, try again by the policy, and narrow the failures to those its
 * type names. One span per operation, whatever the number of attempts.
 */
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import type * as HttpClientError from "effect/http/HttpClientError"
import type * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiClient from "effect/http-api/HttpApiClient"
import type * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"
import * as MatrixError from "./MatrixError.ts"
import * as RetryPolicy from "./RetryPolicy.ts"

/** An endpoint file names the tags it adds to those that any request can give. */
export interface Endpoint {
  readonly failures: ReadonlyArray<MatrixError.Tag>
}

/** Exactly what an operation over this endpoint can fail with. */
export type Failure<E extends Endpoint> =
  | MatrixError.WithTag<MatrixError.Always>
  | MatrixError.WithTag<E["failures"][number]>

/** A derived client whose answers of the wrong shape are `NotMatrix`. */
export const client = <Id extends string, Groups extends HttpApiGroup.Constraint>(
  api: HttpApi.HttpApi<Id, Groups>,
  httpClient: HttpClient.HttpClient.With<MatrixError.MatrixError>,
  baseUrl: string
) =>
  HttpApiClient.makeWith(api, {
    httpClient,
    baseUrl,
    transformResponse: Effect.mapError((error) =>
      Schema.isSchemaError(error) ? new MatrixError.NotMatrix({ status: 200, excerpt: error.message }) : error
    )
  })

/** What a method of such a client can still fail with besides our own errors. */
type Leftover = HttpClientError.HttpClientError | Schema.SchemaError

/** Only an argument that does not fit its type is left to fail here: answers were dealt with in `client`. */
export const fold = <A>(
  request: Effect.Effect<A, MatrixError.MatrixError | Leftover>
): Effect.Effect<A, MatrixError.MatrixError> =>
  Effect.catchTags(request, {
    SchemaError: (error) =>
      Effect.fail(new MatrixError.InvalidRequest({ status: 0, errcode: "M_INVALID_PARAM", detail: error.message })),
    HttpClientError: (error) => Effect.fail(new MatrixError.NotMatrix({ status: 200, excerpt: error.message }))
  })

/** Runs `effect` until it succeeds once, one caller at a time, and remembers that success. */
export const onceSuccessful = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<Effect.Effect<A, E>> =>
  Effect.gen(function* () {
    const known = yield* Ref.make(Option.none<A>())
    const gate = yield* Semaphore.make(1)
    const ask = Effect.tap(effect, (value) => Ref.set(known, Option.some(value)))
    return Effect.flatMap(
      Ref.get(known),
      Option.match({
        onSome: Effect.succeed,
        // whoever waited at the gate looks again before asking
        onNone: () =>
          gate.withPermit(Effect.flatMap(Ref.get(known), Option.match({ onSome: Effect.succeed, onNone: () => ask })))
      })
    )
  })

/** Makes operations out of single attempts. `name` is the specification's operation id. */
export const make =
  (policy: RetryPolicy.RetryPolicy) =>
  <E extends Endpoint>(name: string, endpoint: E, attributes: { readonly [name: string]: string }) =>
  <A>(attempt: Effect.Effect<A, MatrixError.MatrixError | Leftover>): Effect.Effect<A, Failure<E>> =>
    Effect.flatMap(RetryPolicy.Override, (override) =>
      fold(attempt).pipe(
        Effect.retry(RetryPolicy.schedule(override ?? policy)),
        Effect.mapError(MatrixError.admit<E["failures"][number]>(endpoint.failures)),
        Effect.withSpan(`Membership.${name}`, { attributes })
      )
    )
