/** How many are in a room, asked by a program that knows nothing of Effect. */
export const attendance = async (
  homeserver: string,
  roomId: string,
  accessToken: string,
  fetch: typeof globalThis.fetch = globalThis.fetch
): Promise<number> => {
  const path = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/joined_members`
  const response = await fetch(`${homeserver}${path}`, { headers: { authorization: `Bearer ${accessToken}` } })
  if (!response.ok) throw new Error(`the homeserver says ${response.status}`)
  const { joined } = (await response.json()) as { joined: Record<string, unknown> }
  return Object.keys(joined).length
}
