"""What a no, a "never mind" or a condition is to: only that is dropped, and a yes waits for it."""

from __future__ import annotations

import pytest

from tests.flows.form_driver import FormDriver
from tests.flows.refunding import given_back
from tests.flows.test_sentences import Begin, shop, start
from tests.stripe_wire import StripeWire
from ticket_clerk.flows.turn import BUY_FORM
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.orders.queries import orders_of
from ticket_clerk.understanding.answers import condition_of_yes

__all__ = ["shop", "start"]

CONDITIONS = [
    "do they let us sit in one row? if so yes please",
    "go ahead as long as we can sit together",
    "if we're all next to each other then do it",
    "sure, but only if the seats are side by side",
    "yep, provided that we're seated together",
    "are we next to each other? in that case go for it",
]


@pytest.mark.parametrize("guess", ["affirm", "buy_tickets", "nlu_fallback", "deny"])
@pytest.mark.parametrize("text", CONDITIONS)
def test_a_yes_that_hangs_on_a_fact_orders_after_it_and_one_more_yes(
    shop: Container, start: Begin, text: str, guess: str
) -> None:
    """The fact comes first, whichever clause does, and then what is agreed to."""
    buyer = start("summary")

    said = buyer.say(text, guess)

    assert said == ["utter_about_seats_together", "utter_ask_confirm_order_again"]
    assert orders_of(shop, buyer.buyer) == []
    assert "utter_checkout_link" in buyer.say("yes", "affirm")


@pytest.mark.parametrize("text", CONDITIONS)
def test_so_it_is_with_better_seats(shop: Container, start: Begin, text: str) -> None:
    """Nothing is held before the second yes."""
    buyer = start("paid")
    buyer.say("move my 4 seats to the parquet", "upgrade_seat")

    said = buyer.say(text, "affirm")

    assert said == ["utter_about_seats_together", "utter_ask_confirm_upgrade"]
    assert len(orders_of(shop, buyer.buyer)) == 1
    assert "utter_upgrade_link" in buyer.say("yes", "affirm")


@pytest.mark.parametrize(
    "text",
    [
        "yes if I keep the other three seats",
        "do it, long as my other three stay mine",
        "is there a cloakroom? if so do it",
        "if there is somewhere to park then yes",
    ],
)
def test_so_it_is_with_a_refund(start: Begin, stripe_wire: StripeWire, text: str) -> None:
    """What goes back is what was shown, whatever number stands in the condition."""
    buyer = start("refund_summary")

    said = buyer.say(text, "affirm")

    assert given_back(stripe_wire) == []
    assert said[-1] == "utter_ask_confirm_refund_again"
    assert buyer.slots["refund_quantity"] == 1
    buyer.say("yes", "affirm")
    assert given_back(stripe_wire) == [9800]


def test_what_nobody_knows_is_no_yes(shop: Container, start: Begin) -> None:
    """It is said that it isn't known, and asked again."""
    buyer = start("summary")

    said = buyer.say("yes, assuming there are captions", "affirm")

    assert said == ["utter_fact_unknown_at_venue", "utter_ask_confirm_order_again"]
    assert orders_of(shop, buyer.buyer) == []


@pytest.mark.parametrize(
    "text",
    ["yes if you like", "ok yes, if that's possible", "yes order it. If I'm ill, what then?"],
)
def test_a_yes_that_hangs_on_nothing_is_one(shop: Container, start: Begin, text: str) -> None:
    """The control: a phrase of courtesy, and a case that is only asked about."""
    assert condition_of_yes(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "never mind, I'll look up the tram myself. Is there a cloakroom?",
        "forget that, it was silly. where can I leave my coat, is there a cloakroom?",
        "nvm. is there a cloakroom",
        "No. Is there a cloakroom?",
        "nah, is there a cloakroom?",
    ],
)
@pytest.mark.parametrize("guess", ["deny", "cancel_order", "ask_show", "nlu_fallback"])
@pytest.mark.parametrize("before", ["summary", "number_asked"])
def test_what_was_asked_before_is_let_go_and_not_the_order(
    start: Begin, before: str, text: str, guess: str
) -> None:
    """Beside a question about what is being bought."""
    buyer = start(before)
    slots = {name: buyer.slots[name] for name in ("show", "section", "quantity")}

    said = buyer.say(text, guess)

    assert "utter_nothing_ordered" not in said
    assert "utter_ask_change" not in said
    assert "cloakroom" in buyer.read_all()
    assert {name: buyer.slots[name] for name in slots} == slots


@pytest.mark.parametrize(
    "text",
    [
        "stop. is there a cloakroom?",
        "forget it, I don't want any. is there a cloakroom?",
        "never mind. what's on in Boston?",
        "forget it",
    ],
)
def test_who_leaves_has_left(start: Begin, text: str) -> None:
    """The control: plainly, for other shows, or with nothing asked besides."""
    buyer = start("summary")

    assert buyer.say(text, "deny")[0] == "utter_nothing_ordered"
    assert buyer.active_loop == {}


@pytest.mark.parametrize(
    "text", ["no, i meant if there's a bar", "No, I mean whether there is a bar"]
)
def test_who_was_answered_something_else_is_answered_and_a_yes_counts(
    shop: Container, start: Begin, text: str
) -> None:
    """What shall change is asked of nobody who only asked again."""
    buyer = start("summary")

    said = buyer.say(text, "deny")

    assert "bar" in buyer.read_all()
    assert said[-1] == "utter_ask_confirm_order_again"
    assert "utter_checkout_link" in buyer.say("yes do it", "affirm")


def test_giving_back_later_is_asked_before_anything_is_bought(start: Begin) -> None:
    """The rules are told, and the order stays."""
    buyer = start("summary")

    said = buyer.say(
        "that was no answer. never mind. could we return two of the four later?", "request_refund"
    )

    assert said[0].startswith("utter_about_refund_policy")
    assert buyer.active_loop == {"name": BUY_FORM}


@pytest.mark.parametrize(
    "text",
    [
        "how long does it take? and actually I'll keep it, can I give it to my cousin instead",
        "actually I want to keep all four, can my nephew use it?",
    ],
)
def test_a_clause_that_keeps_the_tickets_ends_a_refund(
    start: Begin, stripe_wire: StripeWire, text: str
) -> None:
    """Also in front of a question in the same sentence."""
    buyer: FormDriver = start("refund_summary")

    said = buyer.say(text, "request_refund")

    assert "utter_nothing_refunded" in said
    assert buyer.active_loop == {}
    assert given_back(stripe_wire) == []
