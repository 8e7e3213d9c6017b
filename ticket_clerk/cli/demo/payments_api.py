"""Client of ``/payments/*`` for the demo and the doctor."""

from __future__ import annotations

from typing import Any

import aiohttp


class PaymentsApi:
    """A small client; the token goes into a header, never into an address."""

    def __init__(self, url: str, token: str, http: aiohttp.ClientSession) -> None:
        """``url`` is the action server's, without ``/payments``."""
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"}
        self._http = http

    async def order(self, order_id: str) -> dict[str, Any]:
        """An order as GET /payments/orders/{id} shows it."""
        answer = await self._get(f"/payments/orders/{order_id}")
        order: dict[str, Any] = answer["order"]
        return order

    async def seats_left(self) -> dict[tuple[str, str], int]:
        """Seats left by show and section, those held for unpaid orders subtracted."""
        answer = await self._get("/payments/shows")
        return {
            (show["id"], section["id"]): section["seats_left"]
            for show in answer["shows"]
            for section in show["sections"]
        }

    async def _get(self, path: str) -> Any:
        async with self._http.get(self._url + path, headers=self._headers) as answer:
            answer.raise_for_status()
            return await answer.json()
