/** How many columns of a terminal a text takes. */

/** Two columns each: the scripts of East Asia in their wide forms, and pictures. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u4dbf\u4e00-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{17000}-\u{18cff}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u

/** None: marks on the letter before them, and marks that only arrange text. */
const none = /^[\p{Mn}\p{Me}\p{Cf}]+$/u

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" })

const widthOf = (grapheme: string): number => (none.test(grapheme) ? 0 : wide.test(grapheme) ? 2 : 1)

const isPlain = /^[\u0020-\u007e]*$/

export const columns = (text: string): number =>
  isPlain.test(text)
    ? text.length
    : Array.from(segmenter.segment(text), ({ segment }) => widthOf(segment)).reduce((sum, n) => sum + n, 0)

/** The beginning of the text that takes no more columns than that, with `…` where something is missing. */
export const cut = (text: string, most: number): string => {
  if (columns(text) <= most) return text
  let [kept, used] = ["", 0]
  for (const { segment } of segmenter.segment(text)) {
    if (used + widthOf(segment) > most - 1) break
    kept += segment
    used += widthOf(segment)
  }
  return most < 1 ? "" : `${kept}…`
}
