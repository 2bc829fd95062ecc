import { assert, describe, it } from "@effect/vitest"
import * as SynapseConfig from "../../conformance/SynapseConfig.ts"

const place = { directory: "/run", port: 8123, secret: "s" }
const written = (options: SynapseConfig.SynapseOptions) => JSON.parse(SynapseConfig.homeserver(options, place))

describe("homeserver.yaml", () => {
  it("lifts every limit that is not asked for, those of the same group too", () => {
    const low = { per_second: 0.5, burst_count: 2 }
    const { rc_joins, rc_message } = written({ rateLimits: { rc_joins: { local: low } } })
    assert.deepStrictEqual(rc_joins.local, low)
    assert.isAbove(rc_joins.remote.burst_count, 100_000)
    assert.isAbove(rc_message.burst_count, 100_000)
  })

  it("replaces a single limit whole", () => {
    const low = { per_second: 0.5, burst_count: 2 }
    assert.deepStrictEqual(written({ rateLimits: { rc_message: low } }).rc_message, low)
  })

  it("names the registrations of application services where they are written", () => {
    const service = { id: "a", as_token: "t", hs_token: "h", sender_localpart: "bot", users: [] }
    assert.deepStrictEqual(written({ applicationServices: [service] }).app_service_config_files, [
      SynapseConfig.servicePath(place, 0)
    ])
    assert.deepStrictEqual(JSON.parse(SynapseConfig.applicationService(service)), {
      id: "a",
      as_token: "t",
      hs_token: "h",
      sender_localpart: "bot",
      url: null,
      namespaces: { users: [], aliases: [], rooms: [] }
    })
  })

  it("lets single keys be overridden", () => {
    assert.strictEqual(written({ config: { enable_registration: false } }).enable_registration, false)
  })
})
