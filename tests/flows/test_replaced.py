"""Which order goes is kept, named and said until there is a yes or another request."""

from __future__ import annotations

import pytest

from tests.flows.form_driver import FormDriver
from tests.flows.test_sentences import shop
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import OrderStatus
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.ticketing.orders.queries import orders_of
from ticket_clerk.understanding.order_changes import adds_order, keeps_both, what_goes

__all__ = ["shop"]
REPLACEMENT = "utter_ask_confirm_replacement"


@pytest.fixture
def buyer(shop: Container) -> FormDriver:
    """Somebody with two parquet tickets to pay, to whom nothing was said about them yet."""
    someone = FormDriver(shop)
    start_checkout(shop, someone.buyer, show_id="swan-lake", section_id="parquet", quantity=2)
    return someone


@pytest.fixture
def changing(buyer: FormDriver) -> FormDriver:
    """Whoever has these asked for the gallery instead, and reads the summary."""
    assert buyer.say("can you make it the gallery instead?", "inform")[-1] == REPLACEMENT
    return buyer


def open_sections(shop: Container, buyer: FormDriver) -> list[str | None]:
    """Return the sections of the orders that wait to be paid."""
    unpaid = [one for one in orders_of(shop, buyer.buyer) if one.status is OrderStatus.OPEN]
    return sorted(str(one.section_id) for one in unpaid)


@pytest.mark.parametrize(
    "text", ["how do I get to the opera house?", "is there a lift to the gallery?"]
)
def test_a_question_leaves_which_order_goes(
    shop: Container, changing: FormDriver, text: str
) -> None:
    """It is said again with the summary, and a yes replaces."""
    assert changing.say(text, "inform")[-1] == REPLACEMENT
    assert changing.answers[-1]["order_id"] == orders_of(shop, changing.buyer)[0].id

    changing.say("yes", "affirm")

    assert open_sections(shop, changing) == ["gallery"]


@pytest.mark.parametrize(
    "text",
    [
        "the loge after all, but instead of the parquet and not on top",
        "I'd rather have the loge. Not in addition!",
        "two in the loge in place of my parquet order",
        "make it the loge, I don't want both of them",
        "swap the parquet for the loge please",
    ],
)
def test_another_section_is_still_instead(shop: Container, changing: FormDriver, text: str) -> None:
    """However often the mind is changed, one order is left."""
    assert changing.say(text, "inform")[-1] == REPLACEMENT
    assert changing.slots["section"] == "loge"

    changing.say("yes", "affirm")

    assert open_sections(shop, changing) == ["loge"]


@pytest.mark.parametrize("text", ["keep both orders", "not instead, on top please"])
def test_both_are_kept_where_both_are_wanted(
    shop: Container, changing: FormDriver, text: str
) -> None:
    """Then the summary names no order that goes."""
    assert changing.say(text, "inform")[-1] != REPLACEMENT

    changing.say("yes", "affirm")

    assert open_sections(shop, changing) == ["gallery", "parquet"]


@pytest.fixture
def adding(changing: FormDriver) -> FormDriver:
    """Whoever reads the summary of a second order, besides the first."""
    changing.say("keep both orders", "inform")
    return changing


@pytest.mark.parametrize(
    "text",
    [
        "instead of the parquet order",
        "no, in place of the parquet",
        "it should replace my parquet tickets",
    ],
)
def test_an_order_that_is_named_goes(shop: Container, adding: FormDriver, text: str) -> None:
    """What was an order on top becomes one instead."""
    assert adding.say(text, "inform")[-1] == REPLACEMENT

    adding.say("yes", "affirm")

    assert open_sections(shop, adding) == ["gallery"]


@pytest.mark.parametrize(
    "text",
    [
        "Yes, and cancel the parquet one.",
        "yes please. Cancel my parquet order",
        "yes, drop the parquet",
    ],
)
def test_a_yes_that_cancels_the_other_orders_and_cancels(
    shop: Container, adding: FormDriver, text: str
) -> None:
    """It is no stop, whichever summary it is to."""
    adding.say(text, "cancel_order")

    assert open_sections(shop, adding) == ["gallery"]


def test_so_does_one_to_a_replacement(shop: Container, changing: FormDriver) -> None:
    """Where the summary names the order already."""
    changing.say("yes, and cancel the parquet one", "cancel_order")

    assert open_sections(shop, changing) == ["gallery"]


@pytest.mark.parametrize("text", ["yes, and don't cancel the parquet", "cancel that", "no"])
def test_what_goes_is_not_guessed(shop: Container, adding: FormDriver, text: str) -> None:
    """Whoever names no order to go, or wants it kept, keeps it."""
    adding.say(text, "inform")

    assert "parquet" in open_sections(shop, adding)


def test_the_words_for_what_goes_are_found() -> None:
    """Each with what is left of the sentence; not where it shall stay."""
    assert what_goes("Two in the loge instead of my parquet order") == (
        "my parquet order",
        "two in the loge",
    )
    assert what_goes("swap the loge for the gallery") == ("the loge", "for the gallery")
    assert what_goes("cancel the parquet one") is None
    assert what_goes("yes, and cancel the parquet one", agreed=True) == ("the parquet one", "yes")
    assert what_goes("yes, don't cancel the parquet one", agreed=True) is None


def test_a_not_turns_round_what_is_on_top() -> None:
    """So it does with both."""
    for is_said in (keeps_both, adds_order):
        assert is_said("on top, please")
        assert not is_said("not on top")
    assert not keeps_both("I don't want both of them")


@pytest.mark.parametrize(
    "text", ["Cancel the gallery order please", "cancel my dress circle order"]
)
def test_no_other_order_is_offered_to_be_canceled(
    shop: Container, buyer: FormDriver, text: str
) -> None:
    """Whoever names a section of which nothing is open reads so, and what is."""
    assert buyer.say(text, "cancel_order") == ["utter_no_order_of_show", "utter_order_open"]

    buyer.say("yes", "affirm")

    assert open_sections(shop, buyer) == ["parquet"]


@pytest.mark.parametrize(
    "text", ["Cancel the parquet order please", "cancel my order", "cancel the cheaper one"]
)
def test_the_order_that_is_named_is(buyer: FormDriver, text: str) -> None:
    """So is the only one where none is named."""
    assert buyer.say(text, "cancel_order") == ["utter_ask_cancel_order"]
