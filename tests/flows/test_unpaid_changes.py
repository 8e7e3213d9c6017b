"""What becomes of an order that isn't paid yet: other seats, left as it is, canceled, or news."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tests.flows.form_driver import FormDriver
from tests.flows.test_sentences import Begin, shop, start
from ticket_clerk.flows.purchase.questions import _difference
from ticket_clerk.flows.purchase.state import Purchase
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Order, OrderStatus
from ticket_clerk.ticketing.orders.queries import orders_of
from ticket_clerk.understanding.answers import asks_first, is_stop
from ticket_clerk.understanding.order_changes import switches_seats
from ticket_clerk.understanding.orders import is_of_unpaid
from ticket_clerk.understanding.waiting_list import is_about_waiting

__all__ = ["shop", "start"]

GUESSES = ("payment_status", "upgrade_seat")


@pytest.fixture
def sam(shop: Container) -> FormDriver:
    """A buyer who has just received the link for two seats in the loge."""
    driver = FormDriver(shop)
    for text in ("swan lake please", "the loge", "2"):
        driver.say(text, "inform")
    assert driver.say("yes", "affirm") == ["utter_checkout_link"]
    return driver


def _open(shop: Container, buyer: FormDriver) -> list[tuple[str | None, int]]:
    return [(one.section_id, one.quantity) for one in _waiting(shop, buyer)]


def _waiting(shop: Container, buyer: FormDriver) -> list[Order]:
    return [one for one in orders_of(shop, buyer.buyer) if one.status is OrderStatus.OPEN]


@pytest.mark.parametrize("guess", GUESSES)
@pytest.mark.parametrize(
    "text",
    [
        "make it the parquet then rather than the loge, we have not paid yet",
        "no, cancel that one and make 2 parquet",
        "may we still switch to the parquet as nothing is paid, and how much more would it be?",
        "could I change from the loge to the parquet before I pay?",
    ],
)
def test_other_seats_for_an_unpaid_order_are_summed_up_with_the_difference(
    shop: Container, sam: FormDriver, text: str, guess: str
) -> None:
    """What goes, what comes and what it is more; the yes makes it, and one order is left."""
    said = sam.say(text, guess)

    assert said[-1] == "utter_ask_confirm_replacement"
    assert _waiting(shop, sam)[0].id in sam.read_all()
    assert "2 × Swan Lake, Parquet" in sam.read_all()
    assert "$270.00 (+$74.00) in total" in sam.read_all()
    assert _open(shop, sam) == [("loge", 2)]

    assert sam.say("yes", "affirm") == ["utter_checkout_link"]
    assert _open(shop, sam) == [("parquet", 2)]


def test_a_question_beside_the_change_is_answered_before_the_summary(sam: FormDriver) -> None:
    """What other seats are like is no part of it."""
    said = sam.say("is there a cloakroom? and make it the gallery instead", "inform")

    assert said[-1] == "utter_ask_confirm_replacement"
    assert "cloakroom is" in sam.read_all()
    assert "$84.00 (−$112.00) in total" in sam.read_all()


@pytest.mark.parametrize(
    "text",
    [
        "what is the parquet like?",
        "how much is the parquet?",
        "cancel the parquet",
        "2 more in the parquet as well",
    ],
)
def test_who_only_asks_or_wants_more_replaces_nothing(
    shop: Container, sam: FormDriver, text: str
) -> None:
    """The order waits as before."""
    said = sam.say(text, "ask_price")

    assert "utter_ask_confirm_replacement" not in said
    assert _open(shop, sam) == [("loge", 2)]


@pytest.mark.parametrize("guess", ["ask_how_to_pay", "inform"])
def test_who_leaves_the_order_as_it_is_gets_its_link(
    shop: Container, sam: FormDriver, guess: str
) -> None:
    """Whatever it sounds like."""
    assert sam.say("leave it at the loge, I pay now", guess) == ["utter_order_open"]
    assert _open(shop, sam) == [("loge", 2)]


def test_who_leaves_the_order_after_all_keeps_it(shop: Container, sam: FormDriver) -> None:
    """Other seats were summed up before."""
    sam.say("make it the parquet instead")
    assert sam.say("leave it at the loge, I pay now", "inform")[-1] in {
        "utter_order_kept",
        "utter_order_open",
    }
    assert "pay/cs_" in sam.read_all()
    assert not sam.active_loop
    assert _open(shop, sam) == [("loge", 2)]


@pytest.mark.parametrize("guess", ["buy_tickets", "affirm"])
def test_a_yes_to_canceling_counts_beside_a_later_plan(
    shop: Container, sam: FormDriver, guess: str
) -> None:
    """In a purchase, too, which the order that isn't paid is told apart from."""
    sam.say("2 for the magic flute as well", "buy_tickets")
    asked = sam.say("no more tickets please, I only want to cancel what I haven't paid", "deny")
    assert asked[-1] == "utter_ask_cancel_order"

    text = "yes please, cancel that one, dear. Later I'll come and ask for the same seats"
    assert "utter_order_canceled_now" in sam.say(text, guess)
    assert _open(shop, sam) == []


