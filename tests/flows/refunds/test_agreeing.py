"""Refund quotes: shown, confirmed, declined and changed."""

from __future__ import annotations

import pytest

from tests.flows.form_driver import FormDriver
from tests.flows.refunding import REQUEST, ask, given_back, paid
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import receive_all
from tests.ticketing.test_refund_fee import sell_with_fee
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Order
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import start_checkout


def test_one_of_two_goes_back_after_a_yes_to_the_sum(
    container: Container, stripe_wire: StripeWire, sam: FormDriver, order: Order
) -> None:
    """The question names amount, tickets, show and what stays; only then money moves."""
    assert ask(sam, "refund one of my two tickets") == ["utter_ask_confirm_refund"]
    for words in ("$200.00", "1 × Lakers vs Warriors", "Section 101", order.id, "keep 1 ×"):
        assert words in sam.read_all()
    assert given_back(stripe_wire) == []

    assert sam.say("yes", "affirm") == ["utter_refund_succeeded"]

    assert given_back(stripe_wire) == [20000]
    assert order.id in sam.read_all()
    assert sam.active_loop == {}


def test_a_refund_fee_is_named_before_the_yes(
    container: Container, stripe_wire: StripeWire, sam: FormDriver
) -> None:
    """What would come back, and what is kept, stand in the same question."""
    sell_with_fee(container, "10%")
    paid(container, stripe_wire, sam)

    ask(sam, "refund one of my two tickets")
    assert "$180.00 back, after a refund fee of $20.00, and" in sam.read_all()
    sam.say("yes", "affirm")

    assert given_back(stripe_wire) == [18000]


def test_nobody_is_told_twice_of_a_refund(
    container: Container, stripe_wire: StripeWire, sam: FormDriver, order: Order
) -> None:
    """The answer is the notice itself, so the worker and Stripe's event have nothing to add."""
    ask(sam, "refund everything")
    sam.say("yes", "affirm")
    assert len(sam.outbox_ids) == 1

    receive_all(container, stripe_wire)

    assert sam.push() == []


@pytest.mark.parametrize("yes", ["yes please send it back", "corect, reufnd that", "refund it"])
def test_saying_what_was_asked_is_a_yes(stripe_wire: StripeWire, sam: FormDriver, yes: str) -> None:
    """Whatever Rasa takes it for: the words are those of the question."""
    paid(sam.container, stripe_wire, sam)
    ask(sam, "refund both")

    sam.say(yes, "request_refund")

    assert len(given_back(stripe_wire)) == 1


@pytest.mark.parametrize(
    "no", ["no", "never mind", "stop", "no, keep the tickets", "cancel", "i changed my mind"]
)
def test_a_no_leaves_everything(stripe_wire: StripeWire, sam: FormDriver, no: str) -> None:
    """And says so; at the number as at the sum."""
    order = paid(sam.container, stripe_wire, sam)
    for said in (REQUEST, "refund both"):
        ask(sam, said)
        assert sam.say(no, "deny") == ["utter_nothing_refunded"]

        assert sam.active_loop == {}
        assert given_back(stripe_wire) == []
        assert queries.any_order(sam.container, order.id).tickets_left == 2


def test_how_many_is_asked_where_it_was_not_said(
    sam: FormDriver, order: Order, stripe_wire: StripeWire
) -> None:
    """With a button for each number, which say what is written on them."""
    assert ask(sam, "I want my money back") == ["utter_ask_refund_quantity"]
    assert [b["payload"] for b in sam.answers[0]["buttons"]] == ["1 ticket", "All 2 tickets"]

    assert sam.say("All 2 tickets") == ["utter_ask_confirm_refund_whole"]
    assert "$400.00" in sam.read_all()


def test_a_single_ticket_needs_no_number(
    container: Container, stripe_wire: StripeWire, sam: FormDriver
) -> None:
    """There is nothing to choose."""
    paid(container, stripe_wire, sam, quantity=1)

    assert ask(sam) == ["utter_ask_confirm_refund_whole"]


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ("three", "utter_refund_too_many"),
        ("0", "utter_refund_too_few"),
        ("-1", "utter_refund_too_few"),
        ("1.5", "utter_quantity_not_whole"),
        ("a million", "utter_refund_too_many"),
    ],
)
def test_a_number_that_can_not_be_is_refused_and_asked_for_again(
    sam: FormDriver, order: Order, said: str, refusal: str
) -> None:
    """The refusal names what is left."""
    ask(sam)

    assert sam.say(said) == [refusal, "utter_ask_refund_quantity"]


def test_half_of_three_is_no_number(
    container: Container, stripe_wire: StripeWire, sam: FormDriver
) -> None:
    """Of four it is two."""
    paid(container, stripe_wire, sam, quantity=3)

    assert ask(sam, "refund half")[0] == "utter_refund_not_even"


def test_a_change_of_mind_changes_the_sum(
    stripe_wire: StripeWire, sam: FormDriver, order: Order
) -> None:
    """Both, no, one: what was said last is what the yes is to."""
    ask(sam, "refund one ticket")
    assert sam.say("actually both") == ["utter_ask_confirm_refund_whole"]
    assert sam.say("yes but only one", "affirm") == ["utter_ask_confirm_refund"]
    assert given_back(stripe_wire) == []

    sam.say("yes, one", "affirm")

    assert given_back(stripe_wire) == [20000]


