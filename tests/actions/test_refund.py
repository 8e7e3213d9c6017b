"""Giving tickets back in the chat: said, agreed to, done once, and told as it is."""

from __future__ import annotations

import pytest

from actions.order import ActionShowOrder
from integrations.payments import queries
from integrations.payments.checkout import start_checkout
from integrations.payments.models import Buyer, Order
from integrations.payments.refund_calls import carry_out_wishes
from integrations.payments.shop import Shop
from tests.actions.refunding import Refunding
from tests.moving_clock import MovableClock
from tests.payments.purchases import buy, receive_all, refund_at_stripe
from tests.stripe_wire import StripeWire

WISH = "refund my tickets"


@pytest.fixture
def sam(shop: Shop) -> Refunding:
    """A buyer's conversation."""
    return Refunding(shop)


@pytest.fixture
def order(shop: Shop, stripe_wire: StripeWire, sam: Refunding) -> Order:
    """Two tickets of $200, paid and told of."""
    return paid(shop, stripe_wire, sam)


def paid(shop: Shop, wire: StripeWire, who: Refunding, quantity: int = 2, **more: str) -> Order:
    """Buy and confirm tickets in a conversation."""
    order = buy(shop, wire, buyer=who.buyer, quantity=quantity, **more)
    who.push()
    return order


def given_back(wire: StripeWire) -> list[int]:
    """List what Stripe has paid back, oldest first, in cents."""
    return [refund["amount"] for refund in reversed(wire.list_all("/v1/refunds"))]


def ask(sam: Refunding, text: str = WISH) -> list[str]:
    """Ask for money back."""
    return sam.say(text, "request_refund")


def test_one_of_two_goes_back_after_a_yes_to_the_sum(
    shop: Shop, stripe_wire: StripeWire, sam: Refunding, order: Order
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


def test_nobody_is_told_twice_of_a_refund(
    shop: Shop, stripe_wire: StripeWire, sam: Refunding, order: Order
) -> None:
    """The answer is the notice itself, so the worker and Stripe's event have nothing to add."""
    ask(sam, "refund everything")
    sam.say("yes", "affirm")
    assert len(sam.outbox_ids) == 1

    receive_all(shop, stripe_wire)

    assert sam.push() == []


@pytest.mark.parametrize(
    "no", ["no", "never mind", "stop", "no, keep the tickets", "cancel", "i changed my mind"]
)
def test_a_no_leaves_everything(stripe_wire: StripeWire, sam: Refunding, no: str) -> None:
    """And says so; at the number as at the sum."""
    order = paid(sam.shop, stripe_wire, sam)
    for wish in (WISH, "refund both"):
        ask(sam, wish)
        assert sam.say(no, "deny") == ["utter_nothing_refunded"]

        assert sam.active_loop == {}
        assert given_back(stripe_wire) == []
        assert queries.any_order(sam.shop, order.id).tickets_left == 2


def test_how_many_is_asked_where_it_was_not_said(
    sam: Refunding, order: Order, stripe_wire: StripeWire
) -> None:
    """With a button for each number, which say what is written on them."""
    assert ask(sam, "I want my money back") == ["utter_ask_refund_quantity"]
    assert [b["payload"] for b in sam.answers[0]["buttons"]] == ["1 ticket", "All 2 tickets"]

    assert sam.say("All 2 tickets") == ["utter_ask_confirm_refund_whole"]
    assert "$400.00" in sam.read_all()


def test_a_single_ticket_needs_no_number(
    shop: Shop, stripe_wire: StripeWire, sam: Refunding
) -> None:
    """There is nothing to choose."""
    paid(shop, stripe_wire, sam, quantity=1)

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
    sam: Refunding, order: Order, said: str, refusal: str
) -> None:
    """The refusal names what is left."""
    ask(sam)

    assert sam.say(said) == [refusal, "utter_ask_refund_quantity"]


