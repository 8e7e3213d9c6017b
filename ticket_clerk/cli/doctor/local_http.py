"""HTTP requests to the clerk's own services."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests

TIMEOUT_S = 5.0


def local_session() -> requests.Session:
    """Open a session that goes through no proxy: all addresses are this machine's."""
    http = requests.Session()
    http.trust_env = False
    return http


def content(answer: requests.Response) -> Mapping[str, Any]:
    """Read an answer's JSON object; empty if it is none, as of a program that is not ours."""
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
