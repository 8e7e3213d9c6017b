"""What is known of extras: "what does parking cost?" where a show sells it beside its seats."""

from __future__ import annotations

from collections.abc import Iterable

from ticket_clerk.languages.topics import Topic
from ticket_clerk.ticketing.domain.facts import Place
from ticket_clerk.ticketing.domain.models import Extra, Show
from ticket_clerk.understanding.language import spoken
from ticket_clerk.understanding.payments.extras import names_extra, names_of

from ..replies import Reply, amount_text
from ..show_lists import LONGEST_LIST
from ..turn import Turn


def extra_replies(turn: Turn, topic: Topic, shows: Iterable[Show]) -> list[Reply]:
    """Say what the extras of these shows cost that a topic is about, by its words."""
    words = (topic.id, *topic.mentions)
    sold = [
        _reply(turn, show, extra)
        for show in shows
        for extra in show.extras
        if any(name.startswith(words) for name in names_of(extra))
    ]
    return sold[:LONGEST_LIST]


def named_extra_replies(turn: Turn, shows: Iterable[Show]) -> list[Reply]:
    """Say what the extras of these shows cost that the utterance names."""
    sold = [
        _reply(turn, show, extra)
        for show in shows
        for extra in show.extras
        if names_extra(turn.text, extra)
    ]
    return sold[:LONGEST_LIST]


def _reply(turn: Turn, show: Show, extra: Extra) -> Reply:
    said = turn.catalog.facts.find(*Place.of_extra(show.id, extra.id), spoken().code)
    values = {
        "extra": extra.name,
        "show": show.name,
        "price": amount_text(extra.unit_amount, show.currency),
        "description": f" ({said})" if said else "",
    }
    return Reply("utter_about_extra" if extra.has(1) else "utter_about_extra_sold_out", values)
