/**
 * A stateful fake Matrix homeserver. What it holds and does is in `World` and `Routes`, as plain data and pure functions;
 * this is the service that tests speak to, and the three doors through which clients reach it.
 *
 * ```ts
 * const program = Effect.gen(function* () {
 *   const fake = yield* FakeHomeserver
 *   const membership = yield* Membership
 *   const bob = yield* fake.user("bob")
 *   const roomId = yield* fake.room({ creator: "alice" })
 *   yield* membership.inviteUser({ roomId, userId: bob.userId })
 *   yield* fake.expectMembership(roomId, "bob", "invite")
 * }).pipe(Effect.provide(FakeHomeserver.layerTest({ user: "alice" })))
 * ```
 */
import type { Credentials } from "@matrix-membership/core/Credentials"
import type { Membership as Operations } from "@matrix-membership/core/Membership"
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Ref from "effect/Ref"
import * as SubscriptionRef from "effect/SubscriptionRef"
import type * as Accounts from "./Accounts.ts"
import * as Buckets from "./Buckets.ts"
import * as Fetch from "./doors/Fetch.ts"
import * as Memory from "./doors/Memory.ts"
import type { Desk, RecordedRequest } from "./Exchange.ts"
import { handle } from "./Exchange.ts"
import type * as Faults from "./Faults.ts"
import * as Fixture from "./Fixture.ts"
import { flavours } from "./flavours/All.ts"
import type * as Flavour from "./flavours/Flavour.ts"
import * as Messages from "./Messages.ts"
import * as RateLimits from "./RateLimits.ts"
import type { Content, Membership, StateEvent } from "./rules/Event.ts"
import * as Script from "./Script.ts"
import type * as TestUser from "./TestUser.ts"
import * as ThirdParty from "./ThirdParty.ts"
import * as VirtualClock from "./VirtualClock.ts"
import * as Vocabulary from "./Vocabulary.ts"
import * as World from "./World.ts"

export interface Options {
  /** Whose answers the fake gives where servers differ; `synapse` by default. */
  readonly flavour?: Flavour.Name
  /** The domain of the users and rooms here; `localhost` by default. */
  readonly serverName?: string
  /** `RateLimits.unlimited` by default. */
  readonly limits?: RateLimits.RateLimits
  /** What `/versions` lists; by default what such a server does. An r0-only server has `["r0.6.1"]`. */
  readonly specVersions?: ReadonlyArray<string>
  /** Whether users of other servers can be invited, which they are without being asked; `true` by default. */
  readonly federates?: boolean
  /** Take a token in the query, too, as r0 did and Synapse still does. */
  readonly tokenInQuery?: boolean
  /** Whether requests are kept to be asked for; `true` by default. A run of a million would fill the memory. */
  readonly recordRequests?: boolean
  /** How long an access token is good for that came with a refresh token; 5 minutes by default, as on Synapse. */
  readonly accessTokenLifetime?: Duration.Input
  /** Opens `/_synapse/admin/v1/register` to whoever knows the secret; it is closed by default. */
  readonly registrationSecret?: string
  /** Refusals carry the codes of MSC3848. */
  readonly msc3848?: boolean
  /** Another seed, other identifiers; the same seed, the same in every run. */
  readonly seed?: string
}

/** The fake and the client of one of its users. */
export interface TestOptions extends Options, TestUser.Options {
  /** Who speaks: a local part or a whole user id; `alice` by default. */
  readonly user?: string
}

export type Traits = Pick<World.User, "suspended" | "locked" | "shadowBanned" | "blocksInvites" | "unlimited">

