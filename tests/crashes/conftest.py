"""A stage for stories, with an action server that a test may take a protection out of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.crashes.story import Story, stage
from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from ticket_clerk.ticketing.container import Container


@pytest.fixture
def make_story(
    container: Container, stripe_wire: StripeWire, clock: MovableClock, tmp_path: Path
) -> Iterator[Callable[..., Story]]:
    """Set everything up with nothing begun; ``mutant`` names the protection to take out.

    With a host, that keeps the seats itself.
    """
    with ExitStack() as stack:

        def make(mutant: str = "", has_host: bool = False) -> Story:
            return stack.enter_context(
                stage(container, stripe_wire, clock, tmp_path, mutant, has_host)
            )

        yield make
