/**
 * Who we are to the homeserver. A service, so that where the access token comes from is the program's choice and not
 * the library's. Tokens are `Redacted` from the moment they are read and travel in the `Authorization` header alone.
 */
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"

export class Credentials extends Context.Service<
  Credentials,
  {
    /** The access token to send now. */
    readonly accessToken: Effect.Effect<Redacted.Redacted>
  }
>()("@matrix-membership/core/Credentials") {
  /** One access token for the whole life of the layer. */
  static readonly layer = (accessToken: Redacted.Redacted): Layer.Layer<Credentials> =>
    Layer.succeed(Credentials, Credentials.of({ accessToken: Effect.succeed(accessToken) }))

  /** The access token in `MATRIX_ACCESS_TOKEN`, or wherever the program's `ConfigProvider` has it. */
  static readonly layerConfig: Layer.Layer<Credentials, Config.ConfigError> = Layer.unwrap(
    Effect.map(Config.Redacted("MATRIX_ACCESS_TOKEN"), Credentials.layer)
  )
}
