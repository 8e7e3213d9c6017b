"""HTTP client of a messenger's API: JSON there, JSON with `ok` back.

Addresses may hold a token and bodies hold what is said, so neither reaches a log or an error.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any

import aiohttp
from rasa.shared.exceptions import RasaException

# Below the 12 s that the worker waits for a push (ticket_clerk/rasa_client.py).
_TIMEOUT = aiohttp.ClientTimeout(total=8, connect=4)
_TOO_MANY = 429
_LONGEST_PAUSE_S = 3.0
_TRIES = 3
_CODE = re.compile(r"[A-Za-z0-9_]{1,64}")


class NotSent(RasaException):
    """The messenger refused a call; `reason` is its error code or the failure, never its text."""

    def __init__(self, method: str, reason: str) -> None:
        super().__init__(f"{method} failed: {reason}")
        self.reason = reason


class ApiClient:
    """One messenger's API; connections are kept."""

    def __init__(self, base: str, headers: dict[str, str] | None = None) -> None:
        """Connect lazily; method names are appended to `base`."""
        self._base = base
        self._headers = headers or {}
        self._http: aiohttp.ClientSession | None = None

    async def call(self, method: str, body: dict[str, Any]) -> Any:
        """The answer's JSON; raises :class:`NotSent`.

        Repeated only where the messenger said that it did nothing: that there were too many calls.
        """
        for left in reversed(range(_TRIES)):
            status, answer, pause_s = await self._post(method, body)
            if status != _TOO_MANY:
                break
            if not left or pause_s > _LONGEST_PAUSE_S:
                raise NotSent(method, "rate_limited")
            await asyncio.sleep(pause_s)
        if answer.get("ok") is not True:
            code = str(answer.get("error") or answer.get("error_code") or status)
            raise NotSent(method, code if _CODE.fullmatch(code) else "refused")
        return answer

    async def close(self) -> None:
        """Close the connections."""
        if self._http is not None:
            await self._http.close()
            self._http = None

    async def _post(self, method: str, body: dict[str, Any]) -> tuple[int, dict[str, Any], float]:
        if self._http is None:
            # A proxy of the environment is on the way to the world outside, and NO_PROXY counts.
            self._http = aiohttp.ClientSession(timeout=_TIMEOUT, trust_env=True)
        address = f"{self._base}/{method}"
        try:
            async with self._http.post(
                address, json=body, headers=self._headers, allow_redirects=False
            ) as response:
                answer = await response.json(content_type=None)
                pause = response.headers.get("Retry-After") or _pause_in(answer)
                return response.status, answer if isinstance(answer, dict) else {}, _seconds(pause)
        except (aiohttp.ClientError, asyncio.TimeoutError, ValueError) as error:
            raise NotSent(method, type(error).__name__) from None


def _pause_in(answer: object) -> object:
    parameters = answer.get("parameters") if isinstance(answer, dict) else None
    return parameters.get("retry_after") if isinstance(parameters, dict) else None


def _seconds(pause: object) -> float:
    try:
        return max(0.0, float(str(pause)))
    except ValueError:
        return 1.0
