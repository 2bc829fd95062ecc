/** A plain server on loopback that does what a test tells it, and remembers who came and with which token. */
import { createServer, type RequestListener } from "node:http"
import * as Effect from "effect/Effect"

export interface Visit {
  readonly path: string
  readonly authorization: string | undefined
}

/** Listens for as long as the scope lasts. */
export const listen = (answer: RequestListener) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly url: string; readonly visits: ReadonlyArray<Visit>; readonly close: () => void }>(
      (resume) => {
        const visits: Array<Visit> = []
        const server = createServer((request, response) => {
          visits.push({ path: request.url ?? "", authorization: request.headers.authorization })
          answer(request, response)
        })
        const close = () => {
          server.closeAllConnections()
          server.close()
        }
        server.listen(0, "127.0.0.1", () => {
          const address = server.address()
          const port = typeof address === "object" ? address?.port : undefined
          resume(Effect.succeed({ url: `http://127.0.0.1:${port}`, visits, close }))
        })
      }
    ),
    ({ close }) => Effect.sync(close)
  )
