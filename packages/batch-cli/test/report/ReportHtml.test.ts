import { createHash } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Outcome from "../../src/Outcome.ts"
import type { Account } from "../../src/report/ReportAccount.ts"
import * as ReportHtml from "../../src/report/ReportHtml.ts"
import { account, forbidden, start, type Told } from "./ReportStage.ts"

const page = (of: Account) => [...ReportHtml.page(of, "UTC")].join("")
const textOf = (html: string) =>
  html
    .replace(/<style>.*<\/style>/su, "")
    .replace(/<[^>]*>/gu, " ")
    .replace(/\s+/gu, " ")

const times = (count: number, told: Told): ReadonlyArray<Told> => Array.from({ length: count }, () => told)

describe("the page", () => {
  it("says whose plan went where and when, and how", () => {
    const text = textOf(page(account([...times(3, { outcome: Outcome.done }), { outcome: forbidden("no") }])))
    assert.include(text, "Membership plan plan.csv at https://example.org/ as @alice:x")
    assert.include(text, "2026-11-22 10:00 to 2026-11-22 10:00 (UTC), 2.5 s")
    assert.include(text, "1 row failed. 3 done the server made the change 1 failed")
  })
  it("has the failures by cause, with how many rows and which are the first", () => {
    const rows = Array.from({ length: 8 }, (_, n) => ({ outcome: forbidden(`@user${n}:x is banned`) }))
    const text = textOf(page(account(rows)))
    assert.include(text, "8 failed Forbidden: M_FORBIDDEN: &lt;user&gt; is banned (HTTP 403)")
    assert.include(text, "plan.csv:2: invite @user0:x to !hall:x")
    assert.include(text, "and 3 more")
  })
  it("has the waits, the rooms, and how to go on", () => {
    const text = textOf(
      page(
        account(
          [
            { room: "#a:x", outcome: Outcome.done },
            { room: "#b:x", outcome: Outcome.deferred(start + 3_600_000, "rc_invites") }
          ],
          {
            waits: [{ limiter: "rc_invites.per_user", refusals: 3, askedMillis: 252_000 }],
            goOn: ["batch-cli", "apply", "plan.csv"]
          }
        )
      )
    )
    assert.include(text, "rc_invites.per_user 3 4 min 12 s")
    assert.include(text, "#a:x !room0:x 1 0 1")
    assert.include(text, "Not before 2026-11-22 11:00 . batch-cli apply plan.csv")
  })
  it("of an empty plan is a page", () => assert.include(textOf(page(account([]))), "The plan has no rows."))
  it("stays small enough for any browser, however many rows, rooms and reasons there are", () => {
    const rows = Array.from({ length: 5000 }, (_, n) => ({
      room: `!room${n}:x`,
      at: n,
      outcome: forbidden(`error ${n}`)
    }))
    const html = page(account(rows))
    assert.isBelow(html.length, 300_000)
    assert.include(textOf(html), "and 4,950 rows for 4,950 other reasons")
    assert.include(textOf(html), "and 4,800 rooms more")
  })
})

describe("what strangers wrote", () => {
  const hostile = [
    "</style></title></bdi></main><script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "&lt;script&gt;",
    "\u202egnp.exe\u0000\u001b[2J",
    "<!--",
    "]]>",
    "{{alert(1)}}",
    "$& $1 $` $'"
  ]
  const known = page(account([{ outcome: forbidden("no") }, { outcome: Outcome.unknown("lost") }, {}]))
  const elements = (html: string) => (html.match(/<\/?[a-z!][a-z0-9]*/giu) ?? []).join("")

  it.each(hostile)("makes no element and no attribute, wherever it stands: %j", (text) => {
    const html = page(
      account([{ outcome: forbidden(text), reason: "x" }, { outcome: Outcome.unknown(text) }, {}], {
        source: text,
        homeserver: text,
        sender: text,
        roomId: () => undefined
      })
    )
    const plain = page(
      account([{ outcome: forbidden("no") }, { outcome: Outcome.unknown("lost") }, {}], { roomId: () => undefined })
    )
    assert.strictEqual(elements(html), elements(plain))
    assert.notMatch(html, /[^\P{C}\n]/u)
  })

  it.prop("neither does anything else", { text: Schema.String }, ({ text }) => {
    const of = account([{ outcome: forbidden(text) }, { outcome: Outcome.unknown(text) }, {}], {
      stopped: text,
      waits: [{ limiter: text, refusals: 1, askedMillis: 5 }]
    })
    const plain = account([{ outcome: forbidden("no") }, { outcome: Outcome.unknown("lost") }, {}], {
      stopped: "x",
      waits: [{ limiter: "x", refusals: 1, askedMillis: 5 }]
    })
    assert.strictEqual(elements(page(of)), elements(page(plain)))
  })

  it("is not fetched, run or styled: the page allows its own style and nothing else, and names no address", () => {
    const [, policy = ""] = /Content-Security-Policy" content="([^"]*)"/u.exec(known) ?? []
    const [, style = ""] = /<style>(.*)<\/style>/su.exec(known) ?? []
    const hash = createHash("sha256").update(style).digest("base64")
    assert.strictEqual(
      policy.replaceAll("&#39;", "'"),
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`
    )
    assert.notMatch(known, /<script|<link|<img|<iframe|\ssrc=|\shref=|\son\w+=|url\(|@import| style=/iu)
  })
})
