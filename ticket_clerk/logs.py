"""Log lines as JSON, an object a line, for whoever collects them.

Our lines are a dotted name and ``key=value`` pairs; here the name is ``event`` and each pair a
field, so that what looks for either finds it in both forms.
"""

from __future__ import annotations

import json
import logging
import re
from datetime import datetime, timezone
from typing import Any

FORMATS = ("text", "json")
_OURS = re.compile(r"([a-z_]+(?:\.[a-z_]+)+)(?: (.*))?", re.DOTALL)
_FIELD = re.compile(r"(\w+)=(.*?)(?= \w+=|$)", re.DOTALL)


def use_format(name: str) -> None:
    """Write this process's lines as JSON from now on; ``text`` leaves them as they are."""
    if name == "json":
        for handler in logging.getLogger().handlers:
            handler.setFormatter(JsonFormatter())


class JsonFormatter(logging.Formatter):
    """Writes ``time`` (ISO 8601, UTC), ``level``, ``logger``, ``event`` and the line's fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record; a line of somebody else's is its ``event`` as a whole."""
        line = {
            **_fields(record.getMessage()),
            "time": datetime.fromtimestamp(record.created, timezone.utc).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def _fields(message: str) -> dict[str, Any]:
    parts = _OURS.fullmatch(message)
    if parts is None:
        return {"event": message}
    event, rest = parts[1], parts[2] or ""
    fields = {name: None if value == "None" else value for name, value in _FIELD.findall(rest)}
    text = _FIELD.sub("", rest).strip()
    return {**fields, "event": event, **({"text": text} if text else {})}
