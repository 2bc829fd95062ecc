/** Tables of operations by the target's membership, against the fake as another kind of server. */
import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver, type Options } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ok, path } from "../Stage.ts"
import { post, verdict } from "../Talk.ts"

type Flavour = "dendrite" | "tuwunel"

export const as = (flavour: Flavour, options: Options = {}) =>
  Effect.provide(FakeHomeserver.layerClient.pipe(Layer.provideMerge(FakeHomeserver.layer({ ...options, flavour }))))

export const memberships = ["none", "invite", "join", "leave", "ban", "knock"] as const

interface Row {
  readonly operation: string
  readonly joinRule?: string
  /** In the order of `memberships`. */
  readonly answers: ReadonlyArray<string>
  /** From which memberships a success writes nothing. */
  readonly silent?: ReadonlyArray<string>
}

const self = ["join", "knock", "leave", "forget"]

export const cells = (flavour: Flavour, rows: ReadonlyArray<Row>) =>
  describe(`every operation from every membership on ${flavour}`, () => {
    const cases = rows.flatMap(({ answers, joinRule = "invite", operation, silent = [] }) =>
      memberships.map((before, index) => ({
        operation,
        joinRule,
        before,
        answer: answers[index] ?? "missing",
        isSilent: operation === "forget" || silent.includes(before)
      }))
    )
    it.effect.each(cases)("$operation ($joinRule) from $before: $answer", (one) =>
      Effect.gen(function* () {
        const { answer, before, isSilent, joinRule, operation } = one
        const fake = yield* FakeHomeserver
        const admin = yield* fake.user("admin")
        const target = yield* fake.user("target")
        const members = before === "none" ? {} : { target: before }
        const roomId = yield* fake.room({ creator: "admin", joinRule, members })
        const events = (yield* fake.timeline(roomId)).length
        const heard = self.includes(operation)
          ? yield* post(path(operation, roomId), target.accessToken)
          : yield* post(path(operation, roomId), admin.accessToken, { user_id: target.userId })
        assert.strictEqual(verdict(heard), answer)
        if (operation === "join" && answer === ok) assert.deepStrictEqual(heard.body, { room_id: roomId })
        const after = { invite: "invite", join: "join", knock: "knock", ban: "ban" }[operation] ?? "leave"
        const expected = answer === ok && !isSilent ? after : before
        assert.strictEqual((yield* fake.membershipOf(roomId, "target")) ?? "none", expected)
        if (isSilent || answer !== ok) assert.lengthOf(yield* fake.timeline(roomId), events)
      }).pipe(as(flavour))
    )
  })