@pytest.mark.parametrize("text", ["yes? what happens then", "no, keep it", "what do you mean"])
def test_nothing_is_canceled_without_a_yes(shop: Container, sam: FormDriver, text: str) -> None:
    """The order stands."""
    sam.say("cancel my order", "cancel_order")
    sam.say(text, "inform")

    assert _open(shop, sam) == [("loge", 2)]


def test_who_waits_for_news_of_the_payment_joins_no_list(sam: FormDriver) -> None:
    """How the order stands is said."""
    said = sam.say("let me know when you see it", "use_waiting_list")

    assert not sam.active_loop
    assert "utter_ask_show" not in said


def test_a_number_beside_a_question_about_the_order_is_taken(start: Begin) -> None:
    """ "Did you cancel the other one?" cancels nothing."""
    buyer = start("number_asked")

    assert buyer.say("two. did you cancel the other one", "inform")[-1].startswith(
        "utter_ask_confirm_order"
    )


@pytest.mark.parametrize("guess", ["deny", "ask_show"])
def test_who_has_nothing_more_to_buy_is_asked_nothing_more(start: Begin, guess: str) -> None:
    """The question beside it is answered."""
    buyer = start("section_asked")

    said = buyer.say("nothing more to buy, thanks. is there a cloakroom?", guess)

    assert not buyer.active_loop
    assert "cloakroom is" in buyer.read_all()
    assert not said[-1].startswith("utter_ask")


@pytest.mark.parametrize("guess", ["affirm", "ask_show"])
def test_what_is_asked_first_is_answered_before_an_order(
    shop: Container, start: Begin, guess: str
) -> None:
    """Then it is asked again, and only the next yes counts."""
    buyer = start("summary")

    said = buyer.say("all right, yes. but can you tell me first if there's a cloakroom?", guess)
    assert said[-1].startswith("utter_ask_confirm_order")
    assert "cloakroom is" in buyer.read_all()
    assert orders_of(shop, buyer.buyer) == []

    buyer.say("yes", "affirm")
    assert _open(shop, buyer) == [("loge", 4)]


@pytest.mark.parametrize("guess", ["affirm", "ask_show"])
@pytest.mark.parametrize(
    ("text", "orders"),
    [
        ("where is the cloakroom? otherwise yeah order the four", [("loge", 4)]),
        ("is there a cloakroom? otherwise yes", [("loge", 4)]),
        ("is there a cloakroom? if so we take the four", []),
        ("where is the cloakroom? otherwise order three", []),
    ],
)
def test_a_plain_question_beside_an_order_of_the_same_is_answered_with_the_link(
    shop: Container, start: Begin, text: str, orders: list[tuple[str, int]], guess: str
) -> None:
    """Not what hangs on the answer, nor another number."""
    buyer = start("summary")
    buyer.say(text, guess)

    assert "cloakroom is" in buyer.read_all()
    assert _open(shop, buyer) == orders


@pytest.mark.parametrize(
    ("text", "is_first"),
    [
        ("yes. but first tell me when it is over", True),
        ("yes, but is there a bar?", True),
        ("yes please, can you tell me something before I pay?", True),
        ("yes. is there a bar?", False),
        ("yes, the first one", False),
        ("yes, but hurry", False),
    ],
)
def test_a_first_or_a_but_puts_the_question_before_the_yes(text: str, is_first: bool) -> None:
    """A plain question beside it does not."""
    assert asks_first(text) is is_first


@pytest.mark.parametrize(
    ("text", "is_asked", "switches"),
    [
        ("can we switch to the stalls?", True, True),
        ("would it be the stalls instead?", True, False),
        ("the stalls instead", False, True),
        ("never change it to the stalls", False, False),
        ("the stalls as well", False, False),
    ],
)
def test_a_question_switches_seats_only_by_a_word_for_it(
    text: str, is_asked: bool, switches: bool
) -> None:
    """A request does, by any word that wants something else."""
    assert switches_seats(text, is_asked=is_asked) is switches


def test_words_for_what_is_over_unpaid_and_waited_for() -> None:
    """Each with what it is not."""
    assert is_stop("nothing else to order")
    assert not is_stop("nothing more than 50 dollars")
    assert is_of_unpaid("the one I haven't paid")
    assert not is_of_unpaid("the one I have paid")
    assert is_about_waiting("let me know when tickets are back")
    assert not is_about_waiting("let me know when you see it, and send the tickets")


@pytest.mark.parametrize(
    ("currency", "total"), [("usd", {"total": "$270.00 (+$74.00)"}), ("eur", {})]
)
def test_sums_in_two_currencies_have_no_difference(
    shop: Container, sam: FormDriver, currency: str, total: dict[str, str]
) -> None:
    """The other sum is told as it is, in its own currency."""
    (order,) = _waiting(shop, sam)
    turn = SimpleNamespace(orders=[order])

    assert _difference(turn, Purchase(replaces=order.id), 27_000, currency) == total
