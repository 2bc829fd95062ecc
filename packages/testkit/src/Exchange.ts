/** One request through the fake: the fault that the script has for it, its effect, its answer, and the record of it all. */
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"
import * as Accounts from "./Accounts.ts"
import * as ApplicationServices from "./ApplicationServices.ts"
import { isObject } from "./Body.ts"
import * as Faults from "./Faults.ts"
import * as Lag from "./Lag.ts"
import type { Manner } from "./Routes.ts"
import * as Routes from "./Routes.ts"
import * as Script from "./Script.ts"
import * as Wire from "./Wire.ts"
import type * as World from "./World.ts"

/** What comes back to a door: an answer, cut short or not, or a connection to break. */
export type Delivery =
  | {
      readonly _tag: "Answer"
      readonly answer: Wire.Answer
      /** How many bytes of the body go out before the connection breaks; all of them, and no break, when `undefined`. */
      readonly cutAt: number | undefined
    }
  /** `answer` is what the client never sees, if the request had its effect. */
  | { readonly _tag: "Reset"; readonly answer: Wire.Answer | undefined }

export interface RecordedRequest extends Script.Arrival {
  /** Requests are numbered as they arrive, from 0. */
  readonly sequence: number
  /** When it arrived, in milliseconds since the epoch. */
  readonly time: number
  /** Names in lower case; the access token is blacked out. */
  readonly headers: Readonly<Record<string, string>>
  /** What the script, or chance, did to it. */
  readonly fault: Faults.Fault | undefined
  /** What the fake answered, or `undefined` if it never came to that. */
  readonly answer: { readonly status: number; readonly errcode: string | undefined } | undefined
  /** Whether the whole answer went out to the client. */
  readonly delivered: boolean
}

export interface Desk {
  readonly world: SubscriptionRef.SubscriptionRef<World.World>
  readonly script: Ref.Ref<Script.Script>
  /** Where the effects of requests go on that were answered before. */
  readonly background: Scope.Scope
  readonly records: Ref.Ref<{ readonly arrived: number; readonly done: Chunk.Chunk<RecordedRequest> }>
  readonly isRecording: boolean
  readonly manner: Manner
}

/** The effect of a request is one step that cannot be interrupted half-way; waiting before and after it can be. */
export const handle = Effect.fnUntraced(function* (desk: Desk, request: Wire.Request) {
  const time = yield* Clock.currentTimeMillis
  const world = yield* SubscriptionRef.get(desk.world)
  const arrival = arrivalOf(world, request)
  const sequence = yield* Ref.modify(desk.records, (all) => [all.arrived, { ...all, arrived: all.arrived + 1 }])
  const applies = (fault: Faults.Fault) => fault._tag !== "InviteLag" || Lag.isEarly(world, arrival, fault.millis, time)
  const fault = yield* Ref.modify(desk.script, (script) => Script.take(script, arrival, applies))
  const outcome = patient(desk, arrival, suffer(desk, request, fault))
  if (!desk.isRecording) return yield* outcome
  const seen = { ...arrival, sequence, time, headers: redacted(request.headers), fault }
  return yield* Effect.onExit(outcome, (exit) =>
    Ref.update(desk.records, (all) => ({ ...all, done: Chunk.append(all.done, recorded(seen, exit)) }))
  )
})

/** Dendrite lets no client wait long for a join, which goes on without it. */
const patient = (desk: Desk, arrival: Script.Arrival, outcome: Effect.Effect<Delivery>): Effect.Effect<Delivery> => {
  const { joinPatience } = desk.manner.flavour
  if (joinPatience === undefined || !Lag.isJoin(arrival)) return outcome
  return Effect.flatMap(Effect.forkIn(outcome, desk.background), (going) =>
    Effect.timeoutOrElse(Fiber.join(going), {
      duration: joinPatience,
      orElse: () => Effect.succeed(whole(Faults.accepted))
    })
  )
}

