/** A homeserver's address, and what it says about itself on `/versions`. */
import * as Result from "effect/Result"

/** `r0` up to 2021, `v3` from specification v1.1 on. */
export type PathVersion = "r0" | "v3"

/** The answer to `/versions` (client-server API "API versions", v1.19). */
export interface Versions {
  /** Every version of the specification that the server claims, such as `r0.6.1` or `v1.12`. */
  readonly versions: ReadonlyArray<string>
  readonly unstableFeatures: { readonly [name: string]: boolean }
}

/** Minor number of the newest `v1.*`, or none for a server from before that. */
const newestMinor = (versions: Versions): number | undefined =>
  versions.versions
    .map((version) => /^v1\.([0-9]+)$/u.exec(version)?.[1])
    .reduce<number | undefined>(
      (newest, minor) => (minor === undefined ? newest : Math.max(newest ?? 0, Number(minor))),
      undefined
    )

/** `v3` as soon as the server names any `v1.*`; only servers that stop at `r0.*` need the old paths. */
export const pathVersion = (versions: Versions): PathVersion => (newestMinor(versions) === undefined ? "r0" : "v3")

/** Whether the server reads `via`, which replaced `server_name` in v1.12. */
export const knowsVia = (versions: Versions): boolean => (newestMinor(versions) ?? 0) >= 12

/**
 * A base URL as people write it: with or without a path prefix and a trailing slash. Fails with a sentence that says
 * what is wrong. A user name or password in it is refused, as it would end up in logs.
 */
export const parse = (input: string): Result.Result<URL, string> => {
  if (!URL.canParse(input)) return Result.fail("expected a URL such as https://matrix.example.org")
  const url = new URL(input)
  if (url.protocol !== "https:" && url.protocol !== "http:")
    return Result.fail("expected a URL with https:// or http://")
  if (url.username !== "" || url.password !== "")
    return Result.fail("expected a URL without a user name or password in it")
  if (url.search !== "" || url.hash !== "") return Result.fail("expected a URL without ? or #")
  return Result.succeed(url)
}

/** The base URL as a text that paths beginning with `/` can be appended to. */
export const base = (url: URL): string => `${url.origin}${url.pathname.replace(/\/+$/u, "")}`
