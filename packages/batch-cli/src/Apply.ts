/** `apply`: checks the plan, then carries it out, and accounts for every row. */
import type * as MatrixError from "@matrix-membership/core/MatrixError"
import * as Transport from "@matrix-membership/core/Transport"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stdio from "effect/Stdio"
import * as Batch from "./Batch.ts"
import { ofCounts, StoppedEarly, Unusable, WrongUsage, wrongUsage } from "./ExitCode.ts"
import * as Identity from "./Identity.ts"
import * as Journal from "./journal/Journal.ts"
import * as Outcome from "./Outcome.ts"
import * as Output from "./Output.ts"
import * as Pace from "./Pace.ts"
import * as Plan from "./plan/Plan.ts"
import { printable } from "./plan/PlanProblem.ts"
import * as Fingerprint from "./preflight/Fingerprint.ts"
import * as Preflight from "./preflight/Preflight.ts"
import * as RailsFlags from "./preflight/RailsFlags.ts"
import * as Progress from "./report/Progress.ts"
import * as ReportAccount from "./report/ReportAccount.ts"
import * as ReportFile from "./report/ReportFile.ts"
import * as ReportJson from "./report/ReportJson.ts"
import * as ReportSummary from "./report/ReportSummary.ts"
import type { IdentityServer } from "./run/Attempt.ts"
import * as Stop from "./run/Stop.ts"
import type * as Limits from "./schedule/Limits.ts"
import * as Target from "./Target.ts"

export interface Options extends Target.Options, Pace.Pace, RailsFlags.Options {
  readonly plan: string
  readonly json: boolean
  /** Kicks and bans are agreed to. */
  readonly yes: boolean
  readonly identityServer: Option.Option<string>
  /** Where to keep the journal; by default beside the plan. */
  readonly journal: Option.Option<string>
  readonly noJournal: boolean
  /** Begin anew, with the old journal set aside. */
  readonly restart: boolean
  /** Rows that failed in an earlier run are tried again. */
  readonly retryFailed: boolean
  readonly report: ReadonlyArray<string>
}

const invalid =
  (nothing: string) =>
  ({ message }: Plan.PlanInvalid) =>
    new WrongUsage({ message: `${message}\nThe plan was not applied: nothing was ${nothing}.` })

const advice = (error: MatrixError.MatrixError): string => {
  switch (error._tag) {
    case "Unauthorized":
      return error.locked ? "" : "; get a new access token and try again"
    case "NotMatrix":
      return "; is this the base URL of a homeserver?"
    case "Unreachable":
      return "; check --homeserver and the network"
    default:
      return ""
  }
}

/** The server or the account can be used no further, be it before the first row or on the way. */
export const unusable = (baseUrl: URL) => (error: MatrixError.MatrixError) =>
  new Unusable({ message: printable(`${baseUrl.href}: ${error.message.replace(/\s+/gu, " ").trim()}${advice(error)}`) })

/** Where the journal of this run is: nowhere for a server that ends with the run, or a plan that cannot be read again. */
const journalPath = ({ journal, noJournal, plan }: Options, isEmbedded: boolean): string | undefined => {
  if (noJournal) return undefined
  if (Option.isSome(journal)) return journal.value
  return plan === "-" || isEmbedded ? undefined : `${plan}.journal.ndjson`
}

const openJournal = Effect.fnUntraced(function* (
  options: Options,
  { digest, rows, source }: Plan.Plan,
  sender: string,
  baseUrl: URL,
  isEmbedded: boolean
) {
  const path = journalPath(options, isEmbedded)
  if (path === undefined) return Journal.none
  const { restart } = options
  const journal = yield* Journal.open({ path, rows, digest, source, homeserver: baseUrl.href, sender, restart })
  for (const note of journal.notes) yield* Console.error(printable(note))
  const { edited } = journal
  if (edited !== undefined) {
    yield* Console.error(
      `the plan was edited since the last run: ${edited.kept} rows go on, ${edited.new} are new, ${edited.gone} are gone`
    )
  }
  return journal
})

/** Checks the plan, then carries it out; fails with the error whose exit code tells how it went. */
export const apply = Effect.fn("apply")(function* (options: Options) {
  if (options.plan === "-" && Option.contains(options.accessTokenFile, "-")) {
    return yield* new WrongUsage({ message: "the plan and the access token cannot both come from standard input" })
  }
  if (options.noJournal && (Option.isSome(options.journal) || options.restart)) {
    return yield* new WrongUsage({ message: "--no-journal goes with neither --journal nor --restart" })
  }
  yield* Effect.mapError(Effect.forEach(options.report, ReportFile.check, { discard: true }), wrongUsage)
  const limits = yield* Pace.readLimits(options.limits)
  const plan = yield* Effect.mapError(Plan.read(options.plan), invalid("sent"))
  const target = yield* Target.open(options, plan)
  const identity = yield* Identity.open(options.identityServer, plan, target.isEmbedded)
  yield* run(options, plan, target, { identity, limits }).pipe(
    // it goes through the homeserver, which may name it later on
    Effect.updateService(Transport.Secrets, (others) =>
      identity === undefined ? others : [...others, identity.accessToken]
    ),
    Effect.provide(target.layer)
  )
}, Effect.scoped)

/** So many lines about rows are written before the run; all of them are in the account at its end. */
const foreseenShown = 20

