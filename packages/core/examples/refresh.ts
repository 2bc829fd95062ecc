import { Credentials } from "@matrix-membership/core"
import { Effect, Redacted } from "effect"

export const credentials = Credentials.layerRefreshable({
  homeserver: new URL("http://localhost"),
  accessToken: Redacted.make("the access token of the login"),
  refreshToken: Redacted.make("its refresh token"),
  onRefresh: () => Effect.logInfo("the tokens were renewed; store them now")
})
