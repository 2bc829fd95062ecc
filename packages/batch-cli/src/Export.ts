/** `export`: who is in a room, as a plan. Only reads; nothing is changed on the server. */
import { MatrixId, type MemberEvent, Membership } from "@matrix-membership/core"
import type { MatrixError } from "@matrix-membership/core/MatrixError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Unusable, WrongUsage } from "./ExitCode.ts"
import * as ExportPlan from "./ExportPlan.ts"
import * as NewFile from "./NewFile.ts"
import type { Operation } from "./Operations.ts"
import * as Output from "./Output.ts"
import * as PlanHint from "./plan/PlanHint.ts"
import { printable, quote } from "./plan/PlanProblem.ts"
import * as PlanRows from "./plan/PlanRows.ts"
import * as Target from "./Target.ts"

export interface Options extends Target.Options {
  readonly room: string
  /** Whom to take; those who have joined, if nothing is said. */
  readonly membership: ReadonlyArray<MemberEvent.MembershipState>
  readonly operation: Operation
  /** The room that the plan is about; by default the one whose members these are. */
  readonly to: Option.Option<string>
  readonly format: Option.Option<ExportPlan.Format>
  readonly out: Option.Option<string>
  readonly includeSelf: boolean
}

const wrongUsage = (message: string) => new WrongUsage({ message })

const isRoom = Schema.is(MatrixId.RoomIdOrAlias)

const room = (name: string, text: string) => {
  if (isRoom(text)) return Effect.succeed(text)
  const meant = PlanHint.room(text, undefined)
  const hint = meant === undefined ? "" : `; did you mean ${meant}?`
  return Effect.fail(
    wrongUsage(
      `${name}: expected a room id such as !abc:example.org or an alias such as #hall:example.org, got ${quote(text)}${hint}`
    )
  )
}

const format = ({ format, out }: Options) => {
  const named = Option.flatMap(out, (path) => Option.fromUndefinedOr(ExportPlan.formatOf(path)))
  if (Option.isSome(format) && Option.isSome(named) && format.value !== named.value) {
    return Effect.fail(wrongUsage(`--format ${format.value}: the name of the file says ${named.value}`))
  }
  if (Option.isSome(out) && Option.isNone(format) && Option.isNone(named)) {
    return Effect.fail(
      wrongUsage(`--out: a plan is a .csv, .json or .ndjson file, got ${quote(out.value)}; or say which with --format`)
    )
  }
  return Effect.succeed(
    Option.getOrElse(
      Option.orElse(format, () => named),
      () => "csv" as const
    )
  )
}

const read = Effect.fnUntraced(function* (room: MatrixId.RoomIdOrAlias, options: Options) {
  const membership = yield* Membership
  const { userId } = yield* membership.whoami
  const roomId = MatrixId.isAlias(room) ? yield* membership.getRoomIdByAlias({ roomAlias: room }) : room
  const [only, ...more] = options.membership.length === 0 ? (["join"] as const) : new Set(options.membership)
  // the filter of the server takes one membership
  const filter = only === undefined || more.length > 0 ? {} : { membership: only }
  return { userId, members: yield* membership.getMembersByRoom({ roomId, ...filter }) }
})

const unusable = (baseUrl: URL, room: string) => (error: MatrixError) =>
  new Unusable({
    message: printable(
      `${baseUrl.href}: the members of ${room} cannot be read: ${error.message.replace(/\s+/gu, " ").trim()}`
    )
  })

// a server made from a plan has no rooms when there is none
const nothing = { source: "", rows: PlanRows.fromRows([]), digest: "" }

/** Writes the plan to a new file or to stdout, and how many rows it has to stderr. */
export const run = Effect.fn("export")(function* (options: Options) {
  const from = yield* room("room", options.room)
  const to = Option.isSome(options.to) ? yield* room("--to", options.to.value) : from
  const chosen = yield* format(options)
  if (Option.contains(options.homeserver, "embedded")) {
    return yield* wrongUsage("--homeserver: the embedded server has no rooms but those of a plan; name a real one")
  }
  if (Option.isSome(options.out)) {
    yield* Effect.mapError(NewFile.check(options.out.value), ({ message }) => wrongUsage(`--out: ${message}`))
  }
  const target = yield* Target.open(options, nothing)
  const { members, userId } = yield* read(from, options).pipe(
    Effect.provide(target.layer),
    Effect.mapError(unusable(target.baseUrl, options.room))
  )
  const rows = ExportPlan.rows(members, {
    memberships: new Set(options.membership.length === 0 ? ["join"] : options.membership),
    operation: options.operation,
    room: to,
    without: options.includeSelf ? undefined : userId
  })
  if (rows.length === 0)
    return yield* Output.note(`${options.room}: nobody to be exported, so there is no plan to write`)
  const text = ExportPlan.text(rows, chosen)
  if (Option.isSome(options.out)) {
    yield* Effect.mapError(NewFile.write(options.out.value, text), ({ message }) => wrongUsage(`--out: ${message}`))
  } else {
    yield* Output.write(text)
  }
  const where = Option.match(options.out, { onNone: () => "", onSome: (path) => ` to ${path}` })
  yield* Output.note(`${rows.length === 1 ? "one row" : `${rows.length} rows`} written${where}`)
}, Effect.scoped)
