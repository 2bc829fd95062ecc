/** Why a row failed, as plain data: what is kept of a server's refusal in outcomes, journals and reports. */
import type { MatrixError } from "@matrix-membership/core"
import * as Schema from "effect/Schema"

export const Failure = Schema.Struct({
  /** The tag of the error of `@matrix-membership/core`. */
  tag: Schema.String,
  message: Schema.String,
  /** The status of the HTTP answer, where there was one. */
  status: Schema.optionalKey(Schema.Int),
  errcode: Schema.optionalKey(Schema.String)
})
export type Failure = typeof Failure.Type

export const of = (error: MatrixError.MatrixError): Failure => ({
  tag: error._tag,
  message: error.message,
  ...("status" in error ? { status: error.status } : {}),
  ...("errcode" in error && error.errcode !== "" ? { errcode: error.errcode } : {})
})
