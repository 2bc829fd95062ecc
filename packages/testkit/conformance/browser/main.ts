/**
 * Core in a real browser: bundled, served from one loopback port, it invites a user on the fake's port, which is another
 * origin. CORS and its hiding of `Retry-After` included: the first invitation is answered with a 429.
 */
import { strictEqual } from "node:assert/strict"
import { existsSync } from "node:fs"
import { createServer } from "node:http"
import { fileURLToPath } from "node:url"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { FakeHomeserver, Faults, Listening } from "@matrix-membership/testkit"
import * as Console from "effect/Console"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as ChildProcess from "effect/process/ChildProcess"
import * as Stream from "effect/Stream"
import { rolldown } from "rolldown"

const bundled = Effect.promise(async () => {
  const bundle = await rolldown({
    input: fileURLToPath(new URL("./page.ts", import.meta.url)),
    platform: "browser",
    onLog: () => {}
  })
  const { output } = await bundle.generate({ format: "esm", minify: true })
  return output[0].code
})

/** The page on a port of its own, and what it reports. */
const site = Effect.gen(function* () {
  const code = yield* bundled
  const result = yield* Deferred.make<string>()
  const routes = HttpRouter.use(
    Effect.fnUntraced(function* (router) {
      yield* router.add(
        "GET",
        "/",
        HttpServerResponse.html('<!doctype html><script type="module" src="/page.js"></script>')
      )
      yield* router.add("GET", "/page.js", HttpServerResponse.text(code, { contentType: "text/javascript" }))
      yield* router.add(
        "POST",
        "/result",
        Effect.gen(function* () {
          const request = yield* HttpServerRequest.HttpServerRequest
          yield* Deferred.succeed(result, yield* Effect.orDie(request.text))
          return HttpServerResponse.empty()
        })
      )
    })
  )
  const server = HttpRouter.serve(routes, { disableListenLog: true, disableLogger: true }).pipe(
    Layer.provideMerge(NodeHttpServer.layer(createServer, { host: "127.0.0.1", port: 0 }))
  )
  const address = yield* Effect.provide(
    Effect.map(HttpServer.HttpServer, ({ address }) => address),
    yield* Layer.build(server)
  )
  if (!("port" in address)) return yield* Effect.die("no port")
  return { origin: `http://127.0.0.1:${address.port}`, result, bytes: code.length }
})

const chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) =>
  existsSync(path)
)

const browse = Effect.fnUntraced(function* (url: string) {
  if (chromium === undefined) return yield* Effect.die("no chromium: apt-get install chromium")
  const fs = yield* FileSystem.FileSystem
  const profile = yield* fs.makeTempDirectoryScoped({ prefix: "chromium-" })
  const flags = [
    ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"],
    ...["--disable-background-networking", "--disable-component-update", `--user-data-dir=${profile}`]
  ]
  const handle = yield* ChildProcess.make(chromium, [...flags, url], { forceKillAfter: "2 seconds" })
  yield* Effect.forkScoped(Effect.ignore(Stream.runDrain(handle.all)))
})

Effect.gen(function* () {
  const fake = yield* FakeHomeserver
  const { baseUrl } = yield* Listening
  const alice = yield* fake.register("alice")
  const roomId = yield* fake.createRoom({ creator: "alice" })
  yield* fake.faults.next(
    { method: "POST", path: "/rooms/{roomId}/invite" },
    Faults.respond(429, { errcode: "M_LIMIT_EXCEEDED", error: "Too Many Requests", retry_after_ms: 300 })
  )
  const { bytes, origin, result } = yield* site
  const query = new URLSearchParams({
    homeserver: baseUrl,
    token: alice.accessToken,
    room: roomId,
    user: "@bob:localhost"
  })
  yield* browse(`${origin}/?${query}`)
  strictEqual(yield* Effect.timeout(Deferred.await(result), "60 seconds"), "invite")
  strictEqual(yield* fake.membershipOf(roomId, "bob"), "invite")
  const invitations = (yield* fake.requests).filter(({ method, path }) => method === "POST" && path.endsWith("/invite"))
  strictEqual(invitations.length, 2)
  const [first, second] = invitations
  strictEqual((second?.time ?? 0) - (first?.time ?? 0) >= 300, true, "the wait in the body was not obeyed")
  yield* Console.log(
    `invited from a browser at ${origin} on ${baseUrl}; the bundle has ${Math.round(bytes / 1024)} KiB`
  )
}).pipe(
  Effect.scoped,
  Effect.provide(FakeHomeserver.layerServer.pipe(Layer.provideMerge(FakeHomeserver.layer()))),
  Effect.provide(NodeServices.layer),
  NodeRuntime.runMain
)