const suffer = (desk: Desk, request: Wire.Request, fault: Faults.Fault | undefined): Effect.Effect<Delivery> => {
  switch (fault?._tag) {
    case undefined:
      return Effect.map(serve(desk, request), whole)
    case "Respond":
      return Effect.succeed(whole(fault.answer))
    case "Delay":
      return Effect.andThen(Effect.sleep(fault.millis), suffer(desk, request, fault.then))
    case "DelayAnswer":
      return Effect.map(Effect.tap(serve(desk, request), Effect.sleep(fault.millis)), whole)
    case "Reset":
      return Effect.succeed({ _tag: "Reset", answer: undefined })
    case "LoseResponse":
      return Effect.map(serve(desk, request), (answer) => ({ _tag: "Reset", answer }))
    case "Truncate":
      return Effect.map(serve(desk, request), (answer) => ({
        _tag: "Answer",
        answer,
        cutAt: fault.bytes ?? Math.floor(new TextEncoder().encode(answer.body).length / 2)
      }))
    case "RateLimited":
      return Effect.map(Clock.currentTimeMillis, (now) => whole(Faults.refusal(fault.millis, fault.hint, now)))
    case "InviteLag":
      return suffer(desk, request, fault.then)
    case "Pending":
      return Effect.as(
        Effect.forkIn(Effect.andThen(Effect.sleep(fault.millis), serve(desk, request)), desk.background),
        whole(Faults.accepted)
      )
  }
}

const whole = (answer: Wire.Answer): Delivery => ({ _tag: "Answer", answer, cutAt: undefined })

const serve = Effect.fnUntraced(function* (desk: Desk, request: Wire.Request) {
  const now = yield* Clock.currentTimeMillis
  const { answer, patienceMillis, pauseMillis } = yield* SubscriptionRef.modify(desk.world, (before) => {
    const served = Routes.serve(before, request, now, desk.manner)
    return [served, served.world]
  })
  if (pauseMillis > 0) yield* Effect.sleep(pauseMillis)
  if (patienceMillis === 0) return answer
  const better = yield* Effect.timeoutOption(betterAnswer(desk, request), patienceMillis)
  return Option.getOrElse(better, () => answer)
})

/** Asks again whenever the world changes. What a caller waits for is only read, so the world stays as it is. */
const betterAnswer = ({ manner, world }: Desk, request: Wire.Request): Effect.Effect<Wire.Answer> =>
  SubscriptionRef.changes(world).pipe(
    Stream.mapEffect((changed) =>
      Effect.map(Clock.currentTimeMillis, (now) => Routes.serve(changed, request, now, manner))
    ),
    Stream.filter(({ patienceMillis }) => patienceMillis === 0),
    Stream.map(({ answer }) => answer),
    Stream.runHead,
    Effect.flatMap(Option.match({ onNone: () => Effect.never, onSome: Effect.succeed }))
  )

const arrivalOf = (world: World.World, request: Wire.Request): Script.Arrival => {
  const query = Wire.queryOf(request)
  return {
    method: request.method,
    path: Wire.pathOf(request),
    query: Array.from(query, ([name, value]) => [name, name === "access_token" ? blackout : value] as const),
    body: parsed(request.body),
    userId: callerOf(world, request, query)
  }
}

const callerOf = (world: World.World, request: Wire.Request, query: URLSearchParams): string | undefined => {
  const token = request.headers["authorization"]?.replace(/^Bearer /u, "") ?? query.get("access_token") ?? ""
  const service = ApplicationServices.find(world, token)
  return service === undefined ? Accounts.sessionOf(world, token)?.userId : ApplicationServices.named(service, query)
}

const blackout = "<redacted>"

const redacted = (headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  "authorization" in headers ? { ...headers, authorization: blackout } : headers

const parsed = (text: string): unknown => {
  try {
    return text === "" ? undefined : JSON.parse(text)
  } catch {
    return text
  }
}

const recorded = (seen: Omit<RecordedRequest, "answer" | "delivered">, exit: Exit.Exit<Delivery>): RecordedRequest => {
  const delivery = Exit.isSuccess(exit) ? exit.value : undefined
  return {
    ...seen,
    answer: delivery?.answer === undefined ? undefined : summary(delivery.answer),
    delivered: delivery?._tag === "Answer" && delivery.cutAt === undefined
  }
}

const summary = ({ body, status }: Wire.Answer): RecordedRequest["answer"] => {
  // Lists of members can be long, and a success has no code to look for; 202 is only the promise of one.
  const content = status < 202 ? undefined : parsed(body)
  const errcode = isObject(content) ? content["errcode"] : undefined
  return { status, errcode: typeof errcode === "string" ? errcode : undefined }
}
