"""Who asks what other seats would cost and has seats of the same show already."""

from __future__ import annotations

import re

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet

from ticket_clerk.flows.purchase.form import utterance_of
from ticket_clerk.flows.replies import RasaEvents, buyer_of
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.understanding.sections import parse_section
from ticket_clerk.understanding.text import normalize

from .form import FORM, find_show_of, fresh_slots
from .turn import upgradable

_MOVES = re.compile(r"\b(?:instead|mov(?:e|ed|ing)|switch|swap|upgrade\w*|change|sit in)\b")


def begin_seat_change(container: Container, tracker: Tracker) -> RasaEvents:
    """Begin an upgrade for who names another section of the one show that he has paid for.

    Nothing for whoever does not; the upgrade's summary says what it costs.
    """
    text = utterance_of(tracker).text
    if not _MOVES.search(normalize(text)):
        return []
    paid = upgradable(queries.orders_of(container, buyer_of(tracker)), container.now())
    show = find_show_of(container, paid[0]) if len(paid) == 1 else None
    section = parse_section(text, show, asked=False, quantity=1).section if show else None
    if section is None or section.id == paid[0].section_id:
        return []
    return [*fresh_slots(), SlotSet("upgrade_order", paid[0].id), FollowupAction(FORM)]
