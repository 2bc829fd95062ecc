/** How fast a run goes and when it stops: the flags, and what they are read into. */
import * as Flag from "effect/cli/Flag"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Result from "effect/Result"
import { wrongUsage } from "./ExitCode.ts"
import * as Halt from "./run/Halt.ts"
import * as Limits from "./schedule/Limits.ts"

export interface Pace {
  /** Requests under way at the same time. */
  readonly concurrency: number
  /** A preset, or a file of limits. */
  readonly limits: string
  /** Requests a second. */
  readonly maxRate: Option.Option<number>
  /** How long the run may stand still for a limit. */
  readonly maxWait: Duration.Duration
  readonly maxDuration: Option.Option<Duration.Duration>
  /** How long the server may be away. */
  readonly patience: Duration.Duration
  readonly halt: Option.Option<Halt.Halt>
}

const millis: Readonly<Record<string, number>> = { s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 }

/** `90s`, `10m`, `1h30m`, `2d`. */
export const parseDuration = (text: string): Result.Result<Duration.Duration, string> => {
  const compact = text.replace(/\s+/gu, "").toLowerCase()
  if (!/^(\d+(\.\d+)?(s|min|m|h|d))+$/u.test(compact)) return Result.fail("a duration such as 90s, 10m, 1h30m or 2d")
  const parts = [...compact.matchAll(/([\d.]+)(s|min|m|h|d)/gu)]
  const total = parts.reduce((sum, [, number, unit = ""]) => sum + Number(number) * (millis[unit] ?? 0), 0)
  return Result.succeed(Duration.millis(total))
}

const parsed =
  <A>(parse: (text: string) => Result.Result<A, string>) =>
  (flag: Flag.Flag<string>): Flag.Flag<A> =>
    Flag.mapTryCatch(
      flag,
      (text) => Result.getOrThrowWith(parse(text), (expected) => new Error(expected)),
      (error) => (error instanceof Error ? error.message : String(error))
    )

export const concurrency = Flag.Int("concurrency").pipe(
  Flag.withAlias("c"),
  Flag.withDescription("requests under way at the same time, 1 to 64 (default 8)"),
  Flag.withDefault(8),
  Flag.filter(
    (n) => n >= 1 && n <= 64,
    () => "a number from 1 to 64"
  )
)

export const limits = Flag.String("limits").pipe(
  Flag.withMetavar("LIMITS"),
  Flag.withDescription(
    "the server's rate limits: learn them from its answers, none, synapse-default, dendrite-default, or a JSON file (default learn)"
  ),
  Flag.withDefault("learn")
)

/** What `--limits` names. */
export const readLimits = (named: string) =>
  Effect.mapError(Limits.read(named), ({ message }) => wrongUsage({ message: `--limits: ${message}` }))

export const flags = {
  concurrency,
  limits,
  maxRate: Flag.Finite("max-rate").pipe(
    Flag.withMetavar("N"),
    Flag.withDescription("at most so many requests a second, above 0 (default: as fast as the limits allow)"),
    Flag.filter(
      (n) => n > 0,
      () => "a number above 0"
    ),
    Flag.optional
  ),
  maxWait: Flag.String("max-wait").pipe(
    Flag.withMetavar("DURATION"),
    Flag.withDescription(
      "leave the rest for later when nothing can be done for so long, such as 90s or 2h (default 1h)"
    ),
    Flag.withDefault("1h"),
    parsed(parseDuration)
  ),
  maxDuration: Flag.String("max-duration").pipe(
    Flag.withMetavar("DURATION"),
    Flag.withDescription("leave the rest for later after so long, such as 30m (default: go on to the end)"),
    parsed(parseDuration),
    Flag.optional
  ),
  patience: Flag.String("patience").pipe(
    Flag.withMetavar("DURATION"),
    Flag.withDescription("how long a server that has gone away is waited for (default 5m)"),
    Flag.withDefault("5m"),
    parsed(parseDuration)
  ),
  halt: Flag.String("halt").pipe(
    Flag.withMetavar("N|N%"),
    Flag.withDescription(
      "stop after so many failed rows, 1 or more, or at such a share of them, 1% to 100% (default: go on to the end)"
    ),
    parsed(Halt.parse),
    Flag.optional
  )
}
