/**
 * How fast a server lets things be done, as far as it is known: settings under Synapse's names. A setting that is `null`
 * is known to be no limit; one that is left out is not known, and is learned from the server's refusals.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Schema from "effect/Schema"
import { type Kind, kinds } from "./LimiterKind.ts"

const Rate = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))
const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))

/** `burst_count` at once, then `per_second`. */
export const Setting = Schema.Struct({ per_second: Rate, burst_count: Count })
export type Setting = typeof Setting.Type

/** So many at a time, each for `cooloff_ms` milliseconds. */
export const Slots = Schema.Struct({ threshold: Count, cooloff_ms: Rate })
export type Slots = typeof Slots.Type

const setting = Schema.optionalKey(Schema.NullOr(Setting))

export const Limits = Schema.Struct({
  rc_message: setting,
  rc_invites: Schema.optionalKey(Schema.Struct({ per_room: setting, per_user: setting, per_issuer: setting })),
  rc_joins: Schema.optionalKey(Schema.Struct({ local: setting, remote: setting })),
  rc_joins_per_room: setting,
  rc_third_party_invite: setting,
  /** Dendrite's. */
  slots: Schema.optionalKey(Schema.NullOr(Slots))
})
export type Limits = typeof Limits.Type

/** Nothing is known; all is learned. */
export const learn: Limits = {}

export const none: Limits = {
  rc_message: null,
  rc_invites: { per_room: null, per_user: null, per_issuer: null },
  rc_joins: { local: null, remote: null },
  rc_joins_per_room: null,
  rc_third_party_invite: null,
  slots: null
}

export const synapseDefault: Limits = {
  rc_message: { per_second: 0.2, burst_count: 10 },
  rc_invites: {
    per_room: { per_second: 0.3, burst_count: 10 },
    per_user: { per_second: 0.003, burst_count: 5 },
    per_issuer: { per_second: 0.3, burst_count: 10 }
  },
  rc_joins: { local: { per_second: 0.1, burst_count: 10 }, remote: { per_second: 0.01, burst_count: 10 } },
  rc_joins_per_room: { per_second: 1, burst_count: 10 },
  rc_third_party_invite: { per_second: 0.0025, burst_count: 5 },
  slots: null
}

export const dendriteDefault: Limits = { ...none, slots: { threshold: 5, cooloff_ms: 500 } }

/** By the name that `--limits` takes. */
export const presets = {
  learn,
  none,
  "synapse-default": synapseDefault,
  "dendrite-default": dendriteDefault
} as const
export type Preset = keyof typeof presets
export const isPreset = (name: string): name is Preset => Object.hasOwn(presets, name)

/** A file of limits: single settings over a preset, which is `learn` when none is named. */
export const File = Schema.Struct({
  $schema: Schema.optionalKey(Schema.String),
  preset: Schema.optionalKey(Schema.Literals(["learn", "none", "synapse-default", "dendrite-default"])),
  ...Limits.fields
})

/** `limits` with single settings replaced. */
export const over = (limits: Limits, overrides: Limits): Limits => ({
  ...limits,
  ...overrides,
  ...(limits.rc_invites === undefined && overrides.rc_invites === undefined
    ? {}
    : { rc_invites: { ...limits.rc_invites, ...overrides.rc_invites } }),
  ...(limits.rc_joins === undefined && overrides.rc_joins === undefined
    ? {}
    : { rc_joins: { ...limits.rc_joins, ...overrides.rc_joins } })
})

/** The limits of a file's text, or what is wrong with it. */
export const decodeFile = (text: string): Effect.Effect<Limits, Schema.SchemaError> =>
  Schema.decodeEffect(Schema.fromJsonString(File), { errors: "all", onExcessProperty: "error", reportInput: true })(
    text
  ).pipe(Effect.map(({ $schema: _, preset = "learn", ...overrides }) => over(presets[preset], overrides)))

export class LimitsUnusable extends Schema.TaggedError<LimitsUnusable>()("LimitsUnusable", {
  source: Schema.String,
  because: Schema.String
}) {
  override get message() {
    return `${this.source}: ${this.because}`
  }
}

/** The limits behind `--limits`: the name of a preset, or the path of a JSON file. */
export const read = Effect.fn("Limits.read")(function* (source: string) {
  if (isPreset(source)) return presets[source]
  const fs = yield* FileSystem.FileSystem
  const unusable = (because: string) => new LimitsUnusable({ source, because })
  const text = yield* Effect.mapError(fs.readFileString(source), (error) =>
    unusable(
      error.reason._tag === "NotFound"
        ? `neither a file nor one of ${Object.keys(presets).join(", ")}`
        : `cannot be read: ${error.message}`
    )
  )
  return yield* Effect.mapError(decodeFile(text), (error) => unusable(error.message))
})

/** One limiter's setting: `null` for no limit, `undefined` for not known. Slots count as a burst, too. */
export type Known = Setting | null | undefined

/** Every kind's setting, in the order of `kinds`. */
export const toList = (limits: Limits): ReadonlyArray<Known> => kinds.map((kind) => byKind[kind](limits))

const byKind: { readonly [K in Kind]: (limits: Limits) => Known } = {
  slots: ({ slots }) => (slots == null ? slots : ofSlots(slots)),
  "rc_invites.per_room": ({ rc_invites }) => rc_invites?.per_room,
  "rc_invites.per_user": ({ rc_invites }) => rc_invites?.per_user,
  "rc_invites.per_issuer": ({ rc_invites }) => rc_invites?.per_issuer,
  rc_third_party_invite: ({ rc_third_party_invite }) => rc_third_party_invite,
  "rc_joins.local": ({ rc_joins }) => rc_joins?.local,
  "rc_joins.remote": ({ rc_joins }) => rc_joins?.remote,
  rc_joins_per_room: ({ rc_joins_per_room }) => rc_joins_per_room,
  rc_message: ({ rc_message }) => rc_message
}

const ofSlots = ({ cooloff_ms, threshold }: Slots): Setting => ({
  per_second: cooloff_ms > 0 ? (threshold * 1000) / cooloff_ms : Number.POSITIVE_INFINITY,
  burst_count: threshold
})

const toSlots = ({ burst_count, per_second }: Setting): Slots => ({
  threshold: burst_count,
  cooloff_ms: (burst_count * 1000) / per_second
})

const given = <A>(known: Known, entry: (known: Setting | null) => A): A | undefined =>
  known === undefined ? undefined : entry(known)

/** The limits with these settings, in the order of `kinds`. */
export const ofList = (settings: ReadonlyArray<Known>): Limits => {
  const known = (kind: Kind) => settings[kinds.indexOf(kind)]
  return {
    ...given(known("rc_message"), (rc_message) => ({ rc_message })),
    rc_invites: {
      ...given(known("rc_invites.per_room"), (per_room) => ({ per_room })),
      ...given(known("rc_invites.per_user"), (per_user) => ({ per_user })),
      ...given(known("rc_invites.per_issuer"), (per_issuer) => ({ per_issuer }))
    },
    rc_joins: {
      ...given(known("rc_joins.local"), (local) => ({ local })),
      ...given(known("rc_joins.remote"), (remote) => ({ remote }))
    },
    ...given(known("rc_joins_per_room"), (rc_joins_per_room) => ({ rc_joins_per_room })),
    ...given(known("rc_third_party_invite"), (rc_third_party_invite) => ({ rc_third_party_invite })),
    ...given(known("slots"), (slots) => ({ slots: slots === null ? null : toSlots(slots) }))
  }
}