/** A saved plan is carried out as it was looked at, or not at all. What this very plan has changed is no objection. */
const holdToSaved = Effect.fnUntraced(function* (
  { digest, saved, source }: Plan.Plan,
  preflight: Preflight.Preflight,
  journal: Journal.Journal,
  baseUrl: URL
) {
  if (saved === undefined) return
  const situation = { homeserver: baseUrl.href, digest }
  const changes = Fingerprint.check(preflight, saved, situation, (row) => journal.before(row) !== "nothing")
  if (changes.length === 0) return
  const shown = changes.slice(0, foreseenShown).map((change) => printable(`  ${change}`))
  const more = changes.length > shown.length ? [`  and ${changes.length - shown.length} more`] : []
  return yield* new WrongUsage({
    message: [
      `${printable(source)}: things are no longer as they were when the plan was saved:`,
      ...shown,
      ...more,
      "Nothing was changed; make the saved plan anew with `batch-cli plan --out`."
    ].join("\n")
  })
})

/** Names the rows that cannot work as things stand, before the first one is sent. */
const foresee = Effect.fnUntraced(function* (
  { rows, source }: Plan.Plan,
  preflight: Preflight.Preflight,
  journal: Journal.Journal
) {
  let found = 0
  for (let row = 0; row < rows.size; row++) {
    const before = journal.before(row)
    const verdict = preflight.verdict(row)
    if (verdict._tag !== "impossible" || (typeof before === "object" && Outcome.isSettled(before))) continue
    found++
    if (found > foreseenShown) continue
    const content = rows.at(row)
    const what = `${ReportAccount.place(source, content)}: ${ReportAccount.request(content)}`
    yield* Console.error(printable(`${what}: cannot work: ${verdict.because}`))
  }
  if (found > foreseenShown) yield* Console.error(`and ${found - foreseenShown} more rows that cannot work`)
})

const rowsOf = ({ ledger, plan: { rows }, preflight: { sender }, roomId }: Batch.Batch) => ({
  rows,
  ledger,
  sender,
  roomId
})

const ended = ({ notAttempted }: Outcome.Counts) =>
  notAttempted === 0 ? "all rows have ended" : `${notAttempted} rows could not be attempted, all others have ended`

const ending = (counts: Outcome.Counts, stop: Stop.Stop | undefined, baseUrl: URL) => {
  if (stop?._tag === "fatal") return unusable(baseUrl)(stop.error)
  if (stop !== undefined) return new StoppedEarly({ message: Stop.reason(stop) })
  return ofCounts(counts)
}

const run = Effect.fnUntraced(function* (
  options: Options,
  plan: Plan.Plan,
  { baseUrl, isEmbedded }: Target.Target,
  { identity, limits }: { readonly identity: IdentityServer | undefined; readonly limits: Limits.Limits }
) {
  const { rows } = plan
  yield* Progress.note(`reading who is where, for ${rows.size} rows …`)
  const preflight = yield* Preflight.run(plan, options).pipe(
    Effect.mapError((error) => (error._tag === "PlanInvalid" ? invalid("changed")(error) : unusable(baseUrl)(error)))
  )
  yield* RailsFlags.enforce(plan.source, preflight, options, isEmbedded)
  const journal = yield* openJournal(options, plan, preflight.sender, baseUrl, isEmbedded)
  yield* holdToSaved(plan, preflight, journal, baseUrl)
  yield* foresee(plan, preflight, journal)
  const batch = yield* Batch.prepare(plan, preflight, {
    limits,
    maxRate: Option.getOrUndefined(options.maxRate),
    journal
  })
  const { ledger, schedule } = batch
  const stdio = yield* Stdio.Stdio
  const words = yield* stdio.args
  // the embedded server ends with the run, and there is nothing to go on with
  const goOn = words.length === 0 || isEmbedded ? {} : { goOn: ["batch-cli", ...words] }
  const startedAt = yield* Clock.currentTimeMillis
  const unlessLost = Output.unlessLost()

  /** The account of the run, wherever it is wanted; an interrupted run owes it as well. */
  const conclude = Effect.fnUntraced(function* (stop: Stop.Stop | undefined) {
    const endedAt = yield* Clock.currentTimeMillis
    const account = Batch.account(batch, { homeserver: baseUrl.href, startedAt, endedAt, ...goOn }, stop)
    const comeBackAt = ReportAccount.comeBackAt(account)
    yield* Effect.ignore(
      journal.end({
        counts: ledger.counts,
        because: stop === undefined ? ended(ledger.counts) : Stop.reason(stop),
        ...(comeBackAt === undefined ? {} : { comeBackAt })
      })
    )
    yield* unlessLost(
      options.json
        ? Output.print(ReportJson.summary(account))
        : Output.printLines(ReportSummary.lines(account, { isTerminal: yield* stdio.stdoutIsTerminal }))
    )
    // the run is as it is, whatever becomes of the reports
    yield* Effect.forEach(
      options.report,
      (path) => Effect.catch(ReportFile.write(path, account), ({ message }) => Console.error(message)),
      { discard: true }
    )
  })

  const stop = yield* Effect.gen(function* () {
    const progress = yield* Progress.make({ ledger, schedule })
    const { concurrency, maxWait, patience, retryFailed } = options
    return yield* Batch.run(batch, {
      concurrency,
      maxWait,
      patience,
      retryFailed,
      halt: Option.getOrUndefined(options.halt),
      maxDuration: Option.getOrUndefined(options.maxDuration),
      identity,
      away: progress.away,
      ended: (row) =>
        options.json
          ? Effect.provideService(unlessLost(Output.print(ReportJson.row(rowsOf(batch), row))), Stdio.Stdio, stdio)
          : Effect.void
    })
  }).pipe(
    Effect.scoped,
    Effect.onInterrupt(() => conclude({ _tag: "interrupted" }))
  )
  yield* conclude(stop)
  const error = ending(ledger.counts, stop, baseUrl)
  if (error !== undefined) return yield* error
})
