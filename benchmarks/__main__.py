"""``make bench PART=webhook``: figures beside those of a floor, as one line of JSON at the end."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

from . import desk, growth, turns, webhook

PARTS: dict[str, Callable[[], dict[str, Any]]] = {
    "webhook": webhook.beside_floor,
    "crowd": webhook.crowd,
    "turns": turns.main,
    "growth": growth.main,
    "desk": desk.main,
}


def main(names: list[str]) -> None:
    """Measure the parts that are named, or all."""
    print(json.dumps({name: PARTS[name]() for name in names or PARTS}))


if __name__ == "__main__":
    main(sys.argv[1:])
