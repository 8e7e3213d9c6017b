"""Season-ticket conversations: quantities, questions and unpaid orders."""

from __future__ import annotations

import pytest

from tests.flows.form_driver import FormDriver
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import pay
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Order, OrderKind, OrderStatus
from ticket_clerk.ticketing.orders import queries

WISH = "I'd like a lakers season ticket"
INTENT = "subscribe_season_tickets"


@pytest.fixture
def sam(container: Container) -> FormDriver:
    """A buyer's conversation."""
    return FormDriver(container)


def _order(container: Container, sam: FormDriver) -> Order:
    orders = queries.orders_of(container, sam.buyer)
    return next(order for order in orders if order.kind is OrderKind.SUBSCRIPTION)


@pytest.mark.parametrize(
    ("words", "number", "total"),
    [
        (WISH, 1, "$1,500.00 in total"),
        ("I need two season tickets for the lakers", 2, "$3,000.00 in total"),
        ("season tickets for me and my wife", 2, "$3,000.00 in total"),
    ],
)
def test_as_many_as_were_said_are_summed_up_and_ordered(
    container: Container, sam: FormDriver, words: str, number: int, total: str
) -> None:
    """Nobody asks for two and reads the price of one."""
    assert sam.say(words, INTENT) == ["utter_ask_confirm_season"]
    assert f"{number} × Lakers season ticket: $1,500.00 each, {total}" in sam.read_all()

    assert sam.say("yes", "affirm") == ["utter_season_link"]
    assert f"{number} × " in sam.read_all()
    assert total in sam.read_all()
    assert _order(container, sam).quantity == number


def test_how_many_can_be_changed_before_the_yes(container: Container, sam: FormDriver) -> None:
    """What was said last is what is ordered; what can not be is refused and changes nothing."""
    sam.say(WISH, INTENT)

    assert sam.say("no, two") == ["utter_ask_confirm_season"]
    for words, refusal in (
        ("nine", "utter_error_too_many_tickets"),
        ("0", "utter_quantity_too_small"),
        ("1.5", "utter_quantity_not_whole"),
    ):
        assert sam.say(words) == [refusal, "utter_ask_confirm_season"]
    sam.say("yes", "affirm")
    assert _order(container, sam).quantity == 2


@pytest.mark.parametrize(
    ("words", "intent"),
    [
        ("can I cancel any time?", "cancel_order"),
        ("how often do I pay?", "ask_how_to_pay"),
        ("does it renew automatically?", "out_of_scope"),
    ],
)
def test_a_question_that_the_summary_answers_gets_it_again(
    container: Container, sam: FormDriver, words: str, intent: str
) -> None:
    """And ends nothing, whatever the model took it for."""
    sam.say(WISH, INTENT)

    assert sam.say(words, intent) == ["utter_ask_confirm_season"]
    assert sam.say("yes", "affirm") == ["utter_season_link"]


def test_too_dear_is_a_no(container: Container, sam: FormDriver) -> None:
    """Nobody argues about a price."""
    sam.say(WISH, INTENT)

    assert sam.say("that's too expensive", "ask_price") == ["utter_nothing_subscribed"]
    assert not queries.orders_of(container, sam.buyer)


@pytest.mark.parametrize("intent", ["payment_status", INTENT])
def test_one_that_is_not_paid_yet_is_shown_with_its_link(
    container: Container, sam: FormDriver, intent: str
) -> None:
    """It is not "no season ticket"; nor is a second yes."""
    sam.say(WISH, INTENT)
    sam.say("yes", "affirm")
    link = str(_order(container, sam).checkout_url)

    assert sam.say("yes", "affirm") == ["utter_season_order_open"]
    assert sam.say("is my season ticket active?", intent) == ["utter_season_order_open"]
    assert link in sam.read_all()


@pytest.mark.parametrize("intent", ["cancel_order", INTENT])
def test_one_that_is_not_paid_yet_is_canceled_by_asking(
    container: Container, sam: FormDriver, intent: str
) -> None:
    """There is no seat that could be free again."""
    sam.say(WISH, INTENT)
    sam.say("yes", "affirm")

    assert sam.say("cancel my season ticket", intent) == ["utter_ask_cancel_order"]
    assert sam.say("yes", "affirm") == ["utter_season_canceled_now"]
    assert "seats" not in sam.read_all()
    assert _order(container, sam).status is OrderStatus.CANCELED


def test_its_end_is_understood_while_another_one_is_spoken_of(
    container: Container, stripe_wire: StripeWire, sam: FormDriver
) -> None:
    """ "My season ticket" is the one that they have."""
    sam.say(WISH, INTENT)
    sam.say("yes", "affirm")
    pay(container, stripe_wire, _order(container, sam))
    sam.push()
    assert sam.say("cancel my season ticket", INTENT) == ["utter_ask_confirm_season_end"]

    for words in ("what happens to the money?", "when does it end?", "can I get a refund?"):
        assert sam.say(words, "browse_events") == ["utter_ask_confirm_season_end"]
    assert sam.say("ok, end it") == ["utter_season_canceling"]


@pytest.mark.parametrize(
    "words",
    ["do I have a season ticket?", "when does it renew?", "keep my season ticket"],
)
def test_a_buyer_s_own_season_ticket_is_shown_and_no_other_offered(
    container: Container, stripe_wire: StripeWire, sam: FormDriver, words: str
) -> None:
    """Whoever has one asks about that."""
    sam.say(WISH, INTENT)
    sam.say("yes", "affirm")
    pay(container, stripe_wire, _order(container, sam))
    sam.push()

    assert sam.say(words, INTENT) == ["utter_season_is_active"]


@pytest.mark.parametrize("begun", ["season tickets?", WISH])
def test_what_is_included_is_what_a_season_ticket_covers(sam: FormDriver, begun: str) -> None:
    """The list alone, or the summary, told nobody what they asked."""
    sam.say(begun, INTENT)

    assert sam.say("what's included?", "ask_price")[0] == "utter_fact_unknown_to_all"
    assert "what a season ticket covers" in sam.read_all()
    assert sam.active_loop
