"""Another order instead of an unpaid one, and the same again, in a buyer's words."""

from __future__ import annotations

import pytest

from actions.actions import ActionRespond
from tests.flows.form_driver import FormDriver
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import pay
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Order, OrderStatus
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.understanding.order_changes import changes_order, wants_same_again
from ticket_clerk.understanding.quantities import parse_increase


@pytest.fixture
def sam(container: Container) -> FormDriver:
    """A buyer with two unpaid seats in section 101."""
    driver = FormDriver(container)
    start_checkout(container, driver.buyer, show_id="lakers-warriors", section_id="101", quantity=2)
    return driver


def order_of(container: Container, sam: FormDriver) -> Order:
    """Sam's newest order."""
    return queries.orders_of(container, sam.buyer)[0]


@pytest.mark.parametrize(
    ("text", "intent", "facts"),
    [
        ("make it three", "inform", ("3 ×", "Section 101", "$600.00 (+$200.00) in total")),
        ("no wait, only 1", "deny", ("1 ×", "Section 101", "$200.00 (−$200.00) in total")),
        ("one more please", "inform", ("3 ×", "Section 101")),
        ("can I have section 201 instead", "upgrade_seat", ("2 ×", "Section 201")),
        ("actually 4 for swan lake matinee", "buy_tickets", ("4 ×", "Swan Lake (matinee)")),
    ],
)
def test_an_unpaid_order_is_changed_in_one_sentence(
    container: Container, sam: FormDriver, text: str, intent: str, facts: tuple[str, ...]
) -> None:
    """The summary names the order that it is instead of; the yes replaces it."""
    old = order_of(container, sam)

    assert sam.say(text, intent)[-1] == "utter_ask_confirm_replacement"
    assert all(fact in sam.read_all() for fact in (*facts, old.id))
    assert sam.say("yes", "affirm") == ["utter_checkout_link"]
    assert sam.answers[-1]["replaces"] == old.id

    assert queries.any_order(container, old.id).status is OrderStatus.CANCELED
    assert order_of(container, sam).status is OrderStatus.OPEN


def test_a_no_changes_nothing(container: Container, sam: FormDriver) -> None:
    """The old order waits for its payment as before."""
    old = order_of(container, sam)
    sam.say("make it three")
    sam.say("no", "deny")
    sam.say("stop", "deny")

    assert order_of(container, sam) == old


def test_what_is_wrong_may_be_said_first(sam: FormDriver) -> None:
    """The question for it follows; the rest of the order is kept."""
    assert sam.say("I want a different section")[-1] == "utter_ask_section"
    assert sam.say("201") == ["utter_ask_confirm_replacement"]


@pytest.mark.parametrize("intent", ["cancel_order", "inform", "buy_tickets"])
def test_a_change_without_a_what_is_asked_for_it(
    container: Container, sam: FormDriver, intent: str
) -> None:
    """Whatever it was taken for: nothing is canceled by the word "change"."""
    old = order_of(container, sam)

    assert sam.say("change my order", intent) == ["utter_ask_change"]
    assert sam.say("the section") == ["utter_ask_section"]
    assert sam.say("201") == ["utter_ask_confirm_replacement"]
    assert order_of(container, sam) == old


def test_an_order_is_changed_by_its_number(container: Container, sam: FormDriver) -> None:
    """As its button would say."""
    assert sam.say(f"Change {order_of(container, sam).id}") == ["utter_ask_change"]


def test_what_is_no_choice_cancels_nothing(container: Container, sam: FormDriver) -> None:
    """After "would you like to cancel this?" only a yes, a number or the show's words do."""
    sam.receive("cancel it maybe", "cancel_order")
    sam._follow(sam._do(ActionRespond(container)))
    assert sam.responses == ["utter_ask_cancel_order"]

    sam.say("the section")
    assert order_of(container, sam).status is OrderStatus.OPEN
    sam.receive("cancel it maybe", "cancel_order")
    sam._follow(sam._do(ActionRespond(container)))
    sam.say("the lakers")

    assert order_of(container, sam).status is OrderStatus.CANCELED


