"""Slack on loopback: chat.postMessage with Block Kit's rules, and events and presses, signed.

Written from https://api.slack.com/methods/chat.postMessage, …/reference/block-kit and
…/apis/events-api.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import re
import secrets
import time
from typing import Any
from urllib.parse import urlencode

import requests

from tests.channels.messenger_double import Answer, MessengerDouble, require
from tests.waiting import wait_until

BOT = "U0BOT"
TEAM = "T0TEAM"
TOKEN = "xoxb-of-the-tests"
SECRET = "signing-secret-of-the-tests"
_COUNTER = itertools.count(1)


class SlackDouble(MessengerDouble):
    """Slack API double: valid calls are in `calls`, invalid ones in `refused`."""

    may_read = True

    def __init__(self, host: str = "127.0.0.1") -> None:
        """Start at once, on a free port."""
        super().__init__(host)
        self._by_ts: dict[str, dict[str, Any]] = {}

    @property
    def settings(self) -> dict[str, str]:
        """Settings that enable the channel."""
        return {
            "SLACK_BOT_TOKEN": TOKEN,
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_API_BASE": f"{self.url}/api",
        }

    def answer(self, path: str, headers: Any, body: dict[str, Any]) -> Answer:
        """Take a post, or raise Invalid with Slack's code."""
        require(headers["Authorization"] == f"Bearer {TOKEN}", "invalid_auth")
        if path in {"/api/conversations.history", "/api/conversations.replies"}:
            return 200, {"ok": True, "messages": self._read(path, body)}
        require(path == "/api/chat.postMessage", "unknown_method")
        require(set(body.get("metadata") or ()) in (set(), {"event_type", "event_payload"}), "no")
        require(re.fullmatch(r"[CDG][A-Z0-9]+", body.get("channel") or ""), "channel_not_found")
        require("thread_ts" not in body or is_ts(body["thread_ts"]), "invalid_thread_ts")
        require(body.get("text") or body.get("blocks"), "no_text")
        require(len(body.get("text", "")) <= 40_000, "msg_too_long")
        check_blocks(body.get("blocks", []))
        ts = new_ts()
        self._by_ts[ts] = body
        self.calls.append((path, body))
        return 200, {"ok": True, "channel": body["channel"], "ts": ts}

    def _read(self, path: str, body: dict[str, Any]) -> list[dict[str, Any]]:
        require(self.may_read, "missing_scope")
        require(path.endswith("replies") == ("ts" in body), "invalid_arguments")
        shown = {"text", "metadata"} if body.get("include_all_metadata") else {"text"}
        require(is_ts(body["oldest"]), "invalid_ts_oldest")
        place = self.posts(body["channel"], body.get("ts"))
        since = [post for ts, post in self._by_ts.items() if float(ts) > float(body["oldest"])]
        posts = [post for post in since if post in place][: body["limit"]]
        return [{key: post[key] for key in shown & set(post)} for post in posts]

    def lengthen(self, channel: str, thread: str | None, posts: int) -> None:
        """Fill a place with posts of an hour ago."""
        then = int(time.time()) - 3600
        for number in range(posts):
            body = {"channel": channel, "text": "Of old."} | (
                {"thread_ts": thread} if thread else {}
            )
            self.calls.append(("/api/chat.postMessage", body))
            self._by_ts[f"{then}.{number:06d}"] = body

    def refuse(self, code: str) -> Answer:
        """Slack says no with 200."""
        return 200, {"ok": False, "error": code}

    def posts(self, channel: str, thread: str | None = None) -> list[dict[str, Any]]:
        """Return the posts in a thread, or outside of any."""
        return [
            body
            for _path, body in list(self.calls)
            if body["channel"] == channel and body.get("thread_ts") == thread
        ]

    def texts(self, channel: str, thread: str | None = None) -> list[str]:
        """The words of these posts."""
        return [post["text"] for post in self.posts(channel, thread)]

    def wait_for(self, channel: str, thread: str | None, count: int) -> list[str]:
        """The words, once there are so many posts."""
        return wait_until(
            lambda: (t := self.texts(channel, thread)) and len(t) >= count and t,
            f"{count} posts in {channel} {thread}",
        )


