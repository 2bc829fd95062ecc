/** Paths as the specification writes them, such as `/rooms/{roomId}/join`, against paths as they are sent. */
import { decodeSegment } from "./Wire.ts"

/** Literal segments are compared as sent, parameters are decoded once each; so `%2F` in an alias is no separator. */
export const match = (
  template: ReadonlyArray<string>,
  segments: ReadonlyArray<string>
): Readonly<Record<string, string>> | undefined => {
  const isMatch =
    template.length === segments.length &&
    template.every((part, index) => part === segments[index] || part.startsWith("{"))
  if (!isMatch) return undefined
  const params: Record<string, string> = {}
  for (const [index, part] of template.entries())
    if (part.startsWith("{")) params[part.slice(1, -1)] = decodeSegment(segments[index] ?? "")
  return params
}

export const matchPath = (template: string, path: string): boolean =>
  match(template.split("/"), path.split("/")) !== undefined
