/** The name and the picture of a user (specification v1.19, "Profiles"). */
import * as Result from "effect/Result"
import * as Body from "../Body.ts"
import * as Profiles from "../Profiles.ts"
import type { Authorised, Call, Reply, Route } from "../Route.ts"
import { authorised, ok, open } from "../Route.ts"
import type { Content } from "../rules/Event.ts"
import type { Refusal } from "../rules/Refusal.ts"
import { make, suspended } from "../rules/Refusal.ts"
import * as Turn from "../Turn.ts"
import * as World from "../World.ts"

/** Needs no token. What is not set is left out. */
const read =
  (...keys: ReadonlyArray<"displayname" | "avatar_url">) =>
  (world: World.World, call: Call): Turn.Turn<Reply> => {
    const account = World.user(world, call.params["userId"] ?? "")
    if (account === undefined) return Turn.refuse(world, make(404, "M_NOT_FOUND", "There is no such user."))
    const profile = { displayname: account.displayname, avatar_url: account.avatarUrl }
    const told = keys.flatMap((key) => (profile[key] === undefined ? [] : [[key, profile[key]]]))
    return Turn.succeed(world, ok(Object.fromEntries(told)))
  }

const write =
  (key: "displayname" | "avatar_url") =>
  (world: World.World, call: Authorised): Turn.Turn<Reply> => {
    const asked = Result.gen(function* () {
      const body = yield* Body.object(call.body, { mayBeEmpty: false })
      const value = yield* valueOf(body, key)
      return { account: yield* ownAccount(world, call), value: value === "" ? undefined : value.trim() }
    })
    return Turn.andThen(Turn.make(world, asked), ({ account, value }, after) => {
      const changed = key === "displayname" ? { ...account, displayname: value } : { ...account, avatarUrl: value }
      return Turn.map(Profiles.change(after, changed, call), () => ok())
    })
  }

const valueOf = (body: Content, key: string): Result.Result<string, Refusal> => {
  if (!(key in body)) return Result.fail(make(400, "M_MISSING_PARAM", `The key ${key} is missing.`))
  const { [key]: value } = body
  return typeof value === "string"
    ? Result.succeed(value)
    : Result.fail(make(400, "M_INVALID_PARAM", `${key} has to be text.`))
}

const ownAccount = (world: World.World, { params, session }: Authorised): Result.Result<World.User, Refusal> => {
  const account = World.user(world, session.userId)
  if (account?.suspended === true) return Result.fail(suspended("changing a profile"))
  return account === undefined || params["userId"] !== session.userId
    ? Result.fail(make(400, "M_FORBIDDEN", "Another user's profile cannot be changed."))
    : Result.succeed(account)
}

export const routes: ReadonlyArray<Route> = [
  open("GET", "/profile/{userId}", read("displayname", "avatar_url")),
  open("GET", "/profile/{userId}/displayname", read("displayname")),
  open("GET", "/profile/{userId}/avatar_url", read("avatar_url")),
  authorised("PUT", "/profile/{userId}/displayname", write("displayname"), { guests: true }),
  authorised("PUT", "/profile/{userId}/avatar_url", write("avatar_url"))
]