def test_half_of_three_is_no_number(shop: Shop, stripe_wire: StripeWire, sam: Refunding) -> None:
    """Of four it is two."""
    paid(shop, stripe_wire, sam, quantity=3)

    assert ask(sam, "refund half")[0] == "utter_refund_not_even"


def test_a_change_of_mind_changes_the_sum(
    stripe_wire: StripeWire, sam: Refunding, order: Order
) -> None:
    """Both, no, one: what was said last is what the yes is to."""
    ask(sam, "refund one ticket")
    assert sam.say("actually both") == ["utter_ask_confirm_refund_whole"]
    assert sam.say("yes but only one", "affirm") == ["utter_ask_confirm_refund"]
    assert given_back(stripe_wire) == []

    sam.say("yes, one", "affirm")

    assert given_back(stripe_wire) == [20000]


def test_of_several_orders_the_clerk_asks_which(
    shop: Shop, stripe_wire: StripeWire, sam: Refunding, order: Order
) -> None:
    """By button, by "the other order", or by the show's name."""
    ballet = start_checkout(
        shop, sam.buyer, show_id="swan-lake-matinee", section_id="stalls", quantity=1
    )
    stripe_wire.standin.pay(ballet.checkout_session_id, card="4242424242424242")
    receive_all(shop, stripe_wire)
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
    shop: Shop, stripe_wire: StripeWire, sam: Refunding, order: Order
) -> None:
    """A yes is to one sum; that all tickets were meant is remembered."""
    paid(shop, stripe_wire, sam, quantity=1)

    assert ask(sam, "refund everything") == [
        "utter_refund_one_order_at_a_time",
        "utter_ask_refund_order",
    ]
    assert sam.say(order.id, "payment_status") == ["utter_ask_confirm_refund_whole"]


def test_a_pasted_number_names_the_order(
    shop: Shop, stripe_wire: StripeWire, sam: Refunding, order: Order
) -> None:
    """Somebody else's is as unknown as one that never was, at the start and in the middle."""
    others = paid(shop, stripe_wire, Refunding(shop, "kim"))
    paid(shop, stripe_wire, sam, quantity=3)

    assert ask(sam, f"can I return order {order.id}?") == ["utter_ask_refund_quantity"]
    for number in (others.id, "ord_0000000000000000"):
        assert sam.say(f"no, {number}", "deny")[0] == "utter_error_order_not_found"
    sam.say("stop", "deny")
    for number in (others.id, "ord_0000000000000000"):
        assert ask(sam, f"refund {number}") == ["utter_error_order_not_found"]


def test_too_late_is_explained_with_the_last_moment_in_the_shows_zone(
    clock: MovableClock, sam: Refunding, order: Order
) -> None:
    """24 hours before 7:30 PM in Los Angeles."""
    clock.offset = order.refundable_until - clock()

    assert ask(sam) == ["utter_refund_too_late"]
    assert "Tue, Jan 14, 2031 at 7:30 PM" in sam.read_all()
    assert sam.active_loop == {}


def test_the_time_that_runs_out_before_the_yes_is_explained_too(
    clock: MovableClock, stripe_wire: StripeWire, sam: Refunding, order: Order
) -> None:
    """The policy is looked at when it is done, not when it was asked."""
    ask(sam, "refund both")
    clock.offset = order.refundable_until - clock()

    assert sam.say("yes", "affirm") == ["utter_refund_too_late"]
    assert given_back(stripe_wire) == []


def test_an_unpaid_order_is_offered_to_be_canceled(shop: Shop, sam: Refunding) -> None:
    """Nothing was paid, so nothing goes back; a yes cancels it."""
    unpaid = start_checkout(
        shop, sam.buyer, show_id="lakers-warriors", section_id="101", quantity=1
    )
    for wish in (WISH, f"refund {unpaid.id}"):
        assert ask(sam, wish) == ["utter_refund_unpaid"]
    assert sam.answers[0]["buttons"][0]["payload"] == f"Cancel {unpaid.id}"

    assert sam.say("yes", "affirm") == ["utter_order_canceled_now"]


