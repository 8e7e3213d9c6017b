"""``make bench PART=webhook``: figures beside those of a floor, as one line of JSON at the end."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

from . import crowd, desk, growth, notifications, start, turns, webhook

PARTS: dict[str, Callable[[], dict[str, Any]]] = {
    "webhook": webhook.beside_floor,
    "djstripe": webhook.beside_djstripe,
    "processes": webhook.processes,
    "crowd": webhook.crowd,
    "rush": crowd.rush,
    "turns": turns.main,
    "conversations": crowd.conversations,
    "paid": notifications.paid,
    "backlog": notifications.backlog,
    "growth": growth.main,
    "desk": desk.main,
    "start": start.main,
}
# Trains two bots, or writes a year of sales twice: minutes, by name only.
LONG = ("desk", "start")


def main(names: list[str]) -> None:
    """Measure the parts that are named, or all but the long ones."""
    print(json.dumps({name: PARTS[name]() for name in names or PARTS if names or name not in LONG}))


if __name__ == "__main__":
    main(sys.argv[1:])
