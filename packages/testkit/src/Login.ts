/** Who is it that logs in? What a submission of `/login` or of a registration's stage says, held against the accounts. */
import * as Result from "effect/Result"
import { isObject, unexpected } from "./Body.ts"
import type { Content } from "./rules/Event.ts"
import type { Refusal } from "./rules/Refusal.ts"
import { forbidden, make } from "./rules/Refusal.ts"
import * as World from "./World.ts"

/** The user id, if type, identifier and password fit together (specification v1.19, "Authentication types"). */
export const check = (world: World.World, submission: Content): Result.Result<string, Refusal> =>
  Result.gen(function* () {
    const { password, type } = submission
    if (typeof type !== "string") return yield* malformed("The type of the login has to be text.")
    const isByPassword = type === "m.login.password"
    if (isByPassword && typeof password !== "string") return yield* malformed("The password has to be text.")
    const named = yield* nameOf(yield* identifierOf(submission))
    const account = accountOf(world, named.startsWith("@") ? named : `@${named}:${world.serverName}`)
    if (!isByPassword) return yield* Result.fail(make(400, "M_UNKNOWN", `Nobody logs in by ${type} here.`))
    if (account?.deactivated === true) return yield* Result.fail(deactivated)
    return account?.password !== undefined && account.password === password ? account.userId : yield* Result.fail(wrong)
  })

const malformed = (error: string) => Result.fail(make(400, "M_INVALID_PARAM", error))

export const deactivated = make(403, "M_USER_DEACTIVATED", "This account has been deactivated.")

const wrong = forbidden("User name or password is wrong.")

/** Names are in lower case since long ago, and found however they are spelt. */
const accountOf = (world: World.World, userId: string): World.User | undefined =>
  World.user(world, userId) ?? World.user(world, userId.toLowerCase())

/** Before r0.4 it was `user`, or `medium` and `address`, beside the type. */
const identifierOf = (submission: Content): Result.Result<Content, Refusal> => {
  const { address, identifier, medium, user } = submission
  if (address && medium) return Result.succeed({ type: "m.id.thirdparty", medium, address })
  if (user) return Result.succeed({ type: "m.id.user", user })
  if (isObject(identifier) && "type" in identifier) return Result.succeed(identifier)
  if (!identifier || isEmpty(identifier)) return malformed("It is not said who logs in.")
  return Result.fail(
    typeof identifier === "object" || typeof identifier === "string"
      ? make(400, "M_MISSING_PARAM", "The identifier has no type.")
      : unexpected
  )
}

const isEmpty = (value: unknown): boolean =>
  typeof value === "object" && value !== null && Object.keys(value).length === 0

/** A local part or a whole user id. No account has an address or a telephone number of its own here. */
const nameOf = (identifier: Content): Result.Result<string, Refusal> => {
  const { address, country, medium, number, phone, type, user } = identifier
  switch (type) {
    case "m.id.user":
      if (!user) return Result.fail(make(400, "M_UNKNOWN", "The user to log in is missing."))
      return typeof user === "string" ? Result.succeed(user) : Result.fail(unexpected)
    case "m.id.thirdparty":
      return Result.fail(
        isAddress(medium, address)
          ? wrong
          : make(400, "M_UNKNOWN", "A medium and an address of that medium are needed.")
      )
    case "m.id.phone":
      if (country === undefined || (phone ?? number) === undefined) return malformed("country and phone are needed.")
      // Synapse means to take either key, and then reads the old one.
      return Result.fail(number === undefined ? make(400, "M_UNKNOWN", "Keys are missing.") : wrong)
    default:
      return Result.fail(make(400, "M_UNKNOWN", "Unknown login identifier type."))
  }
}

const isAddress = (medium: unknown, address: unknown): boolean =>
  medium === "email" ? typeof address === "string" && /^[^@]+@[^@]+$/u.test(address) : Boolean(medium && address)
