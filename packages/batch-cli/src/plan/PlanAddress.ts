/** Addresses outside Matrix, by which people without a known Matrix id are invited (third-party identifiers). */
import * as Schema from "effect/Schema"

export const Medium = Schema.Literals(["email", "msisdn"])
export type Medium = typeof Medium.Type
export const media: ReadonlyArray<Medium> = Medium.literals

// what is between the signs is the identity server's matter; blanks and a second address are slips
const email = /^[^\s@,;<>"\0]+@[^\s@,;<>"\0]+$/u
const longest = 500
const msisdn = /^[1-9][0-9]{4,14}$/

/** In canonical form: an e-mail address in lower case, a phone number as its digits with the country code. */
export const Address = Schema.String.check(
  Schema.isPattern(new RegExp(`${email.source}|${msisdn.source}`, "u"), {
    expected: "an e-mail address such as ann@example.org"
  }),
  Schema.isMaxLength(longest)
)

/** The canonical form of an address as somebody wrote it, or nothing when it is none of this medium. */
export const canonical = (medium: Medium, written: string): string | undefined => {
  if (medium === "email") {
    const address = written.toLowerCase()
    return email.test(address) && address.length <= longest && address.isWellFormed() ? address : undefined
  }
  const digits = written.replace(/^\+/, "").replace(/[\s().-]/g, "")
  return msisdn.test(digits) ? digits : undefined
}

/** How people without a Matrix id are named among the people of a plan: `email:ann@example.org`. */
export const nameOf = (medium: Medium, address: string): string => `${medium}:${address}`

/** The other way round; nothing for the id of a user. */
export const ofName = (name: string): { readonly medium: Medium; readonly address: string } | undefined => {
  const medium = media.find((known) => name.startsWith(`${known}:`))
  return medium === undefined ? undefined : { medium, address: name.slice(medium.length + 1) }
}
