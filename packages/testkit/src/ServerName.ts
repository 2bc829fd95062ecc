/** What user ids, room ids and aliases end in (specification v1.19, appendix "Server Name"). */

/** A DNS name, or an IPv4 or IPv6 address; with a port or without. */
export const isServerName = (text: string): boolean =>
  /^(?:\[[\da-f:.]+\]|[\da-z-]+(?:\.[\da-z-]+)*)(?::\d+)?$/iu.test(text)
