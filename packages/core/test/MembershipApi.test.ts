/** The declared requests against the specification, as a table written from it and not from the declaration. */
import { assert, describe, it } from "@effect/vitest"
import * as OpenApi from "effect/http-api/OpenApi"
import type { PathVersion } from "../src/Homeserver.ts"
import * as MembershipApi from "../src/MembershipApi.ts"

interface Expected {
  readonly method: "get" | "post"
  /** Below `/_matrix/client/{version}`. */
  readonly path: string
  readonly query?: ReadonlyArray<string>
  /** Keys of the request body; those that must be there end in `!`. Absent where there is no body. */
  readonly body?: ReadonlyArray<string>
  /** Keys of the answer that must be there. */
  readonly answer: ReadonlyArray<string>
}

/** Client-server API v1.19; r0.6.1 has the same but for knocking. */
const specification: Readonly<Record<string, Expected>> = {
  joinRoomById: {
    method: "post",
    path: "/rooms/{roomId}/join",
    body: ["reason", "third_party_signed"],
    answer: ["room_id"]
  },
  joinRoom: {
    method: "post",
    path: "/join/{roomIdOrAlias}",
    query: ["server_name", "via"],
    body: ["reason", "third_party_signed"],
    answer: ["room_id"]
  },
  knockRoom: {
    method: "post",
    path: "/knock/{roomIdOrAlias}",
    query: ["server_name", "via"],
    body: ["reason"],
    answer: ["room_id"]
  },
  leaveRoom: { method: "post", path: "/rooms/{roomId}/leave", body: ["reason"], answer: [] },
  forgetRoom: { method: "post", path: "/rooms/{roomId}/forget", body: [], answer: [] },
  inviteUser: { method: "post", path: "/rooms/{roomId}/invite", body: ["reason", "user_id!"], answer: [] },
  inviteBy3PID: {
    method: "post",
    path: "/rooms/{roomId}/invite",
    body: ["address!", "id_access_token!", "id_server!", "medium!"],
    answer: []
  },
  kick: { method: "post", path: "/rooms/{roomId}/kick", body: ["reason", "user_id!"], answer: [] },
  ban: { method: "post", path: "/rooms/{roomId}/ban", body: ["reason", "user_id!"], answer: [] },
  unban: { method: "post", path: "/rooms/{roomId}/unban", body: ["reason", "user_id!"], answer: [] },
  getJoinedRooms: { method: "get", path: "/joined_rooms", answer: ["joined_rooms"] },
  getMembersByRoom: {
    method: "get",
    path: "/rooms/{roomId}/members",
    query: ["at", "membership", "not_membership"],
    // the data file does not mark `chunk` as required
    answer: []
  },
  getJoinedMembersByRoom: { method: "get", path: "/rooms/{roomId}/joined_members", answer: ["joined"] },
  getRoomStateWithKey: {
    method: "get",
    path: "/rooms/{roomId}/state/{eventType}/{stateKey}",
    query: ["format"],
    answer: []
  },
  whoami: { method: "get", path: "/account/whoami", answer: ["user_id"] }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null

const at = (value: unknown, ...keys: ReadonlyArray<string>): unknown =>
  keys.reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), value)

const names = (value: unknown): ReadonlyArray<string> =>
  Array.isArray(value) ? value.map((item) => String(isObject(item) ? item["name"] : item)) : []

const schemaAt = (value: unknown, ...keys: ReadonlyArray<string>) =>
  at(value, ...keys, "content", "application/json", "schema")

const ofSchema = (schema: unknown): ReadonlyArray<string> => {
  const required = names(at(schema, "required"))
  const properties = at(schema, "properties")
  return Object.keys(isObject(properties) ? properties : {})
    .map((key) => (required.includes(key) ? `${key}!` : key))
    .sort()
}

/** What the declarations say, by operation id, in the terms of the table. */
const declared = (version: PathVersion) => {
  const prefix = `/_matrix/client/${version}`
  const found = new Map<string, unknown>()
  for (const document of [
    OpenApi.fromApi(MembershipApi.make(version)),
    OpenApi.fromApi(MembershipApi.thirdParty(version))
  ]) {
    for (const [path, item] of Object.entries(document.paths)) {
      assert.isTrue(path.startsWith(prefix), path)
      for (const [method, operation] of Object.entries(item)) {
        const parameters: unknown = at(operation, "parameters")
        const list: ReadonlyArray<unknown> = Array.isArray(parameters) ? parameters : []
        const query = list.filter((parameter) => at(parameter, "in") === "query")
        assert.deepStrictEqual(names(query.filter((parameter) => at(parameter, "required") === true)), [])
        found.set(String(at(operation, "operationId")), {
          method,
          path: path.slice(prefix.length),
          ...(query.length === 0 ? {} : { query: names(query).toSorted() }),
          ...(at(operation, "requestBody") === undefined ? {} : { body: ofSchema(schemaAt(operation, "requestBody")) }),
          answer: names(at(schemaAt(operation, "responses", "200"), "required"))
        })
      }
    }
  }
  return found
}

describe.each(["v3", "r0"] as const)("under %s", (version) => {
  const found = declared(version)
  const operations = Object.entries(specification).filter(([name]) => version === "v3" || name !== "knockRoom")
  it.each(operations)("%s is declared as the specification has it", (operation, expected) => {
    assert.deepStrictEqual<unknown>(found.get(operation), expected)
  })
})

it("/versions has no path version and no token", () => {
  const { paths } = OpenApi.fromApi(MembershipApi.anonymous)
  assert.deepStrictEqual(Object.keys(paths["/_matrix/client/versions"] ?? {}), ["get"])
})
