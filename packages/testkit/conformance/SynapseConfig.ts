/** What Synapse is told: a homeserver for one machine, without federation and, unless asked, without rate limits. */

/** `burst_count` at once, then `per_second` (a leaky bucket). */
export type RateLimit = { readonly per_second: number; readonly burst_count: number }

/** One limit, or a group of them such as `rc_joins: { local, remote }`. */
export type RateLimits = Readonly<Record<`rc_${string}`, RateLimit | Readonly<Record<string, RateLimit>>>>

/** An application service's registration, by Synapse's own names. */
export interface ApplicationService {
  readonly id: string
  readonly as_token: string
  readonly hs_token: string
  readonly sender_localpart: string
  /** Where events are sent to; nowhere when absent. */
  readonly url?: string
  /** `false` lifts the limits for requests made with `as_token`. */
  readonly rate_limited?: boolean
  /** Patterns of user ids the service may act for. */
  readonly users: ReadonlyArray<{ readonly regex: string; readonly exclusive: boolean }>
}

export interface SynapseOptions {
  /** Default `localhost`: also the server part of every user id. */
  readonly serverName?: string
  /** `rc_message`, `rc_joins: { local }`, … as in homeserver.yaml; one that is not named does not limit. */
  readonly rateLimits?: RateLimits
  /** Further keys of homeserver.yaml; they win over ours. */
  readonly config?: Readonly<Record<string, unknown>>
  readonly applicationServices?: ReadonlyArray<ApplicationService>
  /** For example `"2s"`; the life of an access token that came with a refresh token. */
  readonly refreshableAccessTokenLifetime?: string
  /** The path of the certificates that an identity server may have; by default those that the system trusts. */
  readonly trusted?: string
  /** Default `WARNING`. `INFO` prints a line for each request. */
  readonly logLevel?: "DEBUG" | "INFO" | "WARNING"
}

export const defaultServerName = "localhost"

const free: RateLimit = { per_second: 1_000_000, burst_count: 1_000_000 }

const open: Readonly<Record<string, object>> = {
  rc_message: free,
  rc_registration: free,
  rc_registration_token_validity: free,
  rc_login: { address: free, account: free, failed_attempts: free },
  rc_joins: { local: free, remote: free },
  rc_joins_per_room: free,
  rc_invites: { per_room: free, per_user: free, per_issuer: free },
  rc_third_party_invite: free,
  rc_room_creation: free,
  rc_admin_redaction: free,
  rc_3pid_validation: free
}

/** A group such as `rc_joins` keeps those of its limits open that the override does not name. */
const limits = (overrides: RateLimits = {}): Readonly<Record<string, unknown>> => ({
  ...open,
  ...Object.fromEntries(Object.entries<object>(overrides).map(([key, limit]) => [key, { ...open[key], ...limit }]))
})

/** homeserver.yaml as JSON, which is YAML too. */
export const homeserver = (
  options: SynapseOptions,
  place: { readonly directory: string; readonly port: number; readonly secret: string }
): string =>
  JSON.stringify({
    server_name: options.serverName ?? defaultServerName,
    public_baseurl: `http://127.0.0.1:${place.port}/`,
    pid_file: `${place.directory}/homeserver.pid`,
    listeners: [
      {
        port: place.port,
        type: "http",
        tls: false,
        bind_addresses: ["127.0.0.1"],
        resources: [{ names: ["client"], compress: false }]
      }
    ],
    database: { name: "sqlite3", args: { database: ":memory:" } },
    log_config: `${place.directory}/log.yaml`,
    media_store_path: `${place.directory}/media`,
    signing_key_path: `${place.directory}/signing.key`,
    macaroon_secret_key: place.secret,
    form_secret: place.secret,
    registration_shared_secret: place.secret,
    enable_registration: true,
    enable_registration_without_verification: true,
    allow_guest_access: true,
    // the default of 12 rounds makes every registration and login slow
    bcrypt_rounds: 4,
    report_stats: false,
    trusted_key_servers: [],
    suppress_key_server_warning: true,
    federation_domain_whitelist: [],
    // an identity server may be on this machine
    ip_range_whitelist: ["127.0.0.1/32"],
    url_preview_enabled: false,
    // none of these has a say in memberships, and together they cost a third of the time of each event
    presence: { enabled: false },
    stats: { enabled: false },
    push: { enabled: false },
    start_pushers: false,
    send_federation: false,
    update_user_directory_from_worker: "nobody",
    allow_public_rooms_without_auth: true,
    room_list_publication_rules: [{ action: "allow" }],
    caches: { sync_response_cache_duration: 0 },
    app_service_config_files: (options.applicationServices ?? []).map((_, index) => servicePath(place, index)),
    ...(options.refreshableAccessTokenLifetime === undefined
      ? {}
      : { refreshable_access_token_lifetime: options.refreshableAccessTokenLifetime }),
    ...limits(options.rateLimits),
    ...options.config
  })

/** Where the registration of the application service with this index is written. */
export const servicePath = (place: { readonly directory: string }, index: number) =>
  `${place.directory}/application-service-${index}.yaml`

export const applicationService = ({ users, rate_limited, url, ...names }: ApplicationService): string =>
  JSON.stringify({
    ...names,
    url: url ?? null,
    ...(rate_limited === undefined ? {} : { rate_limited }),
    namespaces: { users, aliases: [], rooms: [] }
  })

/** The logging configuration: everything to stderr, where it is collected. */
export const logging = (options: SynapseOptions): string =>
  JSON.stringify({
    version: 1,
    disable_existing_loggers: false,
    formatters: { line: { format: "%(asctime)s %(name)s %(levelname)s %(request)s %(message)s" } },
    handlers: { stderr: { class: "logging.StreamHandler", formatter: "line" } },
    loggers: { "synapse.storage.SQL": { level: "WARNING" } },
    root: { level: options.logLevel ?? "WARNING", handlers: ["stderr"] }
  })
