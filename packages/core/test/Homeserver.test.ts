import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Homeserver from "../src/Homeserver.ts"

const says = (...versions: ReadonlyArray<string>): Homeserver.Versions => ({ versions, unstableFeatures: {} })

describe("the paths a server has", () => {
  it.each([
    ["v3", ["r0.6.1", "v1.1"]],
    ["v3", ["v1.19"]],
    ["v3", ["r0.0.1", "r0.1.0", "r0.2.0", "r0.6.1", "v1.1", "v1.2", "v1.12"]],
    ["v3", ["v1.2", "r0.6.1"]],
    ["v3", ["v1.100"]],
    ["r0", ["r0.6.1"]],
    ["r0", ["r0.0.1", "r0.5.0", "r0.6.0"]],
    ["r0", []],
    ["r0", ["r0.6.1", "v2.0", "xv1.1", "v1.1x", "v1", "1.1", "V1.1"]]
  ] as const)("are %s where it names %j", (paths, versions) => {
    assert.strictEqual(Homeserver.pathVersion(says(...versions)), paths)
  })
})

describe("a server reads `via`", () => {
  it.each([["v1.12"], ["v1.13"], ["v1.19"], ["v1.100"]])("from v1.12 on: %s", (version) =>
    assert.isTrue(Homeserver.knowsVia(says("r0.6.1", version, "v1.1")))
  )
  it.each([["v1.11"], ["v1.1"], ["v1.2"], ["r0.6.1"], ["r1.12"], ["v1.1.12"]])("but not with %s", (version) =>
    assert.isFalse(Homeserver.knowsVia(says("r0.6.1", version)))
  )
})

describe("a base URL", () => {
  it.each([
    ["https://matrix.example.org", "https://matrix.example.org"],
    ["https://matrix.example.org/", "https://matrix.example.org"],
    ["https://example.org:8448/some/prefix", "https://example.org:8448/some/prefix"],
    ["https://example.org/some/prefix/", "https://example.org/some/prefix"],
    ["https://example.org/some/prefix//", "https://example.org/some/prefix"],
    ["http://[::1]:8008/", "http://[::1]:8008"],
    ["HTTPS://Example.ORG:443/A", "https://example.org/A"],
    ["http://127.0.0.1:8008", "http://127.0.0.1:8008"]
  ])("%s is ready for paths as %s", (input, base) => {
    assert.strictEqual(Homeserver.base(Result.getOrThrow(Homeserver.parse(input))), base)
  })

  it.each([
    ["", "a URL such as"],
    ["matrix.example.org", "a URL such as"],
    ["https://", "a URL such as"],
    ["https://exa mple.org", "a URL such as"],
    ["localhost:8008", "https://"],
    ["ftp://example.org", "https://"],
    ["file:///etc/passwd", "https://"],
    ["https://alice:hunter2@example.org", "user name"],
    ["https://alice@example.org", "user name"],
    ["https://:hunter2@example.org", "user name"],
    ["https://example.org/?access_token=hunter2", "?"],
    ["https://example.org/#/room", "#"]
  ])("%j is refused with a sentence about it, which does not quote it", (input, about) => {
    const result = Homeserver.parse(input)
    assert.isTrue(Result.isFailure(result))
    const complaint = Result.isFailure(result) ? result.failure : ""
    assert.include(complaint, about)
    assert.notInclude(complaint, "hunter2")
  })
})
