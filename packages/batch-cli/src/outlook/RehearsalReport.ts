/** What a rehearsal came to: the account of the run, and how its time compares with the least that the limits allow. */

import { printable, printableJson } from "../plan/PlanProblem.ts"
import type { Account } from "../report/ReportAccount.ts"
import * as ReportJson from "../report/ReportJson.ts"
import * as ReportSummary from "../report/ReportSummary.ts"
import * as ReportTime from "../report/ReportTime.ts"
import type { Bottleneck } from "./PlanCommandTime.ts"

export interface Rehearsal {
  readonly account: Account
  readonly leastMillis: number
  readonly bottleneck?: Bottleneck
  /** As `--limits` had it. */
  readonly limits: string
}

const requestsOf = ({ ledger }: Account): number => {
  let requests = 0
  for (let row = 0; row < ledger.size; row++) requests += ledger.entry(row).requests
  return requests
}

const refusedOf = ({ waits }: Account) => waits.reduce((sum, { refusals }) => sum + refusals, 0)

const share = (part: number, whole: number) => (whole === 0 ? "0 %" : `${((part / whole) * 100).toFixed(1)} %`)

/** `learn` rehearses how they are found out, on a server that has the defaults of Synapse. */
const under = (limits: string) =>
  limits === "learn" ? "synapse-default, learned on the way (--limits says what is known)" : limits

export const lines = function* (rehearsal: Rehearsal, options: ReportSummary.Options): Generator<string> {
  const { account, bottleneck, leastMillis, limits } = rehearsal
  yield* ReportSummary.lines(account, options)
  const [requests, refused] = [requestsOf(account), refusedOf(account)]
  const elapsed = ReportTime.duration(account.endedAt - account.startedAt)
  yield ""
  yield printable(`would take ${elapsed} under ${under(limits)}, if the server answered at once`)
  yield `  ${requests} requests, ${refused} of them refused (${share(refused, requests)})`
  if (bottleneck === undefined) return
  yield printable(
    `  nobody could do it in less than ${ReportTime.duration(leastMillis)}: ${bottleneck.rows} rows have to pass ${bottleneck.kind} of ${bottleneck.of}`
  )
}

/** The lines of `apply --json`, and one more. */
export const json = function* ({ account, bottleneck, leastMillis, limits }: Rehearsal): Generator<string> {
  for (let row = 0; row < account.ledger.size; row++) yield ReportJson.row(account, row).trimEnd()
  yield ReportJson.summary(account).trimEnd()
  yield printableJson({
    type: "rehearsal",
    limits,
    elapsedMs: account.endedAt - account.startedAt,
    leastMs: Number.isFinite(leastMillis) ? leastMillis : undefined,
    bottleneck,
    requests: requestsOf(account),
    refused: refusedOf(account)
  })
}
