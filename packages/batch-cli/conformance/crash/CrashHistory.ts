/** What really happened in a room, as its server tells it: the steps of every member, in order. */

import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Schema from "effect/Schema"
import type { Account } from "../../../testkit/conformance/operations/Site.ts"
import { Site } from "../../../testkit/conformance/operations/Site.ts"

const Page = Schema.Struct({
  chunk: Schema.Array(
    Schema.Struct({
      type: Schema.String,
      sender: Schema.String,
      state_key: Schema.optionalKey(Schema.String),
      content: Schema.Struct({
        membership: Schema.optionalKey(Schema.String),
        reason: Schema.optionalKey(Schema.String)
      })
    })
  ),
  end: Schema.optionalKey(Schema.String)
})

/** `@bob:localhost` → `invite (step 0) by @alice:localhost`, … */
export type History = ReadonlyMap<string, ReadonlyArray<string>>

export const read = Effect.fnUntraced(function* (roomId: string, reader: Account) {
  const { baseUrl } = yield* Site
  const http = yield* HttpClient.HttpClient
  const history = new Map<string, Array<string>>()
  let from: string | undefined
  do {
    const page = yield* HttpClientRequest.get(
      new URL(`/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/messages`, baseUrl)
    ).pipe(
      HttpClientRequest.setUrlParams({ dir: "f", limit: "500", ...(from === undefined ? {} : { from }) }),
      HttpClientRequest.bearerToken(reader.accessToken),
      http.execute,
      Effect.flatMap(HttpClientResponse.filterStatusOk),
      Effect.flatMap(HttpClientResponse.schemaBodyJson(Page))
    )
    for (const { content, sender, state_key, type } of page.chunk) {
      if (type !== "m.room.member" || state_key === undefined) continue
      const steps = history.get(state_key) ?? []
      history.set(state_key, steps)
      steps.push(`${content.membership ?? "?"} (${content.reason ?? ""}) by ${sender}`)
    }
    from = page.chunk.length === 0 ? undefined : page.end
  } while (from !== undefined)
  return history as History
})

/** Every member whose steps differ, with both. */
export const differences = (room: string, undisturbed: History, disturbed: History): ReadonlyArray<string> =>
  [...new Set([...undisturbed.keys(), ...disturbed.keys()])].flatMap((user) => {
    const [one, other] = [undisturbed.get(user) ?? [], disturbed.get(user) ?? []]
    return one.join() === other.join()
      ? []
      : [`${room} ${user}\n  undisturbed: ${one.join(", ")}\n  killed:      ${other.join(", ")}`]
  })
