/** Joining by the signature of an identity server, on a pending third-party invite that may or may not fit. */
import type * as Schema from "effect/Schema"
import type { Scenario, Step } from "../Scenario.ts"
import { other, own, read, setState } from "./Calls.ts"
import { assemble, eachMembership } from "./Standing.ts"

type Body = { readonly [key: string]: Schema.Json }

const proof = { mxid: "{bob}", sender: "{admin}", token: "token" }

const signedBy = (signature: string, said: Body = {}): Body => ({
  third_party_signed: { ...proof, signatures: { "identity.test": { "ed25519:0": signature } }, ...said }
})

const pending = (by: string, content: Body): Step => setState(by, "main", "m.room.third_party_invite", "token", content)

const invite = {
  display_name: "b...",
  public_key: "{identity.key}",
  public_keys: [{ public_key: "{identity.key}" }]
}

/** The homeserver is to ask there whether the key still counts. */
const checked = (server: string) => {
  const key = { public_key: "{identity.key}", key_validity_url: `https://${server}/_matrix/identity/v2/pubkey/isvalid` }
  return { ...invite, ...key, public_keys: [key] }
}

/** Everybody who signs, and what they sign. */
const signatures = {
  good: { proof, signer: "true" },
  "for.another": { proof: { ...proof, mxid: "{cid}" }, signer: "true" },
  "by.another.sender": { proof: { ...proof, sender: "{mod}" }, signer: "true" },
  "of.another.token": { proof: { ...proof, token: "elsewhere" }, signer: "true" },
  forged: { proof, signer: "other" }
} as const

interface Case {
  readonly name: string
  readonly before?: ReadonlyArray<Step>
  readonly body: Body
}

const cases: ReadonlyArray<Case> = [
  { name: "a good signature", body: signedBy("{good}") },
  { name: "a good signature and a reason", body: { ...signedBy("{good}"), reason: "here I am" } },
  { name: "a signature by another key", body: signedBy("{forged}") },
  { name: "a signature for another user", body: signedBy("{for.another}", { mxid: "{cid}" }) },
  { name: "a signature that names another sender", body: signedBy("{by.another.sender}", { sender: "{mod}" }) },
  { name: "a signature of another token", body: signedBy("{of.another.token}", { token: "elsewhere" }) },
  { name: "a signature that does not fit the words", body: signedBy("{of.another.token}") },
  { name: "no signature", body: signedBy("{good}", { signatures: {} }) },
  { name: "no token", body: { third_party_signed: { mxid: "{bob}", sender: "{admin}", signatures: {} } } },
  { name: "an invite by one without power", before: [pending("mod", invite)], body: signedBy("{good}") },
  { name: "an invite taken back", before: [pending("admin", {})], body: signedBy("{good}") },
  {
    name: "an invite with two keys",
    before: [
      pending("admin", {
        ...invite,
        public_key: "{another.key}",
        public_keys: [{ public_key: "{another.key}" }, { public_key: "{identity.key}" }]
      })
    ],
    body: signedBy("{good}")
  },
  {
    name: "an invite with a key in force",
    before: [pending("admin", checked("{identity.server}"))],
    body: signedBy("{good}")
  },
  {
    name: "an invite with a key that cannot be checked",
    before: [pending("admin", checked("identity.elsewhere.test"))],
    body: signedBy("{good}")
  },
  {
    name: "an inviter who has left",
    before: [pending("mod", invite), own.leave("mod", "main")],
    body: signedBy("{by.another.sender}", { sender: "{mod}" })
  },
  {
    name: "a token used before",
    before: [own.join("bob", "main", signedBy("{good}")), own.leave("bob", "main")],
    body: signedBy("{good}")
  }
]

const base = (name: string): Omit<Scenario, "steps"> => ({
  name: `third-party invite / ${name}`,
  users: ["admin", "mod", "bob", "cid"],
  setup: [
    ...assemble({
      room: "main",
      admin: "admin",
      standings: { mod: "joined" },
      joinRule: "invite",
      options: { levels: { mod: 50 } }
    }),
    pending("admin", invite)
  ],
  watch: { main: "admin" },
  signatures
})

const member = read("admin", "/rooms/{main}/state/m.room.member/{bob}")

const joins = cases.flatMap(
  ({ before = [], body, name }): ReadonlyArray<Scenario> => [
    {
      ...base(`${name}, join by id`),
      steps: [...before, own.join("bob", "main", body), member, own.join("bob", "main"), member]
    },
    {
      ...base(`${name}, join by id or alias`),
      steps: [...before, own.joinByIdOrAlias("bob", "{main}", body), member, own.join("bob", "main"), member]
    }
  ]
)

/** The same good signature, brought by a user who stands in each way to the room. */
const standing = Object.keys(eachMembership()).map(
  (name): Scenario => ({
    ...base(`a good signature of one ${name}`),
    setup: [
      ...assemble({
        room: "main",
        admin: "admin",
        standings: { mod: "joined", bob: eachMembership()[name] ?? "none" },
        joinRule: "invite"
      }),
      pending("admin", invite)
    ],
    steps: [own.join("bob", "main", signedBy("{good}")), member, other.kick("admin", "main", "{bob}"), member]
  })
)

export const scenarios: ReadonlyArray<Scenario> = [...joins, ...standing]
