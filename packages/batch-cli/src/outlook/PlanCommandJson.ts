/** What a plan comes to, for machines: a line of JSON for a row and one for the summary. */
import * as Result from "effect/Result"
import { printableJson } from "../plan/PlanProblem.ts"
import type { Preflight } from "../preflight/Preflight.ts"
import type { Prospect } from "./PlanCommandText.ts"

const row = (preflight: Preflight, number: number) => {
  const { address, as, column, line, medium, operation, room, user } = preflight.rows.at(number)
  const verdict = preflight.verdict(number)
  const found = preflight.room(number)
  return printableJson({
    type: "row",
    line,
    column,
    operation,
    room,
    roomId: Result.isSuccess(found) ? found.success : undefined,
    user: user ?? (address === undefined ? preflight.actor(number) : undefined),
    medium,
    address,
    as,
    verdict: verdict._tag,
    because: verdict._tag === "send" ? undefined : verdict.because,
    certain: preflight.isCertain(number)
  })
}

/** Keys that do not apply are absent; durations are in milliseconds, and none is given where there is no end. */
const summary = ({ homeserver, preflight, removals, source, tally, time }: Prospect) =>
  printableJson({
    type: "summary",
    plan: source,
    homeserver,
    sender: preflight.sender,
    rows: preflight.rows.size,
    ...tally.all,
    operations: Object.fromEntries(tally.operations),
    removals: removals.removals,
    rooms: tally.rooms.map(({ counts, name, roomId }) => ({ room: name, roomId, ...counts })),
    time: {
      limits: time.limits,
      assumed: time.assumed,
      millis: Number.isFinite(time.millis) ? time.millis : undefined,
      leastMillis: Number.isFinite(time.leastMillis) ? time.leastMillis : undefined,
      bottleneck: time.bottleneck
    }
  })

export const lines = function* (prospect: Prospect): Generator<string> {
  const { preflight } = prospect
  for (let number = 0; number < preflight.rows.size; number++) yield row(preflight, number)
  yield summary(prospect)
}
