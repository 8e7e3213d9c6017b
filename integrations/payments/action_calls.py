"""The shape of what Rasa sends to ``POST /webhook``, checked before the SDK takes it apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sanic.exceptions import SanicException
from sanic.request import Request


def is_action_call(request: Request) -> bool:
    """Whether the body is a call that rasa-sdk can work with (``rasa_sdk/executor.py``).

    A compressed body, which Rasa sends when COMPRESS_ACTION_SERVER_REQUEST is set, is the SDK's
    to read.
    """
    if request.headers.get("content-encoding"):
        return True
    try:
        call = request.json
    except (SanicException, ValueError, RecursionError):
        return False
    if not isinstance(call, Mapping) or not isinstance(call.get("next_action"), str):
        return False
    return _is_tracker(call.get("tracker")) and isinstance(call.get("domain", {}), Mapping)


def _is_tracker(tracker: Any) -> bool:
    if not isinstance(tracker, Mapping) or not isinstance(tracker.get("sender_id"), str):
        return False
    mappings = (tracker.get(name) or {} for name in ("slots", "latest_message", "active_loop"))
    return all(isinstance(value, Mapping) for value in mappings) and isinstance(
        tracker.get("events") or [], list
    )
