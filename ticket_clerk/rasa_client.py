"""Rasa's HTTP API, and the only file that calls it.

The token travels in the URL (``rasa/server.py`` reads nothing else), so no URL of this file may
reach a log or an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import requests

from .ticketing.domain.errors import ConversationBusy, RasaUnavailable

# A turn of the conversation holds its lock; an action in it may wait for Stripe.
TIMEOUT_S = 12

LATEST_MESSAGES = 200
"""What buyer and bot said last, as far as :meth:`RasaClient.latest_messages` goes back."""

_MOST_ASKED = 50
# Rasa takes an id as it stands in the address (channels/registry.py mends that where a channel of
# ours runs), so what an address may hold stays as it is: `whatsapp:+15550199`, `ann@example.com`.
_AS_IT_IS = ":@!$&'()*+,;=~"


def _in_address(sender_id: str) -> str:
    return quote(sender_id, safe=_AS_IT_IS)


class _NoSuchRoute(RasaUnavailable):
    """Rasa answered 404."""


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
        Rasa swallows an action's failure; look with :meth:`told_notifications`.

        Raises:
            ConversationBusy: a turn of the conversation is under way, and nothing was done. Only
                a Rasa with one of our channels says so (channels/conversations/busy.py).
            RasaUnavailable: no connection, time-out, or any other answer but 200.
        """
        path = f"/conversations/{_in_address(sender_id)}/execute"
        params = {"output_channel": channel, "if_busy": "refuse"}
        self._call("POST", path, params, {"name": action})

    def latest_messages(self, sender_id: str) -> list[dict[str, Any]]:
        """Read what was said last in a conversation, oldest first: 200 events of buyer and bot.

        Raises:
            RasaUnavailable: as for :meth:`execute`.
        """
        page = self._page(sender_id, "messages", {})
        return self._tracker_events(sender_id) if page is None else list(page["events"])

    def all_events(self, sender_id: str) -> Iterator[dict[str, Any]]:
        """Read every event of a conversation, oldest first, page by page.

        Raises:
            RasaUnavailable: as for :meth:`execute`.
        """
        page = self._page(sender_id, "events", {"after": "0"})
        if page is None:
            yield from self._tracker_events(sender_id)
        while page is not None:
            yield from page["events"]
            after = page["next"]
            page = after and self._page(sender_id, "events", {"after": str(after)})

    def told_notifications(self, sender_id: str, outbox_ids: Sequence[str]) -> set[str]:
        """Find which of these notifications, at most 50, the bot has told in a conversation.

        Raises:
            RasaUnavailable: as for :meth:`execute`.
        """
        asked = list(outbox_ids[:_MOST_ASKED])
        page = self._page(sender_id, "notifications", {"outbox_id": asked})
        if page is not None:
            return set(page["told"])
        told = ((e.get("metadata") or {}).get("outbox_id") for e in self._tracker_events(sender_id))
        return {outbox_id for outbox_id in told if outbox_id in asked}

    def note_action(self, sender_id: str, action: str) -> None:
        """Write an action into a conversation as done, without running it.

        Under Rasa's lock, so that no turn of the conversation comes between. As with
        :meth:`execute`, a 200 does not mean that it was stored.

        Raises:
            ConversationBusy, RasaUnavailable: as for :meth:`execute`.
        """
        path = f"/conversations/{_in_address(sender_id)}/tracker/events"
        self._call("POST", path, {"if_busy": "refuse"}, {"event": "action", "name": action})

    def ping(self) -> None:
        """See whether Rasa answers and knows our token; raises RasaUnavailable."""
        self._call("GET", "/status", {}, None)

    def _page(
        self, sender_id: str, name: str, params: Mapping[str, str | list[str]]
    ) -> dict[str, Any] | None:
        """One page of our own routes; None where Rasa keeps its conversations in another store."""
        path = f"/webhooks/conversations/{_in_address(sender_id)}/{name}"
        try:
            return self._call("GET", path, params, None)
        except _NoSuchRoute:
            return None

    def _tracker_events(self, sender_id: str) -> list[dict[str, Any]]:
        path = f"/conversations/{_in_address(sender_id)}/tracker"
        tracker = self._call("GET", path, {"include_events": "ALL"}, None)
        return list(tracker.get("events") or [])

    def _call(
        self,
        method: str,
        path: str,
        params: Mapping[str, str | list[str]],
        body: dict[str, str] | None,
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
        if answer.status_code == requests.codes.not_found:
            raise _NoSuchRoute("Rasa does not know this address.")
        if not isinstance(content, dict):
            raise RasaUnavailable(f"Rasa answered {answer.status_code}.")
        return content