export interface Service extends Vocabulary.Vocabulary {
  readonly serverName: string
  /** A new session; the account is made if there is none yet. Takes a local part or a whole user id. */
  readonly register: (name: string, details?: Accounts.Details) => Effect.Effect<World.Session>
  /** Changes what is special about an account: suspended, locked, exempt from limits and so on. */
  readonly mark: (name: string, traits: Partial<Traits>) => Effect.Effect<void>
  /** The token is refused from now on, and the device told to log in again. */
  readonly expire: (accessToken: string) => Effect.Effect<void>
  /** A room as a test needs it, by no rule and under no limit. Answers with its id. */
  readonly createRoom: (options: Fixture.RoomOptions) => Effect.Effect<string>
  /** The administrator lets nobody into the room any more. */
  readonly blockRoom: (roomId: string) => Effect.Effect<void>
  /** The identity server learns whose address that is; by user id or local part. */
  readonly bind: (address: ThirdParty.Address, user: string) => Effect.Effect<void>
  /** The `third_party_signed` with which that user accepts the room's latest invite of an address. */
  readonly proof: (roomId: string, user: string) => Effect.Effect<Content | undefined>
  /** A token for `at`, as a client has from a sync: the room's state as it is now. */
  readonly streamToken: Effect.Effect<string>
  /** `undefined` for a user the room has never heard of. Takes a local part or a whole user id. */
  readonly membershipOf: (roomId: string, user: string) => Effect.Effect<Membership | undefined>
  /** Every state event of the room, in the order in which they were written. */
  readonly timeline: (roomId: string) => Effect.Effect<ReadonlyArray<StateEvent>>
  /** What was written into the room beside state, in that order, too. */
  readonly messages: (roomId: string) => Effect.Effect<ReadonlyArray<Messages.Message>>
  /** All requests that are over, in the order in which they arrived. */
  readonly requests: Effect.Effect<ReadonlyArray<RecordedRequest>>
  readonly faults: {
    /** Hits the next request that matches, and only that. */
    readonly next: (match: Script.Match, fault: Faults.Fault) => Effect.Effect<void>
    /** Hits the next `times` requests that match; all of them by default. */
    readonly every: (match: Script.Match, fault: Faults.Fault, times?: number) => Effect.Effect<void>
    /** Hits requests by chance, where nothing above does; what it did to which is recorded in `requests`. */
    readonly random: (random: Script.Random) => Effect.Effect<void>
    readonly clear: Effect.Effect<void>
  }
  readonly limits: {
    readonly get: Effect.Effect<RateLimits.RateLimits>
    /** What was counted so far stays counted. */
    readonly set: (limits: RateLimits.RateLimits) => Effect.Effect<void>
    /** Empties all buckets. */
    readonly reset: Effect.Effect<void>
  }
  /** Everything the fake knows at this moment. */
  readonly world: Effect.Effect<World.World>
  /** What the doors call. */
  readonly handle: Memory.Handle
  /** For code that is not Effect. */
  readonly fetch: typeof globalThis.fetch
}

const make = Effect.fnUntraced(function* (options: Options) {
  const flavour = flavours[options.flavour ?? "synapse"]
  const { federates = true, limits = RateLimits.unlimited, seed = "fake", serverName = "localhost" } = options
  const world = yield* SubscriptionRef.make(
    World.make({
      serverName,
      limits,
      federates,
      accessTokenLifetime: Duration.toMillis(options.accessTokenLifetime ?? "5 minutes"),
      registrationSecret: options.registrationSecret,
      seed
    })
  )
  const desk: Desk = {
    world,
    script: yield* Ref.make(Script.empty),
    background: yield* Effect.scope,
    records: yield* Ref.make({ arrived: 0, done: Chunk.empty<RecordedRequest>() }),
    isRecording: options.recordRequests ?? true,
    manner: {
      flavour,
      specVersions: options.specVersions ?? flavour.specVersions,
      tokenInQuery: options.tokenInQuery ?? false,
      msc3848: options.msc3848 ?? false
    }
  }
  const every: Service["faults"]["every"] = (match, fault, times = Number.POSITIVE_INFINITY) =>
    Ref.update(desk.script, (script) => Script.add(script, match, fault, times))
  const enter: Memory.Handle = (request) => handle(desk, request)
  const fake: Omit<Service, keyof Vocabulary.Vocabulary> = {
    serverName,
    register: (name, details = {}) =>
      SubscriptionRef.modify(world, (before) => Fixture.register(before, name, details)),
    mark: (name, traits) => SubscriptionRef.update(world, (before) => Fixture.mark(before, name, traits)),
    expire: (accessToken) => SubscriptionRef.update(world, (before) => Fixture.expire(before, accessToken)),
    createRoom: (room) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) =>
        SubscriptionRef.modify(world, (before) => Fixture.createRoom(before, room, now))
      ),
    blockRoom: (roomId) => SubscriptionRef.update(world, (before) => Fixture.blockRoom(before, roomId)),
    bind: (address, user) =>
      SubscriptionRef.update(world, (before) => ThirdParty.bind(before, address, Fixture.userIdOf(before, user))),
    proof: (roomId, user) => Effect.map(SubscriptionRef.get(world), (now) => Fixture.proof(now, roomId, user)),
    streamToken: Effect.map(SubscriptionRef.get(world), (now) => `s${now.issued}`),
    membershipOf: (roomId, user) =>
      Effect.map(SubscriptionRef.get(world), (now) => Fixture.membershipOf(now, roomId, user)),
    timeline: (roomId) =>
      Effect.map(SubscriptionRef.get(world), (now) =>
        Chunk.toReadonlyArray(World.room(now, roomId)?.timeline ?? Chunk.empty())
      ),
    messages: (roomId) =>
      Effect.map(SubscriptionRef.get(world), (now) => Chunk.toReadonlyArray(Messages.of(now, roomId))),
    requests: Effect.map(Ref.get(desk.records), ({ done }) =>
      Chunk.toArray(done).sort((one, other) => one.sequence - other.sequence)
    ),
    faults: {
      every,
      next: (match, fault) => every(match, fault, 1),
      random: (random) => Ref.update(desk.script, (script) => Script.randomly(script, random)),
      clear: Ref.set(desk.script, Script.empty)
    },
    limits: {
      get: Effect.map(SubscriptionRef.get(world), (now) => now.limits),
      set: (changed) => SubscriptionRef.update(world, (before) => ({ ...before, limits: changed })),
      reset: SubscriptionRef.update(world, (before) => ({ ...before, buckets: Buckets.empty }))
    },
    world: SubscriptionRef.get(world),
    handle: enter,
    fetch: yield* Fetch.make(enter)
  }
  return FakeHomeserver.of({ ...fake, ...Vocabulary.make(fake) })
})