class Person:
    """A Slack user of a clerk; in a direct message unless a channel is named."""

    def __init__(self, rasa_url: str, channel: str | None = None) -> None:
        """Be new: with ids that nobody else has."""
        name = secrets.token_hex(4).upper()
        self.user, self.channel = f"U{name}", channel or f"D{name}"
        self.is_direct = channel is None
        self._address = f"{rasa_url}/webhooks/slack/webhook"

    def message(self, text: str, /, **changes: Any) -> dict[str, Any]:
        """The body of an event: a direct message, or a mention in a channel."""
        event = {
            "type": "message" if self.is_direct else "app_mention",
            "user": self.user,
            "text": text if self.is_direct else f"<@{BOT}> {text}",
            "ts": new_ts(),
            "channel": self.channel,
            **({"channel_type": "im"} if self.is_direct else {}),
            **changes,
        }
        return {
            "type": "event_callback",
            "team_id": TEAM,
            "api_app_id": "A0APP",
            "event": {key: value for key, value in event.items() if value is not None},
            "event_id": f"Ev{next(_COUNTER):010d}",
            "event_time": int(time.time()),
            "authorizations": [{"team_id": TEAM, "user_id": BOT, "is_bot": True}],
        }

    def say(self, text: str, /, **changes: Any) -> dict[str, Any]:
        """Send a message; returns the event's body, to be sent again."""
        body = self.message(text, **changes)
        assert self.send(body).status_code == 200
        return body

    def press(self, post: dict[str, Any], title: str, **changes: Any) -> None:
        """Press a button of a post."""
        rows = [block["elements"] for block in post["blocks"] if block["type"] == "actions"]
        [button] = [b for row in rows for b in row if b["text"]["text"] == title]
        payload = {
            "type": "block_actions",
            "user": {"id": self.user, "team_id": TEAM},
            "team": {"id": TEAM},
            "channel": {"id": post["channel"]},
            "message": {"ts": new_ts(), "thread_ts": post.get("thread_ts"), "bot_id": "B0BOT"},
            "trigger_id": f"13345224609.{next(_COUNTER)}.8088930838d88f008e0",
            "actions": [{**button, "action_ts": new_ts(), "type": "button"}],
            **changes,
        }
        form = urlencode({"payload": json.dumps(payload)}).encode()
        answer = self.post(form, content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 200, answer.status_code

    def send(self, body: Any, **changes: Any) -> requests.Response:
        """Send an event's body as Slack does."""
        return self.post(json.dumps(body).encode(), **changes)

    def post(
        self,
        body: bytes,
        *,
        content_type: str = "application/json",
        age_s: float = 0,
        secret: str = SECRET,
        headers: dict[str, str] | None = None,
    ) -> requests.Response:
        """Send anything, signed."""
        timestamp = str(int(time.time() - age_s))
        signed = {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": sign(secret, timestamp, body),
        }
        return requests.post(
            self._address, data=body, headers={**signed, **(headers or {})}, timeout=60
        )


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Compute the X-Slack-Signature of a body."""
    text = f"v0:{timestamp}:".encode() + body
    return "v0=" + hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def new_ts() -> str:
    """A message's timestamp, which is its name in its channel."""
    return f"{int(time.time())}.{next(_COUNTER):06d}"


def is_ts(value: object) -> bool:
    """Return whether a value has the form of a message's timestamp."""
    return isinstance(value, str) and re.fullmatch(r"\d+\.\d{6}", value) is not None


def check_blocks(blocks: list[dict[str, Any]]) -> None:
    """Raise Invalid unless Slack would take these blocks."""
    require(len(blocks) <= 50, "invalid_blocks")
    action_ids = []
    for block in blocks:
        require(block["type"] in {"section", "actions", "image"}, "invalid_blocks")
        if block["type"] == "image":
            require(set(block) == {"type", "image_url", "alt_text"}, "invalid_blocks")
            require(len(block["image_url"]) <= 3000, "invalid_blocks")
            require(1 <= len(block["alt_text"]) <= 2000, "invalid_blocks")
            continue
        if block["type"] == "section":
            check_text(block["text"], 3000)
        else:
            require(1 <= len(block["elements"]) <= 25, "invalid_blocks")
            action_ids += [check_button(button) for button in block["elements"]]
    require(len(action_ids) == len(set(action_ids)), "invalid_blocks")


def check_button(button: dict[str, Any]) -> str:
    """Raise Invalid unless it is a button; returns its action id."""
    known = {"type", "text", "action_id", "url", "value", "style"}
    require(button["type"] == "button" and set(button) <= known, "invalid_blocks")
    require(button["text"]["type"] == "plain_text", "invalid_blocks")
    check_text(button["text"], 75)
    require(1 <= len(button["action_id"]) <= 255, "invalid_blocks")
    require(len(button.get("value", "")) <= 2000, "invalid_blocks")
    require(len(button.get("url", "")) <= 3000, "invalid_blocks")
    require(button.get("style", "primary") in {"primary", "danger"}, "invalid_blocks")
    return str(button["action_id"])


def check_text(text: dict[str, Any], longest: int) -> None:
    """Raise Invalid unless it is a text object of at most so many characters."""
    is_plain = text["type"] == "plain_text"
    require(is_plain or text["type"] == "mrkdwn", "invalid_blocks")
    known = {"type", "text", "emoji"} if is_plain else {"type", "text", "verbatim"}
    require(set(text) <= known and 1 <= len(text["text"]) <= longest, "invalid_blocks")
