/** Where two plays of the same scenario part. */
import type { Answer, Play } from "./Answer.ts"
import { contrast, text } from "./Contrast.ts"
import type { Scenario, Step } from "./Scenario.ts"

/**
 * How far two servers' times may lie apart, in milliseconds: one was slower to come to the call that began the wait. Far
 * below the hundred seconds after which the scenarios' limits let another call pass.
 */
const slack = 8000

export interface Difference {
  readonly scenario: string
  /** Counted from 1; 0 when the scenario could not be played. */
  readonly step: number
  /** What was called, for people. */
  readonly call: string
  readonly left: string
  readonly right: string
}

/** One line: `403 M_FORBIDDEN`, and whatever else there is to tell. */
export const tell = ({ body, errcode, joined, members, retryAfter, retryAt, status }: Answer): string =>
  [
    status,
    ...(errcode === undefined ? [] : [errcode]),
    ...(retryAt === undefined ? [] : [`retry at ${retryAt} ms`]),
    ...(retryAfter === true ? ["Retry-After"] : []),
    ...(body === undefined ? [] : [text(body)]),
    ...(members === undefined ? [] : [`members ${text(members)}`]),
    ...(joined === undefined ? [] : [`joined ${text(joined)}`])
  ].join(" ")

export const callOf = (step: Step): string =>
  [
    step.as ?? step.authorization ?? "nobody",
    step.method,
    step.path + (step.query ?? []).map(([name, value], index) => `${index === 0 ? "?" : "&"}${name}=${value}`).join(""),
    step.text ?? (step.body === undefined ? "" : JSON.stringify(step.body))
  ].join(" ")

export const isAlike = (left: Answer, right: Answer): boolean => {
  const { retryAt: leftWait, ...leftRest } = left
  const { retryAt: rightWait, ...rightRest } = right
  const waits =
    leftWait === undefined || rightWait === undefined ? leftWait === rightWait : Math.abs(leftWait - rightWait) <= slack
  return waits && text(leftRest) === text(rightRest)
}

/** Bodies that are too long to be read whole are told by what differs in them. */
const pair = (left: Answer, right: Answer): readonly [string, string] => {
  const [one, two] = contrast(left.body, right.body)
  const isLong = text(left.body ?? null).length + text(right.body ?? null).length > 300
  if (!isLong || one === undefined || two === undefined) return [tell(left), tell(right)]
  return [tell({ ...left, body: one }), tell({ ...right, body: two })]
}

/** Every step that was answered differently. A scenario that could not be played on one side is one difference. */
export const differences = (scenario: Scenario, left: Play, right: Play): ReadonlyArray<Difference> => {
  if (left.broken !== undefined || right.broken !== undefined) {
    const sides = { left: left.broken ?? "played", right: right.broken ?? "played" }
    // what cannot be played proves nothing, even when both fail alike
    return [{ scenario: scenario.name, step: 0, call: "could not be played", ...sides }]
  }
  return scenario.steps.flatMap((step, index) => {
    const one = left.answers[index]
    const two = right.answers[index]
    if (one !== undefined && two !== undefined && isAlike(one, two)) return []
    const none: Answer = { status: 0, body: "no answer" }
    const [leftLine, rightLine] = pair(one ?? none, two ?? none)
    return { scenario: scenario.name, step: index + 1, call: callOf(step), left: leftLine, right: rightLine }
  })
}

/** Some texts are long on purpose; nobody wants to read them. */
const shortened = (line: string) => line.replace(/(.)\1{40,}/gu, "$1…$1").slice(0, 1000)

/** Both answers, one under the other, since they are too long to stand beside each other on most terminals. */
export const render = (titles: { readonly left: string; readonly right: string }, all: ReadonlyArray<Difference>) => {
  const width = Math.max(titles.left.length, titles.right.length)
  return all
    .map((difference) =>
      [
        `${difference.scenario}, step ${difference.step}: ${difference.call}`,
        `  ${titles.left.padEnd(width)} | ${difference.left}`,
        `  ${titles.right.padEnd(width)} | ${difference.right}`
      ]
        .map(shortened)
        .join("\n")
    )
    .join("\n")
}