def test_without_a_paid_order_there_is_nothing_to_pay_back(sam: Refunding) -> None:
    """And nothing to be asked."""
    assert ask(sam) == ["utter_refund_nothing"]


@pytest.mark.parametrize(
    ("text", "intent"), [("yes", "affirm"), ("/affirm", "affirm"), ("do it", "affirm")]
)
def test_a_yes_without_a_question_pays_nothing_back(
    stripe_wire: StripeWire, sam: Refunding, order: Order, text: str, intent: str
) -> None:
    """Not even with slots that something else has filled."""
    sam.slots.update(refund_order=order.id, refund_quantity=2, confirm_refund=True)

    sam.say(text, intent)

    assert given_back(stripe_wire) == []


def test_the_language_of_machines_is_no_yes(
    stripe_wire: StripeWire, sam: Refunding, order: Order
) -> None:
    """A typed "/affirm" is text, whatever it is taken for."""
    ask(sam, "refund both")

    answered = sam.say("/affirm", "affirm")

    assert answered == ["utter_not_understood_in_refund", "utter_ask_confirm_refund_again"]
    assert given_back(stripe_wire) == []


def test_a_yes_repeated_pays_back_once_and_another_wish_again(
    stripe_wire: StripeWire, sam: Refunding, order: Order
) -> None:
    """The second yes is to nothing; the second wish has a generation of its own."""
    ask(sam, "refund one ticket")
    sam.say("yes", "affirm")
    sam.say("yes", "affirm")
    assert given_back(stripe_wire) == [20000]

    assert ask(sam, "refund the rest") == ["utter_ask_confirm_refund_whole"]
    sam.say("yes please", "affirm")

    assert given_back(stripe_wire) == [20000, 20000]
    assert ask(sam) == ["utter_refund_succeeded"]


def test_a_yes_that_was_cut_off_is_taken_up_and_done_once(
    stripe_wire: StripeWire, sam: Refunding, order: Order
) -> None:
    """The action server died under it, before or after: the next yes ends it."""
    ask(sam, "refund one ticket")
    slots, events = dict(sam.slots), list(sam.events)
    sam.say("yes", "affirm")
    agreed = [{"event": "slot", "name": "confirm_refund", "value": True}]
    sam.slots = {**slots, "confirm_refund": True}
    sam.events = [*events, {"event": "user", "text": "yes"}, *agreed]

    assert sam.say("yes", "affirm") == ["utter_refund_succeeded"]

    assert given_back(stripe_wire) == [20000]
    sam.slots["confirm_refund"] = True
    assert sam.say("yes", "affirm") == ["utter_affirm"]


def test_a_push_in_the_middle_leaves_the_question_alone(
    shop: Shop, stripe_wire: StripeWire, sam: Refunding, order: Order
) -> None:
    """What another order has to tell changes nothing of this one's refund."""
    ask(sam, "refund one ticket")
    buy(shop, stripe_wire, buyer=sam.buyer, quantity=3)
    asked = dict(sam.slots)

    assert sam.push() == ["utter_payment_confirmed"]
    assert sam.slots == asked
    sam.say("yes", "affirm")

    assert given_back(stripe_wire) == [20000]


def test_money_that_went_back_elsewhere_meanwhile_asks_again(
    shop: Shop, stripe_wire: StripeWire, sam: Refunding, order: Order
) -> None:
    """The yes was to two tickets of two; an operator gave one of them back."""
    ask(sam, "refund one ticket")
    refund_at_stripe(stripe_wire, order, amount=20000)
    receive_all(shop, stripe_wire)

    assert sam.say("yes", "affirm") == ["utter_refund_changed", "utter_ask_confirm_refund_whole"]
    assert given_back(stripe_wire) == [20000]

    sam.say("yes", "affirm")
    assert given_back(stripe_wire) == [20000, 20000]


