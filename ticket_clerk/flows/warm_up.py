"""Loads what the understanding needs, or computes it where it was not kept.

``python -m ticket_clerk.flows.warm_up SHOWS_FILE`` does so after training, for a catalog with the
topics of that file and for one without, so that no server has to: it takes most of a minute.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from itertools import product
from pathlib import Path

from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.catalog.shows_file import read_shows_file
from ticket_clerk.ticketing.container import get_container
from ticket_clerk.ticketing.domain.facts import FreeTopic
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.understanding.intents import intent_scores
from ticket_clerk.understanding.language import LOADED, speaking
from ticket_clerk.understanding.topics import topic_index

log = get_logger(__name__)


def warm_up() -> None:
    """Load it for the catalog on sale, so that the first buyer does not wait for it."""
    try:
        _load([queries.catalog(get_container()).facts.topics])
    except Exception as exc:  # The first message meets the same trouble, and is answered.
        log.warning("flows.warm_up.failed", cause=type(exc).__name__)


def prepare(shows: Path) -> None:
    """Compute what is kept beside the models, also for the topics of a shows file that is there.

    It takes a minute or two the first time, and a second from then on. Safe to repeat.
    """
    own = [read_shows_file(shows).facts.topics] if shows.is_file() else []
    _load([(), *own])


def _load(catalogs: Iterable[tuple[FreeTopic, ...]]) -> None:
    for language, own_topics in product(LOADED, catalogs):
        with speaking(language.code):
            intent_scores("")
        topic_index(own_topics).load(language.code)


if __name__ == "__main__":
    prepare(Path(sys.argv[1]))
