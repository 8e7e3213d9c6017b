"""A purchase in the terminal: nothing can be pushed there, so the next message brings the news."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.journeys.buyers import LINK, ORDER, pay
from tests.journeys.clerk import Clerk, wait_until
from tests.journeys.terminal import Terminal


@pytest.fixture
def terminal(clerk: Clerk) -> Iterator[Terminal]:
    """A terminal whose bot is loaded."""
    terminal = Terminal(clerk)
    yield terminal
    terminal.close()


def test_a_purchase_in_the_terminal(clerk: Clerk, terminal: Terminal) -> None:
    """Buttons are chosen with Enter; after paying, any words bring the confirmation."""
    terminal.wait_for("Bot loaded")
    terminal.wait_for("Your input")
    terminal.press("I'd like to buy 2 tickets for the Lakers game")
    terminal.wait_for("Section 201")
    terminal.wait_for("Type out your own message")
    terminal.press("")
    terminal.wait_for("in total")
    terminal.wait_for("Type out your own message")
    terminal.press("")
    link = terminal.wait_for(LINK.pattern)[0]
    order_id = terminal.wait_for(ORDER.pattern)[0]
    pay(link)
    wait_until(lambda: clerk.order(order_id)["status"] == "paid", "the order to be paid")
    terminal.wait_for("Your input")

    terminal.press("/affirm")

    terminal.wait_for(f"{order_id} is confirmed")
    terminal.wait_for("Your input")
    terminal.press("/stop")
    assert terminal.process.wait(20) == 0
    assert clerk.order(order_id)["channel"] == "cmdline"