@pytest.mark.parametrize("mood", ["cut", "lose_answers"])
def test_while_stripe_is_away_the_wish_is_noted_and_carried_out_once(
    shop: Shop,
    stripe_wire: StripeWire,
    clock: MovableClock,
    sam: Refunding,
    order: Order,
    mood: str,
) -> None:
    """Asked or answered in vain: the buyer reads that it comes, and later that it came."""
    ask(sam, "refund both")
    getattr(stripe_wire, mood)()
    assert sam.say("yes", "affirm") == ["utter_refund_noted"]
    assert "$400.00" in sam.read_all()
    assert ask(sam) == ["utter_refund_noted"]

    stripe_wire.mend()
    clock.move(minutes=1)
    carry_out_wishes(shop)

    assert sam.push() == ["utter_refund_succeeded"]
    assert given_back(stripe_wire) == [40000]


def test_what_stripe_refuses_is_said(stripe_wire: StripeWire, sam: Refunding, order: Order) -> None:
    """The tickets stay, and it can be tried again."""
    ask(sam, "refund both")
    stripe_wire.refuse()
    assert sam.say("yes", "affirm") == ["utter_refund_refused"]
    stripe_wire.mend()

    ask(sam, "refund both")
    assert sam.say("yes", "affirm") == ["utter_refund_succeeded"]


@pytest.mark.parametrize(
    ("card", "said"),
    [
        ("4000000000007726", "utter_refund_pending"),
        ("9000000000000118", "utter_refund_requires_action"),
    ],
)
def test_a_refund_that_takes_its_time_is_said_as_it_is(
    shop: Shop, stripe_wire: StripeWire, sam: Refunding, card: str, said: str
) -> None:
    """Now, and whenever it is asked for."""
    paid(shop, stripe_wire, sam, card=card)
    ask(sam, "refund both")

    assert sam.say("yes", "affirm") == [said]
    assert ask(sam, "where is my refund?") == [said]
    assert ask(sam) == [said]


def test_questions_in_between_are_answered_and_the_question_stays(
    sam: Refunding, order: Order
) -> None:
    """What has a rule of its own is left to it; what is about refunds is answered here."""
    ask(sam, "refund both")
    for text, intent in (("hello", "greet"), ("is it safe?", "ask_how_to_pay")):
        assert sam.say(text, intent) == []
        assert sam.answer_aside() == ["utter_ask_confirm_refund_again"]
    assert sam.say("how much is the opera?", "ask_price") == []
    assert sam.say("2 tickets for the opera, i want to buy them", "buy_tickets") == []
    assert sam.say("how long does it take?", "out_of_scope") == [
        "utter_refund_takes",
        "utter_ask_confirm_refund_again",
    ]
    assert sam.say("hmm let me think", "inform")[0] == "utter_take_your_time"
    assert sam.say("blue", "nlu_fallback")[0] == "utter_not_understood_in_refund"
    assert sam.slots["refund_quantity"] == 2


def test_questions_about_refunds_start_none(sam: Refunding, order: Order) -> None:
    """They are told until when which tickets can go back."""
    assert ask(sam, "how long does a refund take?") == ["utter_refund_rules_for_orders"]
    assert "until Tue, Jan 14, 2031 at 7:30 PM" in sam.read_all()
    assert ask(Refunding(sam.shop, "kim"), "what is your refund policy") == ["utter_refund_rules"]


def test_after_a_part_the_order_is_shown_with_what_went_back(
    sam: Refunding, order: Order, shop: Shop
) -> None:
    """Both numbers, and both sums."""
    ask(sam, "refund one ticket")
    sam.say("yes", "affirm")

    sam.hear("where is my order", "payment_status").run(ActionShowOrder(shop))

    assert "2 tickets, 1 refunded" in sam.read()
    assert "$200.00 of $400.00" in sam.read()


def test_another_buyers_yes_is_to_nothing(
    stripe_wire: StripeWire, sam: Refunding, order: Order
) -> None:
    """One sender id on two channels is two buyers."""
    other = Refunding(sam.shop, sam.buyer.sender_id, channel="rest")
    assert other.buyer == Buyer("rest", "sam")
    assert ask(other, "refund both") == ["utter_refund_nothing"]
