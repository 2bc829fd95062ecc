/** What a simpler program would do, for comparison: it sends, and waits as it is told. */
import type { Conditions } from "./scheduleRun.ts"
import * as Server from "./scheduleServer.ts"

export type Strategy = "each worker sleeps on its row" | "all pause on any refusal"
export const strategies: ReadonlyArray<Strategy> = ["each worker sleeps on its row", "all pause on any refusal"]

export interface Course {
  readonly makespan: number
  readonly sent: number
  readonly refused: number
}

/** Rows in the order of the plan, by so many workers, without latency. */
export const run = ({ acts, concurrency = 8, server }: Conditions, strategy: Strategy): Course => {
  const limits = Server.make(server)
  const workers: Array<{ at: number; row: number | undefined }> = Array.from({ length: concurrency }, () => ({
    at: 0,
    row: undefined
  }))
  let [next, sent, refused, pausedTo, last] = [0, 0, 0, 0, 0]
  while (true) {
    const busy = workers.filter(({ row }) => row !== undefined || next < acts.length)
    const worker = busy.reduce<(typeof workers)[number] | undefined>(
      (first, one) => (first === undefined || one.at < first.at ? one : first),
      undefined
    )
    if (worker === undefined) return { makespan: last, sent, refused }
    const row = worker.row ?? next++
    const now = Math.max(worker.at, pausedTo)
    const act = acts[row]
    if (act === undefined) return { makespan: last, sent, refused }
    sent += 1
    const wait = limits.receive(act, now)
    worker.at = now
    worker.row = undefined
    last = Math.max(last, now)
    if (wait === undefined) continue
    refused += 1
    worker.row = row
    if (strategy === "all pause on any refusal") pausedTo = Math.max(pausedTo, now + Math.ceil(wait))
    else worker.at = now + Math.ceil(wait)
  }
}
