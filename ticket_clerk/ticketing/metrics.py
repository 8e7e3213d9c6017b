"""Counts and durations of what this process did, for Prometheus.

What is a state (seats, backlog, money) is not counted here but read from the database when it is
asked for (:mod:`ticket_clerk.ticketing.reports.metrics`). Labels are words of the code's own and
ids of shows: nothing of a buyer, and no more series than the code has words. A counter has a series
for each of its words from the start, at 0: ``increase()`` sees nothing in a series that begins
with its first count, and the first failure would wake nobody.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import product
from time import perf_counter
from typing import TypeVar

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from ticket_clerk.ticketing.domain.models import OrderKind

# The text format of Prometheus, which every scraper reads.
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# Set where several processes answer on one port: each writes there, and whichever is asked adds up.
_SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_SECONDS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

_Metric = TypeVar("_Metric", Counter, Histogram)

# Of our own, so that a host's metrics stay the host's.
_PROCESS = CollectorRegistry()

# Of the worker (worker.py), each of which may end in an error.
LOOPS = (
    "catalog",
    "changes",
    "delivery",
    "expiry",
    "forgetting",
    "handoffs",
    "host",
    "reconciliation",
    "reminders",
    "refunds",
    "retention",
    "waiting",
)


def _with_all(metric: _Metric, *words: Iterable[str]) -> _Metric:
    for values in product(*words):
        metric.labels(*values)
    return metric


ACTION_SECONDS = Histogram(
    "ticket_clerk_action_seconds",
    "How long an action of Rasa's took.",
    ["action"],
    buckets=_SECONDS,
    registry=_PROCESS,
)
ANSWERS = _with_all(
    Counter(
        "ticket_clerk_answers",
        "What became of a buyer's message: answered, asked_again, not_understood, unknown_topic, "
        "refused, error.",
        ["outcome"],
        registry=_PROCESS,
    ),
    ("answered", "asked_again", "not_understood", "unknown_topic", "refused", "error"),
)
PAYMENT_LINKS = _with_all(
    Counter(
        "ticket_clerk_payment_links",
        "Checkout Sessions for orders: made, delayed (Stripe was away), rejected; host_refused, "
        "host_unavailable where a host keeps the seats.",
        ["kind", "outcome"],
        registry=_PROCESS,
    ),
    [kind.value for kind in OrderKind],
    ("made", "delayed", "rejected", "host_refused", "host_unavailable"),
)
WEBHOOK_SECONDS = _with_all(
    Histogram(
        "ticket_clerk_webhook_seconds",
        "From a webhook's body to its answer: stored, refused (signature), failed.",
        ["result"],
        buckets=_SECONDS,
        registry=_PROCESS,
    ),
    ("stored", "refused", "failed"),
)
# Its series are begun where the types are known (events/webhooks.py).
WEBHOOK_EVENTS = Counter(
    "ticket_clerk_webhook_events",
    "Verified events by type and what came of them, those read from Stripe included.",
    ["type", "outcome"],
    registry=_PROCESS,
)
STRIPE_SECONDS = Histogram(
    "ticket_clerk_stripe_request_seconds",
    "Each request to Stripe, repetitions counted by themselves; outcome is the status or "
    "unreachable.",
    ["method", "resource", "outcome"],
    buckets=_SECONDS,
    registry=_PROCESS,
)
DELIVERIES = _with_all(
    Counter(
        "ticket_clerk_deliveries",
        "Tries to bring a notification to its conversation: delivered, put_off, parked.",
        ["outcome"],
        registry=_PROCESS,
    ),
    ("delivered", "put_off", "parked"),
)
DELIVERY_AGE = Histogram(
    "ticket_clerk_delivery_age_seconds",
    "How old a notification was when it was delivered.",
    buckets=(0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 3600.0),
    registry=_PROCESS,
)
WORKER_FAILURES = _with_all(
    Counter(
        "ticket_clerk_worker_failures",
        "Passes of a background loop that ended in an unexpected error.",
        ["loop"],
        registry=_PROCESS,
    ),
    LOOPS,
)


class _Fixed(Collector):
    """Families that were read already, as a collector."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = tuple(families)

    def collect(self) -> Iterable[Metric]:
        return self._families


def write_metrics(states: Iterable[Metric]) -> bytes:
    """Write what was counted and these states, in the text format of Prometheus."""
    stated = CollectorRegistry()
    stated.register(_Fixed(states))
    return bytes(generate_latest(_counted()) + generate_latest(stated))


@contextmanager
def timed(histogram: Histogram) -> Iterator[None]:
    """Observe how long the block takes, also where it raises."""
    started = perf_counter()
    try:
        yield
    finally:
        histogram.observe(perf_counter() - started)


def _counted() -> CollectorRegistry:
    if not os.environ.get(_SHARED_FOLDER):
        return _PROCESS
    # Each scrape reads the files of all processes anew.
    shared = CollectorRegistry()
    MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
    return shared


if not os.environ.get(_SHARED_FOLDER):
    # Memory, CPU time and open files; with several processes there is no one process to tell of.
    ProcessCollector(namespace="ticket_clerk", registry=_PROCESS)
