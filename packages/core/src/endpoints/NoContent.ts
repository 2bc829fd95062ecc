import * as Schema from "effect/Schema"

/** The success body of the endpoints that have nothing to say: `{}`, whatever a server may add to it. */
export const NoContent = Schema.Struct({})
