/** `POST /register` (specification v1.19, "Account registration"), in the order in which Synapse checks it. */
import * as HashMap from "effect/HashMap"
import * as Result from "effect/Result"
import * as Accounts from "../Accounts.ts"
import * as ApplicationServices from "../ApplicationServices.ts"
import * as Opening from "../Opening.ts"
import type { Registration } from "../Registrations.ts"
import * as Registrations from "../Registrations.ts"
import type { Call, Reply, Route } from "../Route.ts"
import { ok, open } from "../Route.ts"
import type { Content } from "../rules/Event.ts"
import type { Refusal } from "../rules/Refusal.ts"
import { make } from "../rules/Refusal.ts"
import * as Turn from "../Turn.ts"
import * as World from "../World.ts"
import * as Form from "./RegistrationForm.ts"

const register = (world: World.World, call: Call): Turn.Turn<Reply> =>
  Turn.andThen(Turn.make(world, Form.read(call)), (form, after) =>
    form === "guest"
      ? guest(after, call)
      : "token" in form
        ? byService(after, form, call)
        : authenticated(after, form, call)
  )

const guest = (world: World.World, { now }: Call): Turn.Turn<Reply> => {
  const [userId, named] = nextId(world)
  const created = Accounts.create(named, userId, { guest: true })
  return Opening.open(created, { userId, deviceId: "guest_device", renewable: false }, now)
}

/** For whoever has not said how to be called. Such names are made of digits, and so nobody else can have them. */
const nextId = (world: World.World): readonly [string, World.World] => {
  const [, minted] = World.mint(world, 1)
  return [`@${minted.issued}:${world.serverName}`, minted]
}

/** Needs no password and no stages. */
const byService = (world: World.World, { asked, renewable, token, username }: Form.ServiceForm, { now }: Call) => {
  const userId = `@${username}:${world.serverName}`
  const checked = Result.gen(function* () {
    const service = ApplicationServices.find(world, token)
    if (service === undefined) return yield* Result.fail(ApplicationServices.unknown)
    if (!ApplicationServices.covers(service, userId))
      return yield* refuse("M_EXCLUSIVE", `${userId} is not for this application service to register.`)
    if (ApplicationServices.isReserved(world, userId, service)) return yield* reserved(userId)
    if (HashMap.has(world.users, userId)) return yield* refuse("M_USER_IN_USE", `${userId} is taken.`)
    return Accounts.create(world, userId)
  })
  return Turn.andThen(Turn.make(world, checked), (created) => opened(created, userId, asked, renewable, now))
}

const reserved = (userId: string) => refuse("M_EXCLUSIVE", `${userId} is for an application service to register.`)

const authenticated = (world: World.World, form: Form.Form, call: Call): Turn.Turn<Reply> => {
  const asked = Result.gen(function* () {
    const session = text(form.auth["session"]) || undefined
    const earlier = session === undefined ? begun : Registrations.find(world, session)
    if (earlier === undefined) return yield* refuse("M_UNKNOWN", "There is no such session.")
    if (form.username !== undefined) yield* checkName(world, form.username, earlier.userId)
    const isRepeated = session !== undefined && Object.keys(form.asked).length === 0
    const registration = { ...earlier, asked: isRepeated ? earlier.asked : form.asked }
    return { session, trial: yield* Registrations.attempt(world, registration, form.auth) }
  })
  return Turn.andThen(Turn.make(world, asked), ({ session, trial }, after) =>
    Registrations.isComplete(trial.registration)
      ? admitted(after, session, trial.registration, form, call)
      : incomplete(after, session, trial, form)
  )
}

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined)

const refuse = (errcode: string, error: string) => Result.fail(make(400, errcode, error))

const begun: Registration = { asked: {}, password: undefined, completed: [], userId: undefined }

const checkName = (
  world: World.World,
  username: string,
  assigned: string | undefined
): Result.Result<void, Refusal> => {
  const { serverName, users } = world
  const userId = `@${username}:${serverName}`
  if (!/^[a-z0-9._=\-/+]+$/u.test(username) || username.startsWith("_"))
    return refuse("M_INVALID_USERNAME", "A user name is made of a-z, 0-9 and . _ = - / +, and does not begin with _.")
  if (assigned !== undefined)
    return userId === assigned
      ? Result.succeed(undefined)
      : refuse("M_UNKNOWN", `What this session was for is done: ${assigned} is registered.`)
  if (ApplicationServices.isReserved(world, userId)) return reserved(userId)
  if (userId.length > 255) return refuse("M_INVALID_USERNAME", "A user id has at most 255 characters.")
  if (HashMap.has(users, userId)) return refuse("M_USER_IN_USE", `${userId} is taken.`)
  return /^\d+$/u.test(username) ? refuse("M_INVALID_USERNAME", "Numbers are for guests.") : Result.succeed(undefined)
}

/** The way in, and how far the client has come. The password need not be sent again. */
const incomplete = (
  world: World.World,
  session: string | undefined,
  { failure, registration }: Registrations.Trial,
  { auth, password }: Form.Form
): Turn.Turn<Reply> => {
  const [opaque, minted] = World.mint(world, 24)
  const name = session ?? opaque
  const kept = { ...registration, password: registration.password ?? password }
  const body: Content = {
    session: name,
    flows: [{ stages: ["m.login.dummy"] }],
    params: {},
    ...(Object.keys(auth).length === 0 ? {} : { completed: registration.completed }),
    ...(failure === undefined ? {} : { errcode: failure.errcode, error: failure.error })
  }
  return Turn.succeed(Registrations.put(minted, name, kept), { status: 401, body })
}

const admitted = (
  world: World.World,
  session: string | undefined,
  registration: Registration,
  form: Form.Form,
  call: Call
): Turn.Turn<Reply> =>
  Turn.andThen(account(world, session, registration, form), (userId, created) =>
    opened(created, userId, registration.asked, form.renewable, call.now)
  )

/** With a session, unless the client wants none. */
const opened = (world: World.World, userId: string, asked: Content, renewable: boolean, now: number) => {
  const { device_id: deviceId, inhibit_login: inhibited } = asked
  return inhibited
    ? Turn.succeed(world, ok({ user_id: userId, home_server: world.serverName }))
    : Opening.open(world, { userId, deviceId: text(deviceId), renewable }, now)
}

/** The account the session has made already, or a new one. */
const account = (
  world: World.World,
  session: string | undefined,
  registration: Registration,
  { password = registration.password }: Form.Form
): Turn.Turn<string> => {
  const kept = (before: World.World, now: Registration) =>
    session === undefined ? before : Registrations.put(before, session, now)
  const proven = kept(world, registration)
  if (registration.userId !== undefined) return Turn.succeed(proven, registration.userId)
  if (password === undefined) return Turn.refuse(proven, make(400, "M_MISSING_PARAM", "The key password is missing."))
  const username = text(registration.asked["username"])?.toLowerCase()
  // Somebody else may have been quicker.
  const free = username === undefined ? Result.succeed(undefined) : checkName(proven, username, undefined)
  return Turn.andThen(Turn.make(proven, free), (_, before) => {
    const [generated, named] = nextId(before)
    const userId = username === undefined ? generated : `@${username}:${world.serverName}`
    return Turn.succeed(kept(Accounts.create(named, userId, { password }), { ...registration, userId }), userId)
  })
}

export const routes: ReadonlyArray<Route> = [open("POST", "/register", register)]
