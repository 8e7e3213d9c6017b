"""Rooms of the socket.io channel: the clients of a session, over all processes."""

from typing import Any

from ticket_clerk.channels.bus import Bus

_TOPIC = "said"


class Rooms:
    """Rooms of this process, and access to those of the others."""

    def __init__(self, sio: Any, event: str, namespace: str | None, bus: Bus) -> None:
        """Send the other processes' messages to the clients of this one."""
        self._sio = sio
        self._event = event
        self._namespace = namespace or "/"
        self._bus = bus
        bus.on(_TOPIC, self._pass_on)

    async def say(self, session_id: str, response: dict[str, Any]) -> None:
        """Send in every process, whether or not a client is connected."""
        await self._say_here(session_id, response)
        await self._bus.publish(_TOPIC, {"session_id": session_id, "response": response})

    async def reach(self, session_id: str, response: dict[str, Any]) -> bool:
        """Send in every process; return whether a client was connected."""
        payload = {"session_id": session_id, "response": response}
        if not self._is_here(session_id):
            return await self._bus.ask(_TOPIC, payload)
        await self._say_here(session_id, response)
        await self._bus.publish(_TOPIC, payload)
        return True

    async def _pass_on(self, payload: dict[str, Any]) -> bool:
        is_here = self._is_here(payload["session_id"])
        await self._say_here(payload["session_id"], payload["response"])
        return is_here

    async def _say_here(self, session_id: str, response: dict[str, Any]) -> None:
        await self._sio.emit(self._event, response, room=session_id, namespace=self._namespace)

    def _is_here(self, session_id: str) -> bool:
        rooms = self._sio.manager.rooms.get(self._namespace, {})
        return bool(rooms.get(session_id))
