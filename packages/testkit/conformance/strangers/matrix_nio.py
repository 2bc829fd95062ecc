"""
What matrix-nio makes of the fake: clients on the address given as argument, and what each of them reports of rooms it is
invited to, joins, is made to leave and forgets. A line in the end counts what was found true.
"""
import asyncio
import sys

import nio

base_url = sys.argv[1]
checks = 0


def equal(found, expected, what):
    global checks
    if found != expected:
        raise AssertionError(f"{what}: {found!r} instead of {expected!r}")
    checks += 1


def succeeded(response, kind, what):
    equal(type(response).__name__, kind.__name__, what)
    return response


def refused(response, errcode, what):
    equal(getattr(response, "status_code", "success"), errcode, what)


class Person:
    """A client, its sync loop, and the changes of its own membership that the loop has told it of."""

    def __init__(self, name):
        self.client = nio.AsyncClient(base_url, name)
        self.changes = []
        self.texts = []

    async def begin(self):
        name = self.client.user
        registered = await self.client.register(name, "a password")
        succeeded(registered, nio.RegisterResponse, f"registering {name}")
        await self.client.logout()
        succeeded(await self.client.login("a password"), nio.LoginResponse, f"logging in {name}")
        self.client.add_event_callback(self.invited, nio.InviteMemberEvent)
        self.client.add_event_callback(self.changed, nio.RoomMemberEvent)
        self.client.add_event_callback(self.read, nio.RoomMessageText)
        self.client.add_response_callback(self.left, nio.SyncResponse)
        self.loop = asyncio.create_task(self.client.sync_forever(timeout=30_000))
        await self.client.synced.wait()
        return self

    async def invited(self, room, event):
        if event.state_key == self.client.user_id:
            self.changes.append((room.room_id, event.membership))

    async def changed(self, room, event):
        if event.state_key == self.client.user_id:
            self.changes.append((room.room_id, event.membership))

    async def left(self, response):
        """The library has no callback for rooms one has left; their events are in the answer."""
        for room_id, room in response.rooms.leave.items():
            for event in room.timeline.events:
                if isinstance(event, nio.RoomMemberEvent) and event.state_key == self.client.user_id:
                    self.changes.append((room_id, event.membership))

    async def read(self, room, event):
        self.texts.append(event.body)

    async def sees(self, change, what):
        for _ in range(1000):
            if self.changes and self.changes[-1] == change:
                break
            await asyncio.sleep(0.01)
        equal(self.changes[-1:], [change], what)

    async def end(self):
        self.loop.cancel()
        await self.client.close()


async def story():
    alice = await Person("nio-alice").begin()
    bob = await Person("nio-bob").begin()
    bob_id = bob.client.user_id

    created = await alice.client.room_create(name="Strangers", preset=nio.RoomPreset.private_chat)
    room_id = succeeded(created, nio.RoomCreateResponse, "creating a room").room_id
    await alice.sees((room_id, "join"), "alice in her new room")

    succeeded(await alice.client.room_invite(room_id, bob_id), nio.RoomInviteResponse, "inviting")
    await bob.sees((room_id, "invite"), "an invite")
    equal(bob.client.invited_rooms[room_id].name, "Strangers", "the name of the room one is invited to")
    equal(bob.client.invited_rooms[room_id].inviter, alice.client.user_id, "who invited bob")

    succeeded(await bob.client.join(room_id), nio.JoinResponse, "joining")
    await bob.sees((room_id, "join"), "a join")
    equal(room_id in bob.client.rooms, True, "the room among bob's")
    equal(sorted(bob.client.rooms[room_id].users), sorted([alice.client.user_id, bob_id]), "the room's members")
    members = succeeded(await alice.client.joined_members(room_id), nio.JoinedMembersResponse, "asking for members")
    equal(sorted(member.user_id for member in members.members), sorted([alice.client.user_id, bob_id]), "members")
    equal((await bob.client.joined_rooms()).rooms, [room_id], "bob's rooms")

    content = {"msgtype": "m.text", "body": "hello"}
    sent = await alice.client.room_send(room_id, "m.room.message", content)
    succeeded(sent, nio.RoomSendResponse, "sending")
    for _ in range(1000):
        if bob.texts:
            break
        await asyncio.sleep(0.01)
    equal(bob.texts, ["hello"], "what bob reads")
    page = succeeded(await bob.client.room_messages(room_id, limit=50), nio.RoomMessagesResponse, "paging back")
    equal([event.body for event in page.chunk if isinstance(event, nio.RoomMessageText)], ["hello"], "the page")

    succeeded(await alice.client.room_kick(room_id, bob_id, "for a while"), nio.RoomKickResponse, "kicking")
    await bob.sees((room_id, "leave"), "a kick")
    succeeded(await alice.client.room_ban(room_id, bob_id), nio.RoomBanResponse, "banning")
    await bob.sees((room_id, "ban"), "a ban")
    refused(await bob.client.join(room_id), "M_BAD_STATE", "joining while banned")
    succeeded(await alice.client.room_unban(room_id, bob_id), nio.RoomUnbanResponse, "unbanning")
    await bob.sees((room_id, "leave"), "the end of the ban")
    refused(await bob.client.join(room_id), "M_FORBIDDEN", "joining without an invite")

    succeeded(await alice.client.room_invite(room_id, bob_id), nio.RoomInviteResponse, "inviting again")
    await bob.sees((room_id, "invite"), "a second invite")
    succeeded(await bob.client.join(room_id), nio.JoinResponse, "joining again")
    await bob.sees((room_id, "join"), "a second join")
    succeeded(await bob.client.room_leave(room_id), nio.RoomLeaveResponse, "leaving")
    await bob.sees((room_id, "leave"), "leaving")
    succeeded(await bob.client.room_forget(room_id), nio.RoomForgetResponse, "forgetting")
    refused(await bob.client.room_messages(room_id), "M_FORBIDDEN", "the messages of a forgotten room")
    equal((await bob.client.joined_rooms()).rooms, [], "bob's rooms in the end")

    await alice.end()
    await bob.end()


asyncio.run(asyncio.wait_for(story(), 60))
print(f"{checks} checks")