def test_a_payment_that_was_faster_wins(
    container: Container, sam: FormDriver, stripe_wire: StripeWire
) -> None:
    """It is said, and nothing else is ordered."""
    old = order_of(container, sam)
    sam.say("make it three")
    stripe_wire.standin.pay(old.checkout_session_id)

    assert sam.say("yes", "affirm") == ["utter_paid_not_changed"]
    assert [o.status for o in queries.orders_of(container, sam.buyer)] == [OrderStatus.PAID]


def test_stripe_away_leaves_the_order_as_it_is(
    container: Container, sam: FormDriver, stripe_wire: StripeWire
) -> None:
    """And says how to go on."""
    sam.say("make it three")
    stripe_wire.cut()

    assert sam.say("yes", "affirm") == ["utter_change_delayed"]
    assert order_of(container, sam).quantity == 2


def test_another_order_besides_is_another_order(container: Container, sam: FormDriver) -> None:
    """ "Also" is not "instead", and a whole new wish is none either."""
    for text in ("also 2 tickets for swan lake matinee", "2 tickets for swan lake matinee"):
        assert sam.say(text, "buy_tickets") == ["utter_ask_confirm_order"]
        sam.say("stop", "deny")


def test_a_whole_wish_for_the_same_show_is_an_order_besides(
    container: Container, sam: FormDriver
) -> None:
    """Buying, how many and of what: nothing of the sentence leans on the order before."""
    sam.say("lakers, section 101, 2 tickets", "buy_tickets")
    assert sam.say("yes", "affirm")[-1] == "utter_checkout_link"

    wish = "I'd like to buy 3 tickets for the lakers game, section 201"
    assert sam.say(wish, "buy_tickets")[-1] == "utter_ask_confirm_order"
    sam.say("yes", "affirm")

    assert [order.status for order in queries.orders_of(container, sam.buyer)] == [
        OrderStatus.OPEN
    ] * 2


def test_a_paid_order_is_not_changed(
    container: Container, sam: FormDriver, stripe_wire: StripeWire
) -> None:
    """Better seats and refunds are for those."""
    pay(container, stripe_wire, order_of(container, sam))

    assert "utter_ask_confirm_replacement" not in sam.say("make it three")


def test_the_same_again_asks_for_the_yes_only(
    container: Container, sam: FormDriver, stripe_wire: StripeWire
) -> None:
    """Show, section and number are those of the last purchase, the price is today's."""
    pay(container, stripe_wire, order_of(container, sam))

    assert sam.say("the same again please", "buy_tickets") == ["utter_ask_confirm_order"]
    assert "2 × Lakers vs Warriors, Section 101" in sam.read_all()
    assert sam.say("yes", "affirm") == ["utter_checkout_link"]


def test_the_same_again_may_be_another_number(sam: FormDriver) -> None:
    """Also where the show was being asked for."""
    sam.say("I want tickets", "buy_tickets")

    assert sam.say("the same again but 4", "inform") == ["utter_ask_confirm_order"]
    assert "4 × Lakers vs Warriors, Section 101" in sam.read_all().replace("\n", ", ")


@pytest.mark.parametrize(
    "text", ["same again", "exactly the same", "order that again", "the same seats as last time"]
)
def test_wishes_for_the_same_are_understood(text: str) -> None:
    """However they are put."""
    assert wants_same_again(text)


@pytest.mark.parametrize("text", ["what's on", "same day?", "two for the lakers", "thanks"])
def test_other_sentences_change_nothing(text: str) -> None:
    """A question is no wish."""
    assert not wants_same_again(text)
    assert not changes_order(text)


@pytest.mark.parametrize(
    ("text", "more"),
    [("one more", 1), ("add 2", 2), ("two fewer please", -2), ("3", 0), ("more than 2", 0)],
)
def test_a_difference_is_understood(text: str, more: int) -> None:
    """Counted from what there is."""
    assert parse_increase(text) == more


def test_a_yes_with_another_wish_after_the_link_is_a_change(
    container: Container, sam: FormDriver
) -> None:
    """Its section is another than the order's."""
    sam.say("lakers, section 101, 2 tickets", "buy_tickets")
    assert sam.say("yes", "affirm")[-1] == "utter_checkout_link"

    assert sam.say("yes, but in section 201", "affirm")[-1] == "utter_ask_confirm_replacement"
