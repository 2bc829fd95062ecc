/** Reports for machines: a line of JSON for a row and one for the summary, and all of it as one document. */
import * as Outcome from "../Outcome.ts"
import { printableJson } from "../plan/PlanProblem.ts"
import { type Account, comeBackAt, goOn, userOf } from "./ReportAccount.ts"
import * as Causes from "./ReportCauses.ts"
import * as Time from "./ReportTime.ts"

const time = (at: number | undefined) => (at === undefined ? undefined : Time.iso(at))

type Part = Pick<Account, "rows" | "ledger" | "sender" | "roomId">

const rowOf = ({ ledger, roomId, rows, sender }: Part, number: number) => {
  const row = rows.at(number)
  const { endedAt, isEarlier, outcome, requests, startedAt, waitedMillis } = ledger.entry(number)
  return {
    line: row.line,
    column: row.column,
    operation: row.operation,
    room: row.room,
    roomId: roomId(rows.room(number)),
    user: userOf(row, sender),
    medium: row.address === undefined ? undefined : (row.medium ?? "email"),
    address: row.address,
    as: row.as,
    via: row.via,
    reason: row.reason,
    outcome: outcome?._tag,
    because: outcome !== undefined && "because" in outcome ? outcome.because : undefined,
    error: outcome !== undefined && "failure" in outcome ? outcome.failure : undefined,
    until: outcome?._tag === "deferred" ? Time.iso(outcome.until) : undefined,
    earlier: isEarlier ? true : undefined,
    startedAt: time(startedAt),
    endedAt: time(endedAt),
    requests,
    waitedMs: waitedMillis
  }
}

/** One line of NDJSON for a row that has ended. Keys that do not apply are absent. Times are ISO 8601, in UTC. */
export const row = (account: Part, number: number): string =>
  `${printableJson({ type: "row", ...rowOf(account, number) })}\n`

const summaryOf = (account: Account) => {
  const { endedAt, homeserver, interrupted, ledger, sender, source, startedAt, stopped, waits } = account
  return {
    plan: source,
    homeserver,
    sender,
    ...ledger.counts,
    rows: ledger.size,
    pending: ledger.pending === 0 ? undefined : ledger.pending,
    earlier: Outcome.total(ledger.earlier) === 0 ? undefined : ledger.earlier,
    interrupted,
    stopped,
    startedAt: Time.iso(startedAt),
    endedAt: Time.iso(endedAt),
    elapsedMs: endedAt - startedAt,
    waits,
    comeBackAt: time(comeBackAt(account)),
    goOn: goOn(account)
  }
}

/** The last line of NDJSON. */
export const summary = (account: Account): string => `${printableJson({ type: "summary", ...summaryOf(account) })}\n`

const causesOf = ({ ledger, rows }: Account) =>
  Causes.groups(ledger, ["failed", "unknown", "deferred", "notAttempted"], 10).map(({ cause, first, size }) => ({
    outcome: cause._tag,
    reason: Causes.reason(cause),
    errcode: cause.failure?.errcode,
    status: cause.failure?.status,
    rows: size,
    lines: first.map(rows.line)
  }))

/** `{ summary, causes, rows }`, in pieces; a row is a line of its own. */
export const document = function* (account: Account): Generator<string> {
  yield `{"summary":${printableJson(summaryOf(account))},\n"causes":${printableJson(causesOf(account))},\n"rows":[`
  for (let number = 0; number < account.ledger.size; number++)
    yield `${number === 0 ? "\n" : ",\n"}${printableJson(rowOf(account, number))}`
  yield "\n]}\n"
}
