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
import * as ApplicationServices from "./ApplicationServices.ts"
import * as Buckets from "./Buckets.ts"
import * as Deactivation from "./Deactivation.ts"
import * as Fetch from "./doors/Fetch.ts"
import * as Memory from "./doors/Memory.ts"
import type { Desk, RecordedRequest } from "./Exchange.ts"
import { handle } from "./Exchange.ts"
import * as Fixture from "./Fixture.ts"
import { flavours } from "./flavours/All.ts"
import * as MemberHistory from "./MemberHistory.ts"
import * as Messages from "./Messages.ts"
import * as RateLimits from "./RateLimits.ts"
import * as Script from "./Script.ts"
import * as ServerName from "./ServerName.ts"
import type { Options, Service, TestOptions } from "./Service.ts"
import type * as TestUser from "./TestUser.ts"
import * as ThirdParty from "./ThirdParty.ts"
import * as VirtualClock from "./VirtualClock.ts"
import * as Vocabulary from "./Vocabulary.ts"
import * as World from "./World.ts"

/** Code that only some tests need. Loading it is real work, under which no virtual clock may go on. */
const loaded = <A>(load: () => Promise<A>): Effect.Effect<A> => VirtualClock.withLive(Effect.promise(load))

/** Only whoever listens on a port waits for Node's server to be loaded. */
const socketDoor = loaded(() => import("./doors/Socket.ts"))

const make = Effect.fnUntraced(function* (options: Options) {
  const flavour = flavours[options.flavour ?? "synapse"]
  const { federates = true, limits = RateLimits.unlimited, serverName = "localhost", seed = serverName } = options
  if (!ServerName.isServerName(serverName))
    return yield* Effect.die(new Error(`${JSON.stringify(serverName)} is no server's name, such as example.org.`))
  const world = yield* SubscriptionRef.make(
    World.make({
      serverName,
      limits,
      federates,
      accessTokenLifetime: Duration.toMillis(options.accessTokenLifetime ?? "5 minutes"),
      registrationSecret: options.registrationSecret,
      forgetsOnLeave: options.forgetsOnLeave ?? false,
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
    applicationService: (details) =>
      SubscriptionRef.modify(world, (before) =>
        ApplicationServices.add(before, Fixture.userIdOf(before, details.sender), details)
      ),
    expire: (accessToken) => SubscriptionRef.update(world, (before) => Fixture.expire(before, accessToken)),
    revoke: (accessToken) => SubscriptionRef.update(world, (before) => Fixture.revoke(before, accessToken)),
    deactivate: (name) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) =>
        SubscriptionRef.update(world, (before) => Deactivation.deactivate(before, Fixture.userIdOf(before, name), now))
      ),
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
    memberHistory: (roomId) =>
      Effect.map(SubscriptionRef.get(world), (now) => MemberHistory.of(World.room(now, roomId))),
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
    listen: (port) => Effect.flatMap(socketDoor, (Socket) => Socket.serve(enter, port)),
    handle: enter,
    fetch: yield* Fetch.make(enter)
  }
  return FakeHomeserver.of({ ...fake, ...Vocabulary.make(fake) })
})

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

  /** `Credentials` and `Membership` of an application service, which says by `Masquerade.As` whom it speaks for. */
  static readonly layerService = (
    details: ApplicationServices.Details,
    options: TestUser.Options = {}
  ): Layer.Layer<Credentials | Operations, never, FakeHomeserver> =>
    Layer.unwrap(
      Effect.map(
        loaded(() => import("./TestUser.ts")),
        (TestUser) => TestUser.layerService(details, options)
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
    Effect.map(
      Effect.flatMap(FakeHomeserver, (fake) => fake.listen()),
      (baseUrl) => Listening.of({ baseUrl })
    )
  )
}
