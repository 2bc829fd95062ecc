/**
 * What every operation does around its one request: send, try again by the policy, and narrow the failures to those its
 * type names. One span per operation, whatever the number of attempts.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as HttpClient from "effect/http/HttpClient"
import type * as HttpClientError from "effect/http/HttpClientError"
import type * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiClient from "effect/http-api/HttpApiClient"
import type * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import * as Ref from "effect/Ref"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"
import * as MatrixError from "./MatrixError.ts"
import * as RetryPolicy from "./RetryPolicy.ts"
import * as Telemetry from "./Telemetry.ts"
import * as Transport from "./Transport.ts"

/** An endpoint file names the tags it adds to those that any request can give. */
export interface Endpoint {
  readonly failures: ReadonlyArray<MatrixError.Tag>
}

/** Exactly what an operation over this endpoint can fail with. */
export type Failure<E extends Endpoint> =
  | MatrixError.WithTag<MatrixError.Always>
  | MatrixError.WithTag<E["failures"][number]>

/**
 * A derived client whose answers of the wrong shape are `NotMatrix`.
 *
 * @param secrets what must not show in the complaint about a wrong shape, which quotes the keys of the answer
 */
export const client = <Id extends string, Groups extends HttpApiGroup.Constraint>(
  api: HttpApi.HttpApi<Id, Groups>,
  httpClient: HttpClient.HttpClient.With<MatrixError.MatrixError>,
  baseUrl: string,
  secrets: Effect.Effect<ReadonlyArray<Redacted.Redacted>> = Effect.succeed([])
) =>
  HttpApiClient.makeWith(api, {
    httpClient,
    baseUrl,
    transformResponse: Effect.catch((error) =>
      Schema.isSchemaError(error)
        ? Effect.flatMap(secrets, (secrets) =>
            Effect.fail(new MatrixError.NotMatrix({ status: 200, excerpt: Transport.blotting(secrets)(error.message) }))
          )
        : Effect.fail(error)
    )
  })

/** What a method of such a client can still fail with besides our own errors. */
type Leftover = HttpClientError.HttpClientError | Schema.SchemaError

/** Only a request that could not be put together is left to fail here: answers were dealt with in `client`. */
export const fold = <A>(
  request: Effect.Effect<A, MatrixError.MatrixError | Leftover>
): Effect.Effect<A, MatrixError.MatrixError> =>
  Effect.catchTags(request, { SchemaError: unsendable, HttpClientError: unsendable })

const unsendable = (error: Leftover) =>
  Effect.fail(new MatrixError.InvalidRequest({ status: 0, errcode: "M_INVALID_PARAM", detail: error.message }))

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

/** What is particular to an operation. */
export interface Definition<E extends Endpoint, A> {
  /** The specification's operation id. */
  readonly name: string
  readonly endpoint: E
  readonly attributes: { readonly [name: string]: string }
  /**
   * Reads whether the change asked for is in effect, and if so gives what the operation would have. Asked when an
   * earlier attempt may have taken effect unnoticed: the error of a later one is not believed without it.
   */
  readonly confirm?: Effect.Effect<Option.Option<A>, MatrixError.MatrixError>
  /** Never sent again once it may have taken effect, because twice is not once. */
  readonly once?: boolean
}

/**
 * Makes operations. `prepare` is what must be known before the request can be sent; its failures are repeated too, but
 * never leave a doubt about the request, which was not sent then.
 */
