/** The body of `POST /createRoom`, and what Synapse answers to the ways in which it may be malformed. */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import * as Body from "../Body.ts"
import type { Refusal } from "../rules/Refusal.ts"
import { make } from "../rules/Refusal.ts"

const JsonObject = Schema.Record(Schema.String, Schema.Unknown)

export const CreationConfig = Schema.Struct({
  visibility: Schema.optionalKey(Schema.String),
  room_alias_name: Schema.optionalKey(Schema.String),
  name: Schema.optionalKey(Schema.String),
  topic: Schema.optionalKey(Schema.String),
  invite: Schema.optionalKey(Schema.Array(Schema.String)),
  invite_3pid: Schema.optionalKey(
    Schema.Array(
      Schema.Struct({
        medium: Schema.String,
        address: Schema.String,
        id_server: Schema.String,
        id_access_token: Schema.String
      })
    )
  ),
  room_version: Schema.optionalKey(Schema.String),
  creation_content: Schema.optionalKey(JsonObject),
  initial_state: Schema.optionalKey(
    Schema.Array(
      Schema.Struct({ type: Schema.String, state_key: Schema.optionalKey(Schema.String), content: JsonObject })
    )
  ),
  preset: Schema.optionalKey(Schema.String),
  is_direct: Schema.optionalKey(Schema.Boolean),
  power_level_content_override: Schema.optionalKey(JsonObject)
})
export type CreationConfig = typeof CreationConfig.Type

const decodeConfig = Schema.decodeUnknownResult(CreationConfig)

export const decode = (text: string): Result.Result<CreationConfig, Refusal> =>
  Result.flatMap(Body.object(text, { mayBeEmpty: false }), (body) =>
    Result.mapError(decodeConfig(body), (error) => {
      const [first] = issues(error.issue).issues
      return malformed[String(first?.path?.[0])] ?? Body.unexpected
    })
  )

const issues = SchemaIssue.makeFormatterStandardSchemaV1()

/** Of the rest Synapse expects nothing but what is right. */
const malformed: Readonly<Record<string, Refusal>> = {
  name: make(400, "M_UNKNOWN", "The name has to be text."),
  topic: make(400, "M_UNKNOWN", "The topic has to be text."),
  invite: make(400, "M_UNKNOWN", "That is no list of user ids."),
  invite_3pid: make(400, "M_MISSING_PARAM", "medium, address, id_server and id_access_token are all needed."),
  room_version: make(400, "M_BAD_JSON", "The room version has to be text."),
  preset: make(400, "M_BAD_JSON", "There is no such preset.")
}
