/**
 * The rate limits of real servers, under the names of Synapse's configuration. `Buckets` counts by them, and `Charges`
 * says which call is counted where.
 */

/** `burst_count` at once, then `per_second`. */
export interface Setting {
  readonly per_second: number
  readonly burst_count: number
}

/** Calls at a time, each counted for `cooloff_ms` milliseconds. */
export interface Slots {
  readonly threshold: number
  readonly cooloff_ms: number
}

/** `undefined` lifts a limit. The names are those of Synapse's configuration. */
export interface RateLimits {
  /** Per acting user: every event really written. */
  readonly rc_message: Setting | undefined
  readonly rc_invites: {
    /** Per room, whoever invites. */
    readonly per_room: Setting | undefined
    /** Per invitee, whatever the room. */
    readonly per_user: Setting | undefined
    /** Per inviter. */
    readonly per_issuer: Setting | undefined
  }
  readonly rc_joins: {
    /** Per joining user. */
    readonly local: Setting | undefined
    /** Per joining user, for rooms this server is not in. */
    readonly remote: Setting | undefined
  }
  /** Per room. */
  readonly rc_joins_per_room: Setting | undefined
  /** Per inviter. */
  readonly rc_third_party_invite: Setting | undefined
  /** Per creator. */
  readonly rc_room_creation: Setting | undefined
  /** Dendrite's only limiter: per device, on join, leave and invite. */
  readonly slots: Slots | undefined
  /** What a refusal carries. */
  readonly answer: {
    readonly retryAfterHeader: boolean
    readonly retryAfterMs: boolean
    /** How long the refusal is held back, in milliseconds. */
    readonly pauseMillis: number
  }
}

export const unlimited: RateLimits = {
  rc_message: undefined,
  rc_invites: { per_room: undefined, per_user: undefined, per_issuer: undefined },
  rc_joins: { local: undefined, remote: undefined },
  rc_joins_per_room: undefined,
  rc_third_party_invite: undefined,
  rc_room_creation: undefined,
  slots: undefined,
  answer: { retryAfterHeader: true, retryAfterMs: true, pauseMillis: 0 }
}

/** The defaults of Synapse 1.157, the half second included that it lets pass before it refuses. */
export const synapseDefaults: RateLimits = {
  rc_message: { per_second: 0.2, burst_count: 10 },
  rc_invites: {
    per_room: { per_second: 0.3, burst_count: 10 },
    per_user: { per_second: 0.003, burst_count: 5 },
    per_issuer: { per_second: 0.3, burst_count: 10 }
  },
  rc_joins: { local: { per_second: 0.1, burst_count: 10 }, remote: { per_second: 0.01, burst_count: 10 } },
  rc_joins_per_room: { per_second: 1, burst_count: 10 },
  rc_third_party_invite: { per_second: 0.0025, burst_count: 5 },
  rc_room_creation: { per_second: 0.016, burst_count: 10 },
  slots: undefined,
  answer: { retryAfterHeader: true, retryAfterMs: true, pauseMillis: 500 }
}

/** The defaults of Dendrite: the wait is in the body alone. */
export const dendriteDefaults: RateLimits = {
  ...unlimited,
  slots: { threshold: 5, cooloff_ms: 500 },
  answer: { retryAfterHeader: false, retryAfterMs: true, pauseMillis: 0 }
}

/** Single settings; what is left out stays as the preset has it. */
export interface Overrides {
  readonly rc_message?: Setting | undefined
  readonly rc_invites?: Partial<RateLimits["rc_invites"]>
  readonly rc_joins?: Partial<RateLimits["rc_joins"]>
  readonly rc_joins_per_room?: Setting | undefined
  readonly rc_third_party_invite?: Setting | undefined
  readonly rc_room_creation?: Setting | undefined
  readonly slots?: RateLimits["slots"]
  readonly answer?: Partial<RateLimits["answer"]>
}

/**
 * A preset with single settings replaced.
 *
 * ```ts
 * RateLimits.make({ rc_message: { per_second: 1, burst_count: 3 } })
 * RateLimits.make({ rc_invites: { per_user: undefined } }, RateLimits.synapseDefaults)
 * ```
 */
export const make = (overrides: Overrides, preset: RateLimits = unlimited): RateLimits => ({
  ...preset,
  ...overrides,
  rc_invites: { ...preset.rc_invites, ...overrides.rc_invites },
  rc_joins: { ...preset.rc_joins, ...overrides.rc_joins },
  answer: { ...preset.answer, ...overrides.answer }
})
