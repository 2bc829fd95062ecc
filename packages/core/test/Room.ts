/**
 * A room of one member, behind a wire: it answers a repeated request as Synapse does, with a refusal that does not say
 * that the first one worked. The faults strike the first request that would change something.
 */
import { answer, type Reply, type Sent, silence, streamed } from "./Wire.ts"

export type Membership = "join" | "invite" | "knock" | "leave" | "ban"

export const me = "@me:example.org"

const json = (status: number, body: unknown) => Response.json(body, { status })
const forbidden = json.bind(undefined, 403, { errcode: "M_FORBIDDEN", error: "no" })
const badState = json.bind(undefined, 403, { errcode: "M_BAD_STATE", error: "no" })

/** Which memberships allow an operation, what it makes of them, and what a server says to the others. */
const rules: Readonly<Record<string, { from: ReadonlyArray<Membership>; to: Membership; refusal: () => Response }>> = {
  join: { from: ["join", "invite", "leave", "knock"], to: "join", refusal: badState },
  knock: { from: ["leave", "knock"], to: "knock", refusal: forbidden },
  leave: { from: ["join", "invite", "knock"], to: "leave", refusal: forbidden },
  forget: { from: ["leave", "ban"], to: "leave", refusal: () => json(400, { errcode: "M_UNKNOWN", error: "in room" }) },
  invite: { from: ["leave", "invite", "knock"], to: "invite", refusal: forbidden },
  kick: { from: ["join", "invite", "knock"], to: "leave", refusal: forbidden },
  ban: { from: ["join", "invite", "knock", "leave", "ban"], to: "ban", refusal: forbidden },
  unban: { from: ["ban"], to: "leave", refusal: badState }
}

export interface Room {
  readonly reply: Reply
  readonly now: () => Membership
  /** Changes asked for, such as `kick`, in order. */
  readonly asked: ReadonlyArray<string>
}

export type Fault = "none" | "lost before" | "lost after" | "truncated" | "time-out" | "502" | "refused connection"

const reset = () => {
  throw new TypeError("fetch failed", { cause: Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }) })
}
const unconnected = () => {
  throw new TypeError("fetch failed", { cause: Object.assign(new Error("ECONNREFUSED"), { code: "ECONNREFUSED" }) })
}

export const make = (options: {
  readonly membership: Membership
  readonly fault?: Fault
  /** What somebody else does to the membership right after the first change was asked for. */
  readonly meanwhile?: Membership
  /** Answers every change with this instead of doing it. */
  readonly refuse?: Reply
  /** The membership is another user's, and the caller has joined. */
  readonly another?: boolean
  /** The caller may not read memberships. */
  readonly unreadable?: boolean
}): Room => {
  let membership = options.membership
  const asked: Array<string> = []

  const change = (operation: string): Response => {
    const rule = rules[operation]
    if (rule === undefined) return json(404, { errcode: "M_UNRECOGNIZED" })
    if (!rule.from.includes(membership)) return rule.refusal()
    membership = rule.to
    return json(200, { room_id: "!r:x" })
  }

  const struck = (sent: Sent, nth: number, operation: string): Response | Promise<Response> => {
    const act = (): Response | Promise<Response> =>
      options.refuse === undefined ? change(operation) : options.refuse(sent, nth)
    switch (options.fault ?? "none") {
      case "none":
        return act()
      case "refused connection":
        return unconnected()
      case "lost before":
        return reset()
      case "lost after":
        void act()
        return reset()
      case "truncated":
        void act()
        return new Response(streamed(['{"room_id'], (controller) => controller.error(new TypeError("terminated"))))
      case "time-out":
        void act()
        return silence(sent, nth)
      case "502":
        void act()
        return answer(502, "<html>bad gateway</html>")(sent, nth)
    }
  }

  const reply: Reply = (sent, nth) => {
    const path = new URL(sent.url).pathname.replace("/_matrix/client/v3", "")
    if (path === "/account/whoami") return json(200, { user_id: me })
    if (path === "/joined_rooms") return json(200, { joined_rooms: membership === "join" ? ["!r:x"] : [] })
    if (path.startsWith("/directory/room/")) return json(200, { room_id: "!r:x", servers: [] })
    if (path.includes("/state/")) {
      if (options.unreadable === true) return forbidden()
      const isCaller = path.endsWith(encodeURIComponent(me))
      return json(200, { membership: isCaller && options.another === true ? "join" : membership })
    }
    const operation = /^\/(?:rooms\/[^/]+\/)?(\w+)/u.exec(path)?.[1] ?? ""
    asked.push(operation)
    if (asked.length > 1) return options.refuse === undefined ? change(operation) : options.refuse(sent, nth)
    const answered = () => struck(sent, nth, operation)
    try {
      return answered()
    } finally {
      membership = options.meanwhile ?? membership
    }
  }
  return { reply, now: () => membership, asked }
}
