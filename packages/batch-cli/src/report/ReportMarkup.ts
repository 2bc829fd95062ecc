/** HTML whose texts cannot become markup: what is put between the tags of `markup` is escaped unless it is markup itself. */
import { printable } from "../plan/PlanProblem.ts"

export interface Markup {
  readonly _tag: "Markup"
  readonly text: string
}

export type Part = Markup | string | number | ReadonlyArray<Markup>

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;"
}

const escaped = (text: string): string => printable(text).replace(/[&<>"']/g, (character) => entities[character] ?? "")

const textOf = (part: Part): string => {
  if (typeof part === "string") return escaped(part)
  if (typeof part === "number") return String(part)
  return "_tag" in part ? part.text : part.map(({ text }) => text).join("")
}

export const markup = (literals: TemplateStringsArray, ...parts: ReadonlyArray<Part>): Markup => ({
  _tag: "Markup",
  text: String.raw({ raw: literals }, ...parts.map(textOf))
})

export const nothing: Markup = markup``

const longest = 600

/** Somebody else's text: its direction does not touch what stands beside it, and it has an end. */
export const foreign = (text: string): Markup => {
  const short = text.length <= longest ? text : `${text.slice(0, longest).replace(/[\ud800-\udbff]$/, "")}…`
  return markup`<bdi>${short}</bdi>`
}

export const number = (n: number): string => n.toLocaleString("en-GB")
