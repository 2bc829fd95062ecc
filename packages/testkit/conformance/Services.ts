/** The application services that a homeserver here may know. Both may speak for users of their own. */

export interface Service {
  readonly name: string
  readonly token: string
  /** The localpart of whom it speaks for when it says nothing of that. */
  readonly sender: string
  /** A pattern of user ids. */
  readonly users: string
  /** Whether nobody else may have such a user. */
  readonly exclusive: boolean
  readonly rateLimited: boolean
}

export const services: ReadonlyArray<Service> = [
  {
    name: "bots",
    token: "the-token-of-the-bots",
    sender: "botkeeper",
    users: "@bot_.*",
    exclusive: true,
    rateLimited: false
  },
  {
    name: "clerks",
    token: "the-token-of-the-clerks",
    sender: "clerk",
    users: "@clerk_.*",
    exclusive: false,
    rateLimited: true
  }
]
