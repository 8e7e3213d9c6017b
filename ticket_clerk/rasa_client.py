"""Rasa's HTTP API, and the only file that calls it.

The token travels in the URL (``rasa/server.py`` reads nothing else), so no URL of this file may
reach a log or an error.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import requests

from .ticketing.domain.errors import ConversationBusy, RasaUnavailable

# A turn of the conversation holds its lock; an action in it may wait for Stripe.
TIMEOUT_S = 12


class RasaClient:
    """Calls into one Rasa server with its API token."""

    def __init__(self, rasa_url: str, token: str) -> None:
        """Keep a connection pool to ``rasa_url``; connects when first used."""
        self._url = rasa_url
        self._token = token
        self._session = requests.Session()
        # Proxies of the environment are for the world outside; Rasa is a neighbour.
        self._session.trust_env = False

    def execute(self, sender_id: str, action: str, *, channel: str) -> None:
        """Run an action in a conversation and send what it says to the channel.

        Leaves an active form and its question alone. A 200 does not mean that somebody was told:
        Rasa swallows an action's failure; look with :meth:`tracker_events`.

        Raises:
            ConversationBusy: a turn of the conversation is under way, and nothing was done. Only
                a Rasa with one of our channels says so (channels/conversations/busy.py).
            RasaUnavailable: no connection, time-out, or any other answer but 200.
        """
        path = f"/conversations/{quote(sender_id, safe='')}/execute"
        params = {"output_channel": channel, "if_busy": "refuse"}
        self._call("POST", path, params, {"name": action})

    def tracker_events(self, sender_id: str) -> list[dict[str, Any]]:
        """Read everything that was said in a conversation, oldest first.

        Raises:
            RasaUnavailable: as for :meth:`execute`.
        """
        path = f"/conversations/{quote(sender_id, safe='')}/tracker"
        tracker = self._call("GET", path, {"include_events": "ALL"}, None)
        return list(tracker.get("events") or [])

    def note_action(self, sender_id: str, action: str) -> None:
        """Write an action into a conversation as done, without running it.

        Under Rasa's lock, so that no turn of the conversation comes between. As with
        :meth:`execute`, a 200 does not mean that it was stored.

        Raises:
            RasaUnavailable: as for :meth:`execute`.
        """
        path = f"/conversations/{quote(sender_id, safe='')}/tracker/events"
        self._call("POST", path, {}, {"event": "action", "name": action})

    def ping(self) -> None:
        """See whether Rasa answers and knows our token; raises RasaUnavailable."""
        self._call("GET", "/status", {}, None)

    def _call(
        self, method: str, path: str, params: dict[str, str], body: dict[str, str] | None
    ) -> dict[str, Any]:
        try:
            answer = self._session.request(
                method,
                self._url + path,
                params={**params, "token": self._token},
                json=body,
                timeout=TIMEOUT_S,
            )
            content = answer.json() if answer.status_code == requests.codes.ok else None
        except (requests.RequestException, ValueError):
            # The exception's text has the URL in it, and that the token.
            raise RasaUnavailable("Rasa does not answer.") from None
        if answer.status_code == requests.codes.locked:
            raise ConversationBusy("A turn of the conversation is under way.")
        if not isinstance(content, dict):
            raise RasaUnavailable(f"Rasa answered {answer.status_code}.")
        return content