/** Code that only some tests need. Loading it is real work, under which no virtual clock may go on. */
const loaded = <A>(load: () => Promise<A>): Effect.Effect<A> => VirtualClock.withLive(Effect.promise(load))

/** Where `FakeHomeserver.layerServer` listens. */
export class Listening extends Context.Service<Listening, { readonly baseUrl: string }>()(
  "@matrix-membership/testkit/FakeHomeserver/Listening"
) {}

export class FakeHomeserver extends Context.Service<FakeHomeserver, Service>()(
  "@matrix-membership/testkit/FakeHomeserver"
) {
  /** A new, empty homeserver for each call. */
  static readonly layer = (options: Options = {}): Layer.Layer<FakeHomeserver> => Layer.effect(this, make(options))

  /**
   * All that a test of core's operations needs: the fake, a client that reaches it, and `Credentials` and `Membership`
   * of one of its users.
   */
  static readonly layerTest = (
    options: TestOptions = {}
  ): Layer.Layer<FakeHomeserver | HttpClient.HttpClient | Credentials | Operations> =>
    Layer.merge(FakeHomeserver.layerUser(options.user ?? "alice", options), FakeHomeserver.layerClient).pipe(
      Layer.provideMerge(FakeHomeserver.layer(options))
    )

  /** `Credentials` and `Membership` of one more user, for single effects of a test. */
  static readonly layerUser = (
    name: string,
    options: TestUser.Options = {}
  ): Layer.Layer<Credentials | Operations, never, FakeHomeserver> =>
    Layer.unwrap(
      Effect.map(
        loaded(() => import("./TestUser.ts")),
        (TestUser) => TestUser.layer(name, options)
      )
    )

  /** An `HttpClient` without a socket, in the caller's fibre and on the caller's clock. */
  static readonly layerClient: Layer.Layer<HttpClient.HttpClient, never, FakeHomeserver> = Layer.effect(
    HttpClient.HttpClient,
    Effect.map(FakeHomeserver, (fake) => Memory.make(fake.handle))
  )

  /** The `fetch` that `FetchHttpClient` and others use. */
  static readonly layerFetch: Layer.Layer<never, never, FakeHomeserver> = Layer.effect(
    FetchHttpClient.Fetch,
    Effect.map(FakeHomeserver, (fake) => fake.fetch)
  )

  /** A real server on a free port of 127.0.0.1. */
  static readonly layerServer = Layer.effect(
    Listening,
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      // Only whoever listens on a port waits for Node's server to be loaded.
      const Socket = yield* loaded(() => import("./doors/Socket.ts"))
      return Listening.of({ baseUrl: yield* Socket.serve(fake.handle) })
    })
  )
}
