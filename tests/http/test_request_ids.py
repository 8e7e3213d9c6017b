"""The id of a request: in its refusal, and in each line that the log has of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.servers import payments_process

pytestmark = pytest.mark.live


def _refused_id(answer: requests.Response) -> str:
    return str(answer.json()["error"]["request_id"])


def _lines(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]


def test_a_refusal_leads_to_its_lines_in_the_log(tmp_path: Path) -> None:
    """Also of the second request of a connection, and of one that no route is there for."""
    with payments_process(tmp_path, LOG_FORMAT="json") as (url, _), requests.Session() as client:
        refused = [
            _refused_id(client.post(f"{url}/payments/webhook", data=b"{}", timeout=60))
            for _ in range(2)
        ]
        elsewhere = _refused_id(client.get(f"{url}/payments/nowhere", timeout=60))

    logged = [
        line["request_id"]
        for line in _lines(tmp_path / "server.log")
        if line["event"] == "payments.webhook.refused"
    ]
    assert logged == refused
    assert len({*refused, elsewhere}) == 3