def test_of_several_orders_the_clerk_asks_which(
    container: Container, stripe_wire: StripeWire, sam: FormDriver, order: Order
) -> None:
    """By button, by "the other order", or by the show's name."""
    ballet = start_checkout(
        container, sam.buyer, show_id="swan-lake-matinee", section_id="stalls", quantity=1
    )
    stripe_wire.standin.pay(ballet.checkout_session_id, card="4242424242424242")
    receive_all(container, stripe_wire)
    sam.push()

    assert ask(sam) == ["utter_ask_refund_order"]
    titles = [button["payload"] for button in sam.answers[0]["buttons"]]
    assert titles == [f"Refund {ballet.id}", f"Refund {order.id}"]
    assert sam.say(titles[1], "request_refund") == ["utter_ask_refund_quantity"]
    assert sam.say("no wait, the other order", "deny") == ["utter_ask_confirm_refund_whole"]
    assert "$85.50" in sam.read_all()
    assert sam.say("oh no, the lakers game", "deny") == ["utter_ask_refund_quantity"]
    sam.say("never mind", "deny")

    assert ask(sam, "money back for swan lake please") == ["utter_ask_confirm_refund_whole"]
    assert ballet.id in sam.read_all()


def test_everything_goes_back_one_order_after_the_other(
    container: Container, stripe_wire: StripeWire, sam: FormDriver, order: Order
) -> None:
    """A yes is to one sum; that all tickets were meant is remembered."""
    paid(container, stripe_wire, sam, quantity=1)

    assert ask(sam, "refund everything") == [
        "utter_refund_one_order_at_a_time",
        "utter_ask_refund_order",
    ]
    assert sam.say(order.id, "payment_status") == ["utter_ask_confirm_refund_beside"]


def test_a_pasted_number_names_the_order(
    container: Container, stripe_wire: StripeWire, sam: FormDriver, order: Order
) -> None:
    """Somebody else's is as unknown as one that never was, at the start and in the middle."""
    others = paid(container, stripe_wire, FormDriver(container, "kim"))
    paid(container, stripe_wire, sam, quantity=3)

    assert ask(sam, f"can I return order {order.id}?") == ["utter_ask_refund_quantity"]
    for number in (others.id, "ord_0000000000000000"):
        assert sam.say(f"no, {number}", "deny")[0] == "utter_error_order_not_found"
    sam.say("stop", "deny")
    for number in (others.id, "ord_0000000000000000"):
        assert ask(sam, f"refund {number}") == ["utter_error_order_not_found"]


def test_questions_in_between_are_answered_and_the_question_stays(
    sam: FormDriver, order: Order
) -> None:
    """Whatever they are about, the quote is asked about again; two that are not leave it."""
    ask(sam, "refund both")
    for text, intent, response in (
        ("hello", "greet", "utter_greet"),
        ("is it safe?", "ask_how_to_pay", "utter_how_to_pay"),
        ("how much are the lakers?", "ask_price", "utter_prices"),
    ):
        assert sam.say(text, intent) == [response, "utter_ask_confirm_refund_again"]
        assert sam.say("how long does it take?", "out_of_scope") == [
            "utter_refund_takes",
            "utter_ask_confirm_refund_again",
        ]
    assert sam.say("hmm let me think", "inform")[0] == "utter_take_your_time"
    assert sam.say("blue", "nlu_fallback")[0] == "utter_not_understood_in_refund"
    assert sam.slots["refund_quantity"] == 2


def test_tickets_for_another_show_are_no_number_of_these(
    stripe_wire: StripeWire, sam: FormDriver, order: Order
) -> None:
    """Who orders in the middle of a refund leaves it, and nothing is refunded."""
    ask(sam)

    assert sam.say("2 tickets for swan lake", "buy_tickets")[0] == "utter_nothing_refunded"
    assert sam.slots["refund_order"] is None
    assert given_back(stripe_wire) == []


def test_tickets_of_the_order_s_own_show_are_the_number(sam: FormDriver, order: Order) -> None:
    """In the middle of a refund "1 ticket for the lakers" says which of them go back."""
    ask(sam)

    assert sam.say("1 ticket for the lakers", "buy_tickets") == ["utter_ask_confirm_refund"]


@pytest.mark.parametrize("words", ["ok wait", "wait", "hmm", "yes, hold on", "ok, hang on a sec"])
def test_who_wants_time_has_not_agreed(
    stripe_wire: StripeWire, sam: FormDriver, order: Order, words: str
) -> None:
    """Money that went back can't be asked for again."""
    ask(sam)
    sam.say("both")

    sam.say(words, "affirm")
    assert given_back(stripe_wire) == []


@pytest.mark.parametrize(
    ("words", "intent", "answer"),
    [
        ("how long does it take?", "browse_events", ["utter_refund_takes"]),
        ("when will I get the money?", "ask_show", ["utter_refund_takes"]),
        ("how much do I get back?", "ask_price", []),
    ],
)
def test_a_question_about_the_refund_is_answered_whatever_the_model_took_it_for(
    sam: FormDriver, order: Order, words: str, intent: str, answer: list[str]
) -> None:
    """How long, when and how much are about what is asked just now."""
    ask(sam)
    sam.say("one")

    assert sam.say(words, intent) == [*answer, "utter_ask_confirm_refund_again"]


def test_questions_about_refunds_start_none(sam: FormDriver, order: Order) -> None:
    """They are told until when which tickets can go back."""
    assert ask(sam, "how long does a refund take?") == ["utter_refund_rules_for_orders"]
    assert "until Tue, Jan 14, 2031 at 7:30 PM" in sam.read_all()
    assert ask(FormDriver(sam.container, "kim"), "what is your refund policy") == [
        "utter_about_refund_policy"
    ]
