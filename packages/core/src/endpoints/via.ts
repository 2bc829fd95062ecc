/** The servers to go through to a room that ours is not in: `via` since v1.12, `server_name` before. */
import * as Schema from "effect/Schema"
import { ServerName } from "../MatrixId.ts"

const servers = Schema.optionalKey(Schema.Array(ServerName))

/** Both are arrays whose key is repeated in the query. `server_name` left the specification with v1.14. */
export const viaQuery = { via: servers, server_name: servers }

interface Named {
  readonly via?: ReadonlyArray<ServerName> | undefined
  readonly serverName?: ReadonlyArray<ServerName> | undefined
}

/**
 * The query for these servers. Unless the server is known to read `via`, both names are sent: servers that read it
 * prefer it, the others know only the old name.
 */
export const via = ({ serverName = [], via = [] }: Named, viaAlone: boolean) => {
  const all = [...new Set([...via, ...serverName])]
  if (all.length === 0) return {}
  return viaAlone ? { via: all } : { via: all, server_name: all }
}
