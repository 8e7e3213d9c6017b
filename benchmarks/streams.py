"""CPU of silent chat pages: ``python -m benchmarks.streams`` prints a line for each number of them.

The product's own streams follow conversations in a SQLite store, in this process; nobody writes.
Beside each number stands what it costs where every stream looks once a second.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from pathlib import Path

from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered

from ticket_clerk.channels.conversations.store import ConversationStore
from ticket_clerk.channels.web.streams import POLL_S, Streams


class _EverySecond(Streams):
    def poll_s(self) -> float:
        return POLL_S


def main() -> None:
    """Measure and print percent of one core."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=15.0)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory(prefix="streams-") as folder:
        store = ConversationStore(domain=Domain.empty(), db=f"{folder}/trackers.db")
        for count in (0, 40, 200, 600):
            asyncio.run(_begin(store, count))
            found = {
                "streams": count,
                "percent": _percent(store, Streams(), count, seconds),
                "percent_every_second": _percent(store, _EverySecond(), count, seconds),
                "bytes": sum(path.stat().st_size for path in Path(folder).iterdir()),
            }
            print(json.dumps(found), flush=True)


async def _begin(store: ConversationStore, count: int) -> None:
    for number in range(count):
        tracker = await store.get_or_create_tracker(f"web-{number}", append_action_listen=False)
        tracker.update(BotUttered("hello"))
        await store.save(tracker)


def _percent(store: ConversationStore, streams: Streams, count: int, seconds: float) -> float:
    """Percent of a core that the process takes while the pages are open and silent."""

    async def send(_text: str) -> None:
        pass

    async def stay() -> float:
        following = [
            asyncio.ensure_future(streams.follow(store, f"web-{number}", 0, send))
            for number in range(count)
        ]
        await asyncio.sleep(3)  # until all have read the beginning
        began = time.process_time()
        await asyncio.sleep(seconds)
        taken = time.process_time() - began
        streams.close()
        await asyncio.gather(*following)
        return taken

    return round(100 * asyncio.run(stay()) / seconds, 1)


if __name__ == "__main__":
    main()
