"""Asks a host's catalog for seats where it keeps them itself: ``reserve`` and ``release``."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from .source import CatalogSource

# A buyer waits for the answer; so long, and the host counts as away.
PATIENCE_S = 4.0
# Calls that never return end no thread: so many of them, and the host counts as away, too.
_CALLS_AT_ONCE = threading.BoundedSemaphore(8)
_Answer = TypeVar("_Answer")


def keeps_seats(source: CatalogSource) -> bool:
    """Whether the source sets seats aside itself, and so has to be asked for each order."""
    return callable(getattr(source, "reserve", None))


def reserve(
    source: CatalogSource, order_id: str, *, show_id: str, section_id: str | None, quantity: int
) -> bool:
    """Ask for an order's seats; True if they are set aside. Safe to repeat.

    Raises whatever the host's code does, and TimeoutError. They may be set aside then.
    """
    ask: Any = source.reserve  # type: ignore[attr-defined]  # keeps_seats() was asked
    return bool(within_patience(ask, order_id, show_id, section_id, quantity))


def release(source: CatalogSource, order_id: str, *, keep: int) -> None:
    """Say that an order needs no more than ``keep`` of its seats. Safe to repeat.

    Raises as :func:`reserve`.
    """
    tell: Any = source.release  # type: ignore[attr-defined]  # whoever has reserve() has it
    within_patience(tell, order_id, keep)


def within_patience(function: Callable[..., _Answer], *arguments: Any) -> _Answer:
    """Call a host's function in a thread of its own; raises TimeoutError where it takes too long.

    Python can't end a call. One that is given up goes on, and so may still do what it was to do.
    """
    if not _CALLS_AT_ONCE.acquire(timeout=PATIENCE_S):
        raise TimeoutError
    answers: SimpleQueue[tuple[_Answer | None, Exception | None]] = SimpleQueue()

    def call() -> None:
        try:
            answers.put((function(*arguments), None))
        except Exception as exc:  # the host's own code, which may raise anything
            answers.put((None, exc))
        finally:
            _CALLS_AT_ONCE.release()

    threading.Thread(target=call, name="payments-host", daemon=True).start()
    try:
        answer, failure = answers.get(timeout=PATIENCE_S)
    except Empty:
        raise TimeoutError from None
    if failure is not None:
        raise failure
    return answer  # type: ignore[return-value]  # what the function gave
