/** Do the names that a room is to go by lead to it? (specification v1.19, `m.room.canonical_alias`) */
import * as Result from "effect/Result"
import { unexpected } from "../Body.ts"
import type { World } from "../World.ts"
import * as Alias from "./Alias.ts"
import type { Draft } from "./Event.ts"
import type { Refusal } from "./Refusal.ts"
import { make } from "./Refusal.ts"
import * as Room from "./Room.ts"

/** Names that were there before are let be, even if they lead elsewhere by now. */
export const check = (
  world: World,
  room: Room.Room,
  { content, stateKey, type }: Draft
): Result.Result<void, Refusal> => {
  if (type !== "m.room.canonical_alias") return Result.succeed(undefined)
  return Result.gen(function* () {
    const before = Room.content(room, type, stateKey)
    const { alias, alt_aliases: others = [] } = content
    if (alias && alias !== before["alias"]) yield* checkOne(world, room, alias)
    if (!Array.isArray(others)) return yield* invalid("alt_aliases has to be a list.")
    if (others.some((other) => typeof other === "object" && other !== null)) return yield* Result.fail(unexpected)
    const known: unknown = before["alt_aliases"]
    for (const other of others) if (!Array.isArray(known) || !known.includes(other)) yield* checkOne(world, room, other)
  })
}

const invalid = (error: string) => Result.fail(make(400, "M_INVALID_PARAM", error))

const checkOne = (world: World, room: Room.Room, alias: unknown): Result.Result<void, Refusal> => {
  if (typeof alias !== "string" || !/^#[^:]*:/u.test(alias)) return invalid("That is no room alias.")
  const found = Alias.resolve(world, alias)
  if (Result.isFailure(found) && found.failure.status !== 404) return Result.fail(found.failure)
  return Result.isSuccess(found) && found.success === room.id
    ? Result.succeed(undefined)
    : Result.fail(make(400, "M_BAD_ALIAS", `${alias} does not lead to this room.`))
}
