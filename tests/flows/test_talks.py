"""How many conversations there were a day, and how far they came."""

from __future__ import annotations

import pytest

from tests.flows.form_driver import FormDriver
from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import pay
from ticket_clerk.flows.progress import new_stages
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.desk.overview import read_overview
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.reports.counts import TalkStage, count_talk

MONDAY, TUESDAY = 1790000000.0, 1790000000.0 + 86400
TALKED, LINKED = TalkStage.TALKED, TalkStage.LINKED
LINK = "utter_checkout_link"


def _counted(container: Container) -> tuple[int, int, int]:
    total = read_overview(container, 7).total
    return total.talked, total.linked, total.paid


def test_a_conversation_counts_once_for_each_stage_that_it_comes_to(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Two who talk, one of them with two links, who pays both: told by push, which is no talk."""
    bea, sam = FormDriver(container, sender_id="bea"), FormDriver(container)
    bea.say("what's on?", "browse_events")
    for _ in range(2):
        sam.say("lakers, section 101, 2 tickets", "buy_tickets")
    assert _counted(container) == (2, 0, 0)
    sam.say("yes", "affirm")
    sam.say("1 for swan lake matinee", "buy_tickets")
    sam.say("yes", "affirm")
    orders = queries.orders_of(container, sam.buyer)
    assert (len(orders), _counted(container)) == (2, (2, 1, 0))

    for order in orders:
        pay(container, stripe_wire, order)
        assert sam.push() == ["utter_payment_confirmed"]
    assert _counted(container) == (2, 1, 1)
    overview = read_overview(container, 7)
    assert (overview.talks_paid, overview.periods[-1].talked) == (50.0, 2)


def test_the_days_are_told_apart(container: Container, clock: MovableClock) -> None:
    """And added up to weeks, as money is."""
    count_talk(container, [TALKED, LINKED])
    clock.move(days=3)
    count_talk(container, [TALKED])

    assert [day.talked for day in read_overview(container, 7).periods] == [0, 0, 0, 1, 0, 0, 1]
    assert sum(week.linked for week in read_overview(container, 90).periods) == 1


@pytest.mark.parametrize(
    ("before", "said", "stages"),
    [
        ([], [None], [TALKED]),
        ([("action", "action_of_a_host")], ["utter_checkout_link"], [TALKED, LINKED]),
        ([("action", "action_respond")], ["utter_checkout_link"], [LINKED]),
        ([("action", "action_respond"), ("bot", "utter_season_link")], ["utter_upgrade_link"], []),
        ([("action", "action_respond"), ("bot", "utter_checkout_link")], ["utter_greet"], []),
    ],
)
def test_a_stage_is_new_if_the_day_has_none_of_it(
    before: list[tuple[str, str]], said: list[str | None], stages: list[TalkStage]
) -> None:
    """What was yesterday counts for yesterday, and a host's own actions for nothing."""
    earlier = [_event(kind, name, TUESDAY) for kind, name in before]
    user = {"event": "user", "timestamp": TUESDAY + 1}
    yesterday = [_event("action", "action_respond", MONDAY), _event("bot", LINK, MONDAY)]

    found = new_stages(
        [*yesterday, *earlier, user], said, is_answer=True, is_ours=lambda n: n == "action_respond"
    )
    assert found == stages


def _event(kind: str, name: str, at: float) -> dict[str, object]:
    return {"event": kind, "name": name, "timestamp": at, "metadata": {"utter_action": name}}
