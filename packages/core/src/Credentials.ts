/**
 * Who we are to the homeserver. A service, so that where the access token comes from is the program's choice and not
 * the library's. Tokens are `Redacted` from the moment they are read and travel in the `Authorization` header alone.
 */
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { PlatformError } from "effect/PlatformError"
import * as Redacted from "effect/Redacted"
import type { MatrixError } from "./MatrixError.ts"
import * as Session from "./Session.ts"

/** The service that `Membership.layer` asks for; the static members are ready-made layers of it. */
export class Credentials extends Context.Service<
  Credentials,
  {
    /** The access token to send now. */
    readonly accessToken: Effect.Effect<Redacted.Redacted>
    /**
     * Called when the server refused a token as unknown or expired. Gives the token to try instead, once, or none when
     * there is no other.
     */
    readonly renew: (refused: Redacted.Redacted) => Effect.Effect<Option.Option<Redacted.Redacted>, MatrixError>
  }
>()("@matrix-membership/core/Credentials") {
  /** One access token for the whole life of the layer. */
  static readonly layer = (accessToken: Redacted.Redacted): Layer.Layer<Credentials> =>
    Layer.succeed(
      Credentials,
      Credentials.of({ accessToken: Effect.succeed(accessToken), renew: () => Effect.succeed(Option.none()) })
    )

  /** The access token in `MATRIX_ACCESS_TOKEN`, or wherever the program's `ConfigProvider` has it. */
  static readonly layerConfig: Layer.Layer<Credentials, Config.ConfigError> = Layer.unwrap(
    Effect.map(Config.Redacted("MATRIX_ACCESS_TOKEN"), Credentials.layer)
  )

  /** The access token in a file that holds nothing else; blanks around it do not count. Read once. */
  static readonly layerFile = (path: string): Layer.Layer<Credentials, PlatformError, FileSystem.FileSystem> =>
    Layer.unwrap(
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const text = yield* fs.readFileString(path)
        return Credentials.layer(Redacted.make(text.trim()))
      })
    )

  /**
   * An access token that expires, with the refresh token to replace it (client-server API "Refreshing access tokens",
   * since v1.3). However many callers meet the refusal, one refresh is made, whatever `soft_logout` says.
   */
  static readonly layerRefreshable = (options: Session.Options) =>
    Layer.effect(Credentials, Effect.map(Session.make(options), Credentials.of))
}
