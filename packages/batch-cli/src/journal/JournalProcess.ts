/**
 * Which process this is, and whether another one still lives. A process id alone does not say: ids are used again, so
 * the time of the start belongs to it.
 */
import { execFile } from "node:child_process"
import { createHash } from "node:crypto"
import { readdirSync, readFileSync, readlinkSync } from "node:fs"
import { hostname } from "node:os"
import * as Effect from "effect/Effect"

export interface Identity {
  readonly pid: number
  readonly host: string
  /** The same for all processes that can see each other: those of one machine and one container. */
  readonly scope: string
  /** When the process began; the same for one process only. */
  readonly start: string
}

const short = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 8)

const optionally = (read: () => string): string | undefined => {
  try {
    return read()
  } catch {
    return undefined
  }
}

/** The state and the start of a process, as Linux knows them. The name in brackets may hold anything, so it is cut off. */
const statOf = (pid: number): { readonly state: string; readonly start: string } | undefined => {
  const stat = optionally(() => readFileSync(`/proc/${pid}/stat`, "latin1"))
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ")
  return fields?.[0] === undefined || fields[19] === undefined ? undefined : { state: fields[0], start: fields[19] }
}

/** Killed, and only its parent has not noticed yet: no thread is left that could still write. */
const isGone = (pid: number, state: string): boolean =>
  (state === "Z" || state === "X") &&
  Number(optionally(() => String(readdirSync(`/proc/${pid}/task`).length)) ?? 0) <= 1

const onLinux = (pid: number): string | undefined => {
  const stat = statOf(pid)
  if (stat === undefined || isGone(pid, stat.state)) return undefined
  // the start is counted from the start of the machine
  return short(`${optionally(() => readFileSync("/proc/sys/kernel/random/boot_id", "latin1"))} ${stat.start}`)
}

/** As other systems know it, in a fixed language and time zone: two processes may have been given different ones. */
export const startByPs = (pid: number): Effect.Effect<string | undefined> =>
  Effect.callback<string | undefined>((resume) => {
    const env = { ...process.env, LC_ALL: "C", TZ: "UTC" }
    execFile("ps", ["-o", "lstart=", "-p", String(pid)], { env }, (error, stdout) => {
      if (stdout.trim() !== "") return resume(Effect.succeed(short(stdout.trim())))
      const isMissing = error !== null && error.code === "ENOENT"
      return resume(Effect.succeed(isMissing && answers(pid) ? "unknown" : undefined))
    })
  })

const answers = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM"
  }
}

/** When the process with this id began, or nothing when there is none. */
export const startOf = (pid: number): Effect.Effect<string | undefined> =>
  Effect.suspend(() => (statOf(process.pid) === undefined ? startByPs(pid) : Effect.succeed(onLinux(pid))))

export const own: Effect.Effect<Identity> = Effect.gen(function* () {
  const host = hostname()
  const scope = short(`${host} ${optionally(() => readlinkSync("/proc/self/ns/pid")) ?? ""}`)
  return { pid: process.pid, host, scope, start: (yield* startOf(process.pid)) ?? "unknown" }
})
