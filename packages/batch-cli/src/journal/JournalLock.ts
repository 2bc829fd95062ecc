/**
 * One run at a time on a journal.
 *
 * Node has no kernel locks (`flock`), and what it has in their place, `node:sqlite`, prints a warning. A lock file with a
 * well-known name cannot be taken over safely from a process that was killed: of two that find it stale, the slower
 * may remove what the faster has just put there. So every process has a file with a name of its own: machine, process
 * id and start are in it. First it creates its file, then it looks for those of others, and it has the lock when there
 * is none of a living process. Of two processes one at least looks after both have created theirs, so never both find
 * themselves alone; and the file of a dead process can be removed by anybody at any time, for its name never comes back.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import type { PlatformError } from "effect/PlatformError"
import * as Schema from "effect/Schema"
import { because, JournalUnusable } from "./JournalError.ts"
import * as Process from "./JournalProcess.ts"

/** Who has a journal, as far as its file tells. */
export interface Holder {
  readonly file: string
  readonly pid: number
  readonly host: string | undefined
  /** In epoch milliseconds; nothing for one that is only about to take it. */
  readonly since: number | undefined
  /** On another machine or in another container, so that nobody can tell from here whether it lives. */
  readonly isElsewhere: boolean
}

const Content = Schema.fromJsonString(
  Schema.Struct({ pid: Schema.Int, host: Schema.String, since: Schema.DateTimeUtcFromString })
)
const read = Schema.decodeUnknownOption(Content)

const shape = /^([0-9a-f]{8})-(\d{1,10})-([0-9a-z]{7,8})$/

/** How long a process that holds the journal has to be looked at: one that is being killed lives a little longer. */
const usualPatience: Duration.Input = "300 millis"
/** How long those that begin at the same moment may need to agree; in milliseconds. */
const longest = 5_000

/** The living processes with a file for this journal. A process that has its `own` removes those of dead ones. */
const holders = Effect.fnUntraced(function* (path: string, own: string | undefined, me: Process.Identity) {
  const fs = yield* FileSystem.FileSystem
  const paths = yield* Path.Path
  const directory = paths.dirname(path)
  const prefix = `${paths.basename(path)}.lock-`
  const names = (yield* fs.readDirectory(directory)).filter((name) => name.startsWith(prefix))
  const found: Array<Holder> = []
  for (const name of names) {
    const [, scope, digits, start] = shape.exec(name.slice(prefix.length)) ?? []
    const file = paths.join(directory, name)
    if (digits === undefined || file === own) continue
    const pid = Number(digits)
    const isElsewhere = scope !== me.scope
    if (!isElsewhere && (yield* Process.startOf(pid)) !== start) {
      if (own !== undefined) yield* fs.remove(file, { force: true })
      continue
    }
    const text = yield* Effect.option(fs.readFileString(file))
    // it has gone meanwhile
    if (Option.isNone(text)) continue
    const content = Option.getOrUndefined(read(text.value))
    found.push({ file, pid, host: content?.host, since: content?.since.epochMilliseconds, isElsewhere })
  }
  return found
})

const refusal = ({ file, host, isElsewhere, pid, since }: Holder): string => {
  const who = `process ${pid}${host === undefined ? "" : ` on ${host}`}`
  const when = since === undefined ? "is about to take it" : `has it since ${new Date(since).toISOString()}`
  const remedy = isElsewhere ? `; if that process is no more, delete ${file}` : ""
  return `is in use: ${who} ${when}; wait for its end, or take another with --journal FILE${remedy}`
}

const unusable = (path: string) => (error: PlatformError) =>
  new JournalUnusable({ path, reason: `cannot be locked: ${because(error)}` })

/** Who has the journal at this path now. */
export const holder = Effect.fnUntraced(function* (path: string) {
  const found = yield* holders(path, undefined, yield* Process.own)
  return found.find(({ since }) => since !== undefined) ?? found[0]
})

/** Takes the journal at this path, which has no links in it, for as long as the scope lasts. */
export const acquire = Effect.fnUntraced(function* (path: string, patience = usualPatience) {
  const fs = yield* FileSystem.FileSystem
  const me = yield* Process.own
  const own = `${path}.lock-${me.scope}-${me.pid}-${me.start}`
  const refuse = (reason: string) => new JournalUnusable({ path, reason })
  let isAnnounced = false
  const withdraw = Effect.suspend(() => {
    if (!isAnnounced) return Effect.void
    isAnnounced = false
    return Effect.ignore(fs.remove(own, { force: true }))
  })
  const announce = Effect.scoped(fs.open(own, { flag: "wx" })).pipe(
    Effect.andThen(
      Effect.sync(() => {
        isAnnounced = true
      })
    ),
    Effect.mapError((error) =>
      error.reason._tag === "AlreadyExists" ? refuse("is in use: this process has it already") : unusable(path)(error)
    )
  )
  const began = yield* Clock.currentTimeMillis

  const contend: Effect.Effect<void, JournalUnusable | PlatformError, FileSystem.FileSystem | Path.Path> = Effect.gen(
    function* () {
      const others = yield* holders(path, own, me)
      const [first] = others
      if (first === undefined) return
      const waited = (yield* Clock.currentTimeMillis) - began
      const taken = others.find(({ isElsewhere, since }) => isElsewhere || since !== undefined)
      if (waited > (taken === undefined ? longest : Duration.toMillis(patience)))
        return yield* refuse(refusal(taken ?? first))
      // who has the smaller name stays; the others make way and come back
      const yields = taken !== undefined || others.some(({ file }) => file < own)
      if (yields) yield* withdraw
      yield* Effect.sleep(yields ? 25 : 5)
      if (yields) yield* announce
      return yield* contend
    }
  )

  const take = Effect.gen(function* () {
    yield* announce
    yield* contend
    const since = new Date(yield* Clock.currentTimeMillis).toISOString()
    yield* fs.writeFileString(own, `${JSON.stringify({ pid: me.pid, host: me.host, since })}\n`)
  }).pipe(
    Effect.tapCause(() => withdraw),
    Effect.catchTag("PlatformError", (error) => Effect.fail(unusable(path)(error)))
  )
  yield* Effect.acquireRelease(take, () => withdraw)
})
