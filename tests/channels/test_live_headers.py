"""Secrets in headers, as bytes that are no text."""

from __future__ import annotations

import time

import pytest
import requests

from tests.channels.rasa_process import RasaProcess

BYTES = b"v0=\xff\xfe"
CASES = {
    "telegram/webhook": ("POST", "X-Telegram-Bot-Api-Secret-Token", BYTES, 401),
    "slack/webhook": ("POST", "X-Slack-Signature", BYTES, 401),
    "rest/messages?sender=ann": ("GET", "Authorization", b"Bearer " + BYTES, 401),
    "web/events": ("GET", "Cookie", b"clerk_session=web-\xff." + BYTES, 403),
    "web/": ("GET", "Cookie", b"clerk_session=web-1." + BYTES, 200),
}


@pytest.mark.parametrize("path", CASES)
def test_bytes_that_are_not_utf_8_are_a_wrong_secret(rasa: RasaProcess, path: str) -> None:
    """They are refused like any other, or begin a new session; never an error of the server."""
    method, header, value, status = CASES[path]
    headers = {header: value, "X-Slack-Request-Timestamp": str(int(time.time()))}
    address = f"{rasa.url}/webhooks/{path}"
    before = _tracebacks(rasa)

    answer = requests.request(method, address, headers=headers, data=b"{}", timeout=60)

    assert answer.status_code == status
    assert _tracebacks(rasa) == before


def _tracebacks(rasa: RasaProcess) -> int:
    return (rasa.var / "rasa.log").read_text(errors="replace").count("Traceback")
