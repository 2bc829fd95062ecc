/** The identity server's proof that an invitation to an e-mail address or phone number belongs to a user. */
import * as Schema from "effect/Schema"
import { UserId } from "./MatrixId.ts"

/** As in the `third_party_signed` object of a join (client-server API, "Joining rooms", v1.19). */
export const ThirdPartySigned = Schema.Struct({
  /** Who invited. */
  sender: UserId,
  /** Who was invited. */
  mxid: UserId,
  /** The state key of the `m.room.third_party_invite` event. */
  token: Schema.String,
  /** By server name, then by key id. */
  signatures: Schema.Record(Schema.String, Schema.Record(Schema.String, Schema.String))
})
export type ThirdPartySigned = typeof ThirdPartySigned.Type