export const make =
  <D>(layerPolicy: RetryPolicy.RetryPolicy, prepare: Effect.Effect<D, MatrixError.MatrixError>) =>
  <E extends Endpoint, A>(
    definition: Definition<E, A>,
    request: (prepared: D) => Effect.Effect<A, MatrixError.MatrixError | Leftover>
  ): Effect.Effect<A, Failure<E>> =>
    Effect.flatMap(RetryPolicy.Override, (override) => {
      const { attributes, endpoint, name, once = false } = definition
      const tally: Tally = { attempts: 0, waitedMillis: 0, ambiguous: false, failed: undefined }
      const schedule = RetryPolicy.schedule(override ?? layerPolicy)
      const repeatable = Schedule.while(schedule, ({ input }) => !(once && MatrixError.mayHaveTakenEffect(input)))
      const admit = MatrixError.admit<E["failures"][number]>(endpoint.failures)
      return Effect.retry(prepare, schedule).pipe(
        Effect.flatMap((prepared) =>
          // narrowed first: what an answer means for this operation decides whether it leaves a doubt
          counted(Effect.mapError(fold(request(prepared)), admit), name, tally).pipe(
            Effect.retry(repeatable),
            Effect.catch((error) => settle(error, tally, definition, schedule))
          )
        ),
        Effect.mapError(admit),
        Effect.onExit((exit) => concluded(name, tally, outcomeOf(exit))),
        Effect.withSpan(`Membership.${name}`, { attributes: { "matrix.operation": name, ...attributes } })
      )
    })

/** What has happened to one operation so far. */
interface Tally {
  attempts: number
  waitedMillis: number
  /** Some attempt may have taken effect. */
  ambiguous: boolean
  /** The failure that is waited for, and when it came, in epoch milliseconds. */
  failed: { readonly tag: MatrixError.Tag; readonly at: number } | undefined
}

/** Waits are told when they are over, since they can be cut short. */
const counted = <A>(attempt: Effect.Effect<A, MatrixError.MatrixError>, name: string, tally: Tally) =>
  Effect.gen(function* () {
    const { failed } = tally
    if (failed !== undefined) {
      const waited = (yield* Clock.currentTimeMillis) - failed.at
      tally.waitedMillis += waited
      tally.failed = undefined
      yield* Telemetry.waiting(name, failed.tag, waited)
    }
    tally.attempts += 1
    yield* Telemetry.attempted(name)
    return yield* attempt
  }).pipe(
    Effect.tapError((error) =>
      Effect.map(Clock.currentTimeMillis, (at) => {
        tally.ambiguous ||= MatrixError.mayHaveTakenEffect(error)
        tally.failed = { tag: error._tag, at }
      })
    )
  )

const concluded = Effect.fnUntraced(function* (name: string, tally: Tally, outcome: string) {
  // interrupted after a failure: most likely in the wait that follows it
  if (outcome === "interrupted" && tally.failed !== undefined) {
    tally.waitedMillis += (yield* Clock.currentTimeMillis) - tally.failed.at
  }
  yield* Effect.annotateCurrentSpan({ "matrix.attempts": tally.attempts, "matrix.waited_ms": tally.waitedMillis })
  yield* Telemetry.ended(name, outcome)
})

/** The last word on a failure: after an ambiguous attempt the membership has it, where it can be read. */
const settle = <E extends Endpoint, A>(
  error: MatrixError.MatrixError,
  tally: Tally,
  { confirm, once = false }: Definition<E, A>,
  schedule: Schedule.Schedule<unknown, MatrixError.MatrixError>
): Effect.Effect<A, MatrixError.MatrixError> => {
  if (!tally.ambiguous) return Effect.fail(error)
  const unknown = new MatrixError.OutcomeUnknown({ cause: error.message })
  if (confirm === undefined) return Effect.fail(once ? unknown : error)
  // a server in the trouble that loses answers stumbles over this read too
  return Effect.matchEffect(Effect.retry(confirm, schedule), {
    // an answer that was lost says so itself; a refusal may be the echo of our own success
    onFailure: () => Effect.fail(MatrixError.mayHaveTakenEffect(error) ? error : unknown),
    onSuccess: Option.match({ onNone: () => Effect.fail(error), onSome: Effect.succeed })
  })
}

const outcomeOf = <A>(exit: Exit.Exit<A, MatrixError.MatrixError>): string => {
  if (Exit.isSuccess(exit)) return "success"
  const error = Cause.findErrorOption(exit.cause)
  return Option.isSome(error) ? error.value._tag : Cause.hasInterrupts(exit.cause) ? "interrupted" : "defect"
}
