"""Validation of the action calls that Rasa sends to ``POST /webhook``, before the SDK sees them."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any

from sanic.request import Request


def is_action_call(request: Request) -> bool:
    """Whether the body is a call that rasa-sdk can work with (``rasa_sdk/executor.py``).

    Rasa sends it deflated when COMPRESS_ACTION_SERVER_REQUEST is set; unpacked it may be as large
    as one that was not.
    """
    try:
        call = json.loads(_unpacked(request))
    except (ValueError, RecursionError, zlib.error):
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


def _unpacked(request: Request) -> bytes:
    body: bytes = request.body
    if request.headers.get("content-encoding") != "deflate":
        return body
    unpacking = zlib.decompressobj()
    unpacked = unpacking.decompress(body, request.app.config.REQUEST_MAX_SIZE)
    if unpacking.unconsumed_tail:
        raise ValueError("it is larger unpacked than a call may be")
    return unpacked
