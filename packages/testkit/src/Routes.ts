/** All routes, and how a request finds its way to one. */
import * as Result from "effect/Result"
import type { Flavour } from "./flavours/Flavour.ts"
import type { Route } from "./Route.ts"
import * as AccountData from "./routes/AccountData.ts"
import * as Accounts from "./routes/Accounts.ts"
import * as Administration from "./routes/Administration.ts"
import * as Creation from "./routes/Creation.ts"
import * as Directory from "./routes/Directory.ts"
import * as Discovery from "./routes/Discovery.ts"
import * as Filters from "./routes/Filters.ts"
import * as Login from "./routes/Login.ts"
import * as Memberships from "./routes/Memberships.ts"
import * as Messages from "./routes/Messages.ts"
import * as Profiles from "./routes/Profiles.ts"
import * as Reads from "./routes/Reads.ts"
import * as Registration from "./routes/Registration.ts"
import * as Sending from "./routes/Sending.ts"
import * as Sessions from "./routes/Sessions.ts"
import * as State from "./routes/State.ts"
import * as Sync from "./routes/Sync.ts"
import type { Refusal } from "./rules/Refusal.ts"
import { make } from "./rules/Refusal.ts"
import * as Template from "./Template.ts"
import * as Wire from "./Wire.ts"
import type * as World from "./World.ts"

const routes: ReadonlyArray<Route> = [
  ...AccountData.routes,
  ...Accounts.routes,
  ...Administration.routes,
  ...Creation.routes,
  ...Directory.routes,
  ...Discovery.routes,
  ...Filters.routes,
  ...Login.routes,
  ...Memberships.routes,
  ...Messages.routes,
  ...Profiles.routes,
  ...Reads.routes,
  ...Registration.routes,
  ...Sending.routes,
  ...Sessions.routes,
  ...State.routes,
  ...Sync.routes
]

/** How the server behaves where servers differ. */
export interface Manner {
  readonly flavour: Flavour
  /** What `/versions` lists. Without any `v1.…` there are no `v3` paths, without any `r0.…` no `r0` paths. */
  readonly specVersions: ReadonlyArray<string>
  /** Whether a token may come in the query. */
  readonly tokenInQuery: boolean
  /** Whether refusals carry the codes of MSC3848. */
  readonly msc3848: boolean
}

export interface Served {
  readonly world: World.World
  readonly answer: Wire.Answer
  /** How long the answer is held back, in milliseconds. */
  readonly pauseMillis: number
  /** How long the caller would rather wait for an answer that says more. */
  readonly patienceMillis: number
}

/** One request, from the world before it to the answer and the world after it. */
export const serve = (world: World.World, request: Wire.Request, now: number, manner: Manner): Served => {
  if (request.method === "OPTIONS") return { world, answer: preflight, pauseMillis: 0, patienceMillis: 0 }
  const found = find(request, manner)
  if (Result.isFailure(found))
    return /^\/_(?:matrix|synapse)(?:\/|$)/u.test(Wire.pathOf(request))
      ? refused(world, found.failure, manner)
      : { world, answer: elsewhere, pauseMillis: 0, patienceMillis: 0 }
  const { params, route } = found.success
  const turn = route.run(world, {
    params,
    query: Wire.queryOf(request),
    headers: request.headers,
    body: request.body,
    now,
    path: route.path,
    tokenInQuery: manner.tokenInQuery,
    specVersions: manner.specVersions,
    flavour: manner.flavour
  })
  if (Result.isFailure(turn.result)) return refused(turn.world, turn.result.failure, manner)
  const { body, patience = 0, status } = turn.result.success
  return { world: turn.world, answer: Wire.json(status, body), pauseMillis: 0, patienceMillis: patience }
}

const preflight: Wire.Answer = { status: 204, headers: Wire.corsHeaders, body: "" }

/** Whatever serves the rest of the address knows nothing of Matrix. */
const elsewhere: Wire.Answer = {
  status: 404,
  headers: { ...Wire.corsHeaders, "content-type": "text/html" },
  body: "<html><head><title>404</title></head><body>No such resource</body></html>"
}

const refused = (world: World.World, refusal: Refusal, manner: Manner): Served => ({
  world,
  answer: worded(refusal, manner),
  pauseMillis: refusal.pauseMillis ?? 0,
  patienceMillis: 0
})

const worded = (refusal: Refusal, { flavour, msc3848 }: Manner): Wire.Answer => {
  if (flavour.bareErrors && refusal.status === 500) return Wire.json(500, { Err: "" })
  const { "retry-after": _, ...others } = refusal.headers
  return Wire.refused(flavour.retryAfterHeader ? refusal : { ...refusal, headers: others }, msc3848)
}

interface Found {
  readonly route: Route
  readonly params: Readonly<Record<string, string>>
}

const find = (request: Wire.Request, manner: Manner): Result.Result<Found, Refusal> => {
  const segments = Wire.pathOf(request).split("/")
  const here = (mounted.get(placeOf(segments)) ?? []).flatMap(({ route, template, version }) => {
    const params = Template.match(template, segments)
    return params === undefined || !isMounted(version, route, manner) ? [] : [{ route, params }]
  })
  const found = here.find(({ route }) => route.method === request.method)
  if (found !== undefined) return Result.succeed(found)
  return Result.fail(
    here.length > 0
      ? make(405, "M_UNRECOGNIZED", `This endpoint knows no ${request.method}.`)
      : make(404, "M_UNRECOGNIZED", "There is no such endpoint.")
  )
}

const isMounted = (version: string, { path }: Route, { flavour, specVersions }: Manner): boolean => {
  if (path === knocking && !flavour.knocks) return false
  if (version === "synapse") return flavour.name === "synapse"
  if (version === "v3") return specVersions.some((spoken) => spoken.startsWith("v"))
  return version === "" || specVersions.some((spoken) => spoken.startsWith("r0."))
}

const knocking = "/knock/{roomIdOrAlias}"

const base = "/_matrix/client"

/** Each with the path version it stands for. */
const prefixes: Readonly<Record<Route["mount"], ReadonlyArray<readonly [version: string, prefix: string]>>> = {
  root: [["", ""]],
  synapse: [["synapse", "/_synapse/admin/v1"]],
  unversioned: [["", base]],
  v3: [["v3", `${base}/v3`]],
  "r0 and v3": [
    ["r0", `${base}/r0`],
    ["v3", `${base}/v3`]
  ]
}

/** Every path begins with up to five segments that are no parameters; with those, few routes are left to compare. */
const placeOf = (segments: ReadonlyArray<string>): string => `${segments.length} ${segments.slice(0, 5).join("/")}`

const mounted = Map.groupBy(
  routes.flatMap((route) =>
    prefixes[route.mount].map(([version, prefix]) => ({
      route,
      version,
      template: `${prefix}${route.path}`.split("/")
    }))
  ),
  ({ template }) => placeOf(template)
)
