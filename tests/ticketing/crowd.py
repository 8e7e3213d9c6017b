"""One process of a crowd: ``python -m tests.ticketing.crowd NAME BUYERS THREADS``.

Reads DATABASE_URL and STRIPE_API_BASE as every process does, waits for a line on standard input,
lets its buyers try for one seat each, and prints how many of them ended how.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from ticket_clerk.ticketing.container import Container, build_container
from ticket_clerk.ticketing.domain.errors import PaymentError
from ticket_clerk.ticketing.domain.models import Buyer
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.ticketing.settings import Settings

SHOW, SECTION = "lakers-warriors", "101"


def try_to_buy(container: Container, name: str, tries: int = 5) -> str:
    """Order one seat; returns the order's status, or the code of what stood against it.

    Who is told that it may be tried again, on a busy machine, does so.
    """
    try:
        order = start_checkout(
            container, Buyer("rest", name), show_id=SHOW, section_id=SECTION, quantity=1
        )
    except PaymentError as exc:
        return try_to_buy(container, name, tries - 1) if exc.retry_safe and tries > 1 else exc.code
    return order.status.value


def crowd(container: Container, name: str, buyers: int, threads: int) -> Counter[str]:
    """Let so many buyers try at once; returns how many ended in what."""
    names = [f"{name}-{number}" for number in range(buyers)]
    with ThreadPoolExecutor(max_workers=threads) as pool:
        return Counter(pool.map(lambda buyer: try_to_buy(container, buyer), names))


if __name__ == "__main__":
    name, buyers, threads = sys.argv[1:]
    container = build_container(Settings.from_env(os.environ))
    print("ready", flush=True)
    sys.stdin.readline()
    print(json.dumps(crowd(container, name, int(buyers), int(threads))), flush=True)
