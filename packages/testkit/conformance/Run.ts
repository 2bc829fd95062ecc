/** Plays one scenario on a homeserver and writes down what it answered. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Answer from "./Answer.ts"
import * as Names from "./Names.ts"
import * as Observation from "./Observation.ts"
import type { Mark, Scenario } from "./Scenario.ts"
import { touched } from "./Scenario.ts"
import { services } from "./Services.ts"
import * as Signing from "./Signing.ts"
import * as Stage from "./Stage.ts"
import type { Account, Subject } from "./Subject.ts"

const introduce = (scenario: Scenario, subject: Subject, accounts: ReadonlyMap<string, Account>, run: string) => {
  const names = Names.make()
  names.define("run", run)
  names.define("server", subject.serverName)
  for (const user of scenario.users) {
    const { accessToken = "", userId = "" } = accounts.get(user) ?? {}
    names.define(user, userId)
    names.define(`${user}.token`, accessToken)
    names.define(`${user}.localpart`, userId.slice(1, userId.indexOf(":")))
  }
  for (const { name, token } of services) names.define(`${name}.token`, token)
  names.define("identity.server", subject.identityServer)
  names.define("identity.key", Signing.publicKey("true"))
  names.define("another.key", Signing.publicKey("other"))
  for (const [name, { proof, signer }] of Object.entries(scenario.signatures ?? {})) {
    const { mxid, sender, token } = proof
    const filled = { mxid: names.fill(mxid), sender: names.fill(sender), token: names.fill(token) }
    names.define(name, Signing.signature(filled, signer))
  }
  return names
}

/** Brings everybody into place. Every step must succeed, or nothing that follows means anything. */
const prepare = Effect.fnUntraced(function* (stage: Stage.Stage, scenario: Scenario) {
  const mark = (wanted: (mark: Mark) => boolean) =>
    Effect.forEach(Object.entries(scenario.marks ?? {}), ([user, how]) => {
      const account = stage.accounts.get(user)
      return account !== undefined && wanted(how) ? stage.subject.mark(account, how) : Effect.void
    })
  yield* mark((how) => how === "unlimited")
  for (const [user, address] of Object.entries(scenario.addresses ?? {})) {
    const { userId = "" } = stage.accounts.get(user) ?? {}
    yield* stage.subject.bind({ ...address, address: stage.names.fill(address.address) }, userId)
  }
  for (const [index, step] of scenario.setup.entries()) {
    const { status, text } = yield* Stage.call(stage, step)
    if (status < 300) continue
    const message = `set-up ${index + 1}, ${step.as} ${step.method} ${step.path}: ${status} ${text.slice(0, 200)}`
    return yield* new Stage.Unplayable({ message })
  }
  yield* mark((how) => how !== "unlimited")
})

const perform = Effect.fnUntraced(function* (stage: Stage.Stage, scenario: Scenario) {
  yield* prepare(stage, scenario)
  const look = Observation.make(stage, scenario)
  const everything = { rooms: Object.keys(scenario.watch), users: scenario.joinedRooms ?? [] }
  // what was there before the first step is not news
  yield* look(everything)
  const began = yield* Clock.currentTimeMillis
  const answers: Array<Answer.Answer> = []
  for (const [index, step] of scenario.steps.entries()) {
    const sentAt = (yield* Clock.currentTimeMillis) - began
    const { headers, json, status } = yield* Stage.call(stage, step)
    const isLast = index === scenario.steps.length - 1
    answers.push({
      ...Answer.fromResponse(
        { status, headers, sentAt },
        Option.getOrUndefined(Option.map(json, stage.names.canonical))
      ),
      ...(yield* look(isLast ? everything : touched(scenario, step)))
    })
  }
  return answers
})

/** `run` is a text that no other play on this homeserver has. What cannot be played to its end is told as broken. */
export const play = Effect.fn("Run.play")(function* (
  subject: Subject,
  scenario: Scenario,
  accounts: ReadonlyMap<string, Account>,
  run: string
) {
  const stage: Stage.Stage = { subject, accounts, names: introduce(scenario, subject, accounts, run) }
  return yield* perform(stage, scenario).pipe(
    Effect.map((answers): Answer.Play => ({ scenario: scenario.name, answers })),
    Effect.catch((error) =>
      Effect.succeed<Answer.Play>({ scenario: scenario.name, answers: [], broken: error.message })
    )
  )
})
