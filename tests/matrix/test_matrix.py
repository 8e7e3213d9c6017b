"""Told once, in its place: on every channel, every piece of news, wherever the buyer is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.channels.callback_double import CallbackDouble
from tests.channels.slack_double import SlackDouble
from tests.channels.telegram_double import TelegramDouble
from tests.journeys.books import balanced
from tests.journeys.clerk import Clerk
from tests.journeys.terminal import Shell
from tests.matrix.people import KINDS, World
from tests.matrix.play import NEWS, WHERE, Row, play, received_by


@pytest.fixture(scope="module")
def rows(
    tmp_path_factory: pytest.TempPathFactory, slack: SlackDouble, telegram: TelegramDouble
) -> Iterator[list[Row]]:
    """The rows after all scenarios have run."""
    callback = CallbackDouble()
    settings = {**slack.settings, **telegram.settings, "CALLBACK_URL": callback.url}
    clerk = Clerk(tmp_path_factory.mktemp("matrix"), **settings)
    terminal = None
    try:
        clerk.start()
        terminal = Shell(clerk)
        terminal.wait_for("Bot loaded", 300)
        world = World(clerk, terminal, callback, slack, telegram)
        played = play(world)
        terminal = world.terminal
        balanced(clerk)
        yield played
    finally:
        if terminal is not None:
            terminal.close()
        clerk.stop()
        callback.close()


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("news", NEWS)
@pytest.mark.parametrize("channel", KINDS)
def test_it_is_told_once_in_its_place(rows: list[Row], channel: str, news: str, where: str) -> None:
    """By whoever ordered and by nobody else, and their conversation has it once."""
    [row] = [row for row in rows if (row.channel, row.where) == (channel, where)]
    order_id = row.orders[news]

    assert received_by(rows, order_id, news) == [(channel, where)]
    replies = row.person.clerk.replies_to(row.person.sender_id)
    assert sum(order_id in text and NEWS[news] in text for text in replies) == 1
