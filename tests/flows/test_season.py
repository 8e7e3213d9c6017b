"""Season tickets in the chat: subscribed to, asked about, ended with the time that is paid."""

from __future__ import annotations

import pytest

from tests.flows.form_driver import FormDriver
from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import pay, receive_all
from tests.ticketing.seasons import pass_time
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Order, OrderKind, OrderStatus
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.subscriptions.season_tickets import subscription_of

WISH = "I'd like a lakers season ticket"
INTENT = "subscribe_season_tickets"


@pytest.fixture
def sam(container: Container) -> FormDriver:
    """A buyer's conversation."""
    return FormDriver(container)


def _orders(container: Container, sam: FormDriver) -> list[Order]:
    return [o for o in queries.orders_of(container, sam.buyer) if o.kind is OrderKind.SUBSCRIPTION]


@pytest.fixture
def season(container: Container, stripe_wire: StripeWire, sam: FormDriver) -> Order:
    """A paid season ticket, confirmed to the buyer."""
    sam.say(WISH, INTENT)
    sam.say("yes", "affirm")
    order = pay(container, stripe_wire, _orders(container, sam)[0])
    assert sam.push() == ["utter_season_confirmed"]
    return order


def test_price_and_renewal_are_said_before_the_yes_and_the_link_after_it(
    container: Container, stripe_wire: StripeWire, sam: FormDriver
) -> None:
    """What, how much, how often, and that it goes on until it is ended."""
    assert sam.say(WISH, INTENT) == ["utter_ask_confirm_season"]
    assert "until you end it" in sam.read_all()
    assert not _orders(container, sam)

    assert sam.say("yes", "affirm") == ["utter_season_link"]
    (order,) = _orders(container, sam)
    assert order.id in sam.read_all()
    assert str(order.checkout_url) in sam.read_all()

    pay(container, stripe_wire, order)
    assert sam.push() == ["utter_season_confirmed"]
    assert "confirmed" in sam.read_all()
    assert sam.push() == []


@pytest.mark.parametrize("words", ["no", "never mind", "stop"])
def test_a_no_orders_nothing(container: Container, sam: FormDriver, words: str) -> None:
    """And the form is over."""
    sam.say(WISH, INTENT)

    assert sam.say(words, "deny" if words == "no" else "inform") == ["utter_nothing_subscribed"]
    assert (_orders(container, sam), sam.active_loop) == ([], {})


def test_a_question_or_a_command_in_the_middle_orders_nothing(
    container: Container, sam: FormDriver
) -> None:
    """The question is answered; the command is text."""
    sam.say(WISH, INTENT)

    assert sam.say("how do I pay?", "ask_how_to_pay") == [
        "utter_how_to_pay",
        "utter_ask_confirm_season",
    ]
    assert sam.say("/affirm", "affirm")[0] == "utter_not_understood_in_season"
    assert not _orders(container, sam)


def test_who_has_one_is_not_sold_another(
    container: Container, sam: FormDriver, season: Order
) -> None:
    """They are told its number at once, whether they name it or pick it from the list."""
    assert sam.say(WISH, INTENT) == ["utter_already_subscribed"]
    assert season.id in sam.read_all()

    sam.say("season tickets", INTENT)
    assert sam.active_loop == {}


@pytest.mark.parametrize(
    ("words", "intent"),
    [("is my season ticket active?", "payment_status"), ("is my season ticket active?", INTENT)],
)
def test_how_it_stands_is_told_whatever_the_model_took_the_question_for(
    container: Container, sam: FormDriver, season: Order, words: str, intent: str
) -> None:
    """Active, and until when."""
    assert sam.say(words, intent) == ["utter_season_is_active"]


def test_who_has_none_is_told_so(sam: FormDriver) -> None:
    """And how to get one."""
    assert sam.say("is my season ticket active?", "payment_status") == ["utter_no_season_ticket"]
    assert sam.say("cancel my season ticket", INTENT) == ["utter_no_season_ticket"]


@pytest.mark.parametrize("intent", ["cancel_order", INTENT])
def test_it_is_ended_with_the_time_that_is_paid_and_told_once(
    container: Container, stripe_wire: StripeWire, sam: FormDriver, season: Order, intent: str
) -> None:
    """Asked, agreed to, said; the events that follow bring nothing new."""
    assert sam.say("cancel my season ticket", intent) == ["utter_ask_confirm_season_end"]
    assert season.id in sam.read_all()

    assert sam.say("yes", "affirm") == ["utter_season_canceling"]
    receive_all(container, stripe_wire)
    assert sam.push() == []
    subscription = subscription_of(container, season.id)
    assert subscription is not None
    assert subscription.cancel_at_period_end
    assert sam.say("is my season ticket active?", "payment_status") == ["utter_season_is_ending"]
    assert sam.say("cancel my season ticket", intent) == ["utter_season_is_ending"]


@pytest.mark.parametrize("words", ["no", "never mind", "keep it"])
def test_a_no_to_its_end_lets_it_go_on(
    container: Container, sam: FormDriver, season: Order, words: str
) -> None:
    """Nothing is asked of Stripe."""
    sam.say("cancel my season ticket", "cancel_order")

    assert sam.say(words, "deny") == ["utter_season_goes_on"]
    subscription = subscription_of(container, season.id)
    assert subscription is not None
    assert not subscription.cancel_at_period_end


def test_stripe_away_keeps_the_wish_to_end_it(
    container: Container, stripe_wire: StripeWire, sam: FormDriver, season: Order
) -> None:
    """It is said that it will be done, and told when it is."""
    sam.say("cancel my season ticket", "cancel_order")
    stripe_wire.lose_answers()

    assert sam.say("yes", "affirm") == ["utter_season_end_delayed"]
    stripe_wire.mend()
    receive_all(container, stripe_wire)
    assert sam.push() == ["utter_season_canceling"]


@pytest.mark.parametrize(
    ("mood", "response"),
    [("cut", "utter_season_delayed"), ("refuse", "utter_error_stripe_rejected")],
)
def test_stripe_away_or_refusing_at_the_start_is_said_as_it_is(
    container: Container, stripe_wire: StripeWire, sam: FormDriver, mood: str, response: str
) -> None:
    """Away: the order waits; refused: it is canceled."""
    sam.say(WISH, INTENT)
    getattr(stripe_wire, mood)()

    assert sam.say("yes", "affirm") == [response]
    expected = OrderStatus.OPEN if mood == "cut" else OrderStatus.CANCELED
    assert _orders(container, sam)[0].status is expected


def test_a_renewal_is_told(
    container: Container,
    stripe_wire: StripeWire,
    clock: MovableClock,
    sam: FormDriver,
    season: Order,
) -> None:
    """A year later, once."""
    pass_time(stripe_wire, clock, days=366)
    pass_time(stripe_wire, clock, hours=2)
    receive_all(container, stripe_wire)

    assert sam.push() == ["utter_season_renewed"]
    assert sam.push() == []
