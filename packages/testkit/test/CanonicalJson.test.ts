import { assert, describe, it } from "@effect/vitest"
import * as CanonicalJson from "@matrix-membership/testkit/CanonicalJson"
import * as Schema from "effect/Schema"

describe("canonical JSON", () => {
  it.each([
    { fact: "has no spaces", text: '{ "one": 1, "two": "Two" }', canonical: '{"one":1,"two":"Two"}' },
    { fact: "puts keys in order", text: '{"b":"2","a":"1"}', canonical: '{"a":"1","b":"2"}' },
    {
      fact: "puts keys in order inside, too",
      text: '{"auth":{"success":true,"mxid":"@john:x","profile":{"three":[{"z":1,"y":2}],"name":"John"}}}',
      canonical: '{"auth":{"mxid":"@john:x","profile":{"name":"John","three":[{"y":2,"z":1}]},"success":true}}'
    },
    {
      fact: "orders keys by code points",
      text: '{"\\ud83d\\ude00":1,"\\ufb33":2,"ab":3,"a":4}',
      canonical: '{"a":4,"ab":3,"\ufb33":2,"😀":1}'
    },
    {
      fact: "escapes nothing that need not be",
      text: '{"a":"\\u65E5\\u007f\\u0001\\n"}',
      canonical: '{"a":"日\u007f\\u0001\\n"}'
    },
    { fact: "keeps null, and the order of lists", text: '{"a":[null,true,2,1]}', canonical: '{"a":[null,true,2,1]}' }
  ])("$fact", ({ canonical, text }) => {
    assert.strictEqual(CanonicalJson.encode(JSON.parse(text)), canonical)
  })

  it.prop("means what it was made from, and is its own canonical form", [Schema.Json], ([value]) => {
    const text = CanonicalJson.encode(value)
    assert.deepStrictEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)))
    assert.strictEqual(CanonicalJson.encode(JSON.parse(text)), text)
  })
})
