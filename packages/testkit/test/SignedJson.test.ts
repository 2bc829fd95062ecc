import { assert, describe, it } from "@effect/vitest"
import * as SignedJson from "@matrix-membership/testkit/SignedJson"

/** From the specification's appendix "Cryptographic Test Vectors". */
const known = [
  { object: {}, signature: "K8280/U9SSy9IVtjBuVeLr+HpOB4BQFWbg+UZaADMtTdGYI7Geitb76LTrr5QV/7Xg4ahLwYGYZzuHGZKM5ZAQ" },
  {
    object: { two: "Two", one: 1 },
    signature: "KqmLSbO39/Bzb0QIYE82zqLwsA+PDzYIpIRA2sRQ4sL53+sN6/fpNSoqE7BP7vBZhG6kYdD13EIMJpvhJI+6Bw"
  }
]

const publicKey = SignedJson.asPublicKey("XGX0JRS2Af3be3knz2fBiRbApjm2Dh61gXDJA8kcJNI")
assert(publicKey !== undefined)

describe("a signature", () => {
  it.each(known)("of $object is known from the specification", ({ object, signature }) => {
    assert.isTrue(SignedJson.isSignature(object, publicKey, signature))
    assert.isFalse(SignedJson.isSignature({ ...object, more: 1 }, publicKey, signature))
  })

  it("covers neither other signatures nor what a server adds", () => {
    const { object, signature } = known[1] ?? { object: {}, signature: "" }
    const added = { ...object, signatures: { a: { "ed25519:1": "x" } }, unsigned: { age: 5 } }
    assert.isTrue(SignedJson.isSignature(added, publicKey, signature))
  })

  it("is by the key that belongs to the secret, and by no other", () => {
    const [one, other] = [SignedJson.keyFrom("one"), SignedJson.keyFrom("other")]
    const publicOf = (key: typeof one) => SignedJson.asPublicKey(SignedJson.publicKeyOf(key)) ?? publicKey
    const signature = SignedJson.signature({ a: 1 }, one)
    assert.match(signature, /^[\w+/]{86}$/u)
    assert.strictEqual(SignedJson.signature({ a: 1 }, SignedJson.keyFrom("one")), signature)
    assert.isTrue(SignedJson.isSignature({ a: 1 }, publicOf(one), signature))
    assert.isFalse(SignedJson.isSignature({ a: 1 }, publicOf(other), signature))
  })

  it.each([5, null, undefined, "", "!!", "AAAA"])("is not %j", (signature) => {
    assert.isFalse(SignedJson.isSignature({}, publicKey, signature))
  })
})

describe("a public key", () => {
  it.each(["", "AAAA", 5, null, undefined, {}])("is not %j", (text) => {
    assert.isUndefined(SignedJson.asPublicKey(text))
  })

  it("may be padded, and of either alphabet", () => {
    const text = SignedJson.publicKeyOf(SignedJson.keyFrom("a"))
    for (const spelt of [`${text}=`, text.replaceAll("+", "-").replaceAll("/", "_")])
      assert.isTrue(SignedJson.asPublicKey(text)?.equals(SignedJson.asPublicKey(spelt) ?? publicKey))
  })
})
