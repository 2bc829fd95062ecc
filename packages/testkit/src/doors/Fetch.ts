/** The way in for code that is not Effect: a `fetch` function that goes nowhere but to the fake. */
import * as Effect from "effect/Effect"
import type { Delivery } from "../Exchange.ts"
import type { Handle } from "./Memory.ts"

/** Runs on the clock it was made on. A request that is aborted is interrupted; a broken connection is a `TypeError`. */
export const make = (handle: Handle): Effect.Effect<typeof globalThis.fetch> =>
  Effect.map(Effect.context<never>(), (context) => async (input, init) => {
    const request = new Request(input, init)
    const url = new URL(request.url)
    const delivery = await Effect.runPromiseWith(context)(
      handle({
        method: request.method,
        target: `${url.pathname}${url.search}`,
        headers: Object.fromEntries(request.headers),
        body: await request.text()
      }),
      { signal: request.signal }
    )
    if (delivery._tag === "Reset") throw new TypeError("fetch failed", { cause: new Error("the connection was reset") })
    return received(delivery)
  })

const received = ({ answer, cutAt }: Extract<Delivery, { _tag: "Answer" }>): Response => {
  const { body, headers, status } = answer
  if (status === 204) return new Response(null, { status, headers })
  if (cutAt === undefined) return new Response(body, { status, headers })
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.enqueue(new TextEncoder().encode(body).slice(0, cutAt))
      controller.error(new TypeError("terminated"))
    }
  })
  return new Response(stream, { status, headers })
}
