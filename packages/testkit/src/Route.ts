/** A route: a method and a path of the specification, who may call it, and what it does. */
import * as Result from "effect/Result"
import * as Accounts from "./Accounts.ts"
import * as ApplicationServices from "./ApplicationServices.ts"
import type { Flavour } from "./flavours/Flavour.ts"
import { flavoured } from "./flavours/Table.ts"
import * as Renewals from "./Renewals.ts"
import type { Content } from "./rules/Event.ts"
import type { Refusal } from "./rules/Refusal.ts"
import { make } from "./rules/Refusal.ts"
import * as Turn from "./Turn.ts"
import type * as World from "./World.ts"
import { user } from "./World.ts"

export interface Call {
  /** Decoded path parameters, by their name in the template. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string>>
  /** The body as text. */
  readonly body: string
  /** Milliseconds since the epoch. */
  readonly now: number
  /** The template that was matched. */
  readonly path: string
  /** Whether a token may come in the query, where the specification no longer has it. */
  readonly tokenInQuery: boolean
  /** What the server says it speaks. */
  readonly specVersions: ReadonlyArray<string>
  /** What kind of server it is. */
  readonly flavour: Flavour
}

/** A call whose token is known. */
export interface Authorised extends Call {
  readonly session: World.Session
}

export interface Reply {
  readonly status: number
  /** A JSON object everywhere but for the full state of a room, which is an array. */
  readonly body: Content | ReadonlyArray<Content>
  /** The caller would rather wait that long, in milliseconds, for an answer that says more. */
  readonly patience?: number
}

export const ok = (body: Content = {}): Reply => ({ status: 200, body })

/** Under which prefix the path is mounted: none, Synapse's own, `/_matrix/client`, its `v3`, or both `r0` and `v3`. */
type Mount = "root" | "synapse" | "unversioned" | "v3" | "r0 and v3"

export interface Route {
  readonly method: string
  /** As the specification writes it, such as `/rooms/{roomId}/join`. */
  readonly path: string
  readonly mount: Mount
  readonly run: (world: World.World, call: Call) => Turn.Turn<Reply>
}

export const open = (method: string, path: string, run: Route["run"], mount: Mount = "r0 and v3"): Route => ({
  method,
  path,
  mount,
  run
})

interface Admittance {
  readonly guests?: boolean
  readonly locked?: boolean
  /** Whether a token will do that is good for nothing else any more. */
  readonly expired?: boolean
}

/** Asks for an access token. Guests are let in only where they are named. */
export const authorised = (
  method: string,
  path: string,
  run: (world: World.World, call: Authorised) => Turn.Turn<Reply>,
  options: Admittance & { readonly mount?: Mount } = {}
): Route => ({
  method,
  path,
  mount: options.mount ?? "r0 and v3",
  run: (world, call) =>
    Turn.andThen(Turn.make(world, identify(world, call, options)), (session, after) =>
      flavoured(run)(Renewals.noteUse(after, session), { ...call, session })
    )
})

const identify = (
  world: World.World,
  call: Call,
  { expired = false, guests = false, locked = false }: Admittance
): Result.Result<World.Session, Refusal> =>
  Result.gen(function* () {
    const token = yield* bearer(call)
    const service = ApplicationServices.find(world, token)
    const session =
      service === undefined
        ? yield* ownSession(world, token, call.now, { expired, locked })
        : yield* ApplicationServices.speak(world, service, call.query)
    return user(world, session.userId)?.guest === true && !guests
      ? yield* Result.fail(make(403, "M_GUEST_ACCESS_FORBIDDEN", "Guests may not do this."))
      : session
  })

/** A service may speak even for a user who is locked out. */
const ownSession = (
  world: World.World,
  token: string,
  now: number,
  { expired, locked }: Required<Pick<Admittance, "expired" | "locked">>
): Result.Result<World.Session, Refusal> => {
  const session = Accounts.sessionOf(world, token)
  if (session === undefined || (!expired && hasExpired(session, now)))
    return Result.fail(unauthorised("M_UNKNOWN_TOKEN", "No session here has that access token.", session !== undefined))
  return user(world, session.userId)?.locked === true && !locked
    ? Result.fail(unauthorised("M_USER_LOCKED", "This account has been locked.", true))
    : Result.succeed(session)
}

const hasExpired = ({ expired, expiresAt }: World.Session, now: number): boolean =>
  expired || (expiresAt !== undefined && expiresAt <= now)

/** The token of a call. One in both places is refused, like every other spelling of the header. */
export const bearer = (call: Call): Result.Result<string, Refusal> => {
  const { authorization } = call.headers
  const inQuery = call.query.get("access_token") ?? ""
  if (authorization === undefined && call.tokenInQuery && inQuery !== "") return Result.succeed(inQuery)
  const [scheme, token = "", ...rest] = (authorization ?? "").split(" ")
  return scheme === "Bearer" && token !== "" && rest.length === 0 && !call.query.has("access_token")
    ? Result.succeed(token)
    : Result.fail(make(401, "M_MISSING_TOKEN", "There is no access token in the Authorization header."))
}

const unauthorised = (errcode: string, error: string, softLogout: boolean): Refusal =>
  make(401, errcode, error, { soft_logout: softLogout })
