"""Several requests of one message: none is passed over in silence (docs/language.md)."""

from __future__ import annotations

import pytest

from tests.flows.form_driver import FormDriver
from tests.flows.test_sentences import Begin, shop, start
from ticket_clerk.flows.turn import BUY_FORM, REFUND_FORM, SEASON_FORM, TRANSFER_FORM, UPGRADE_FORM
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.orders.queries import orders_of
from ticket_clerk.understanding.requests import Request, split_requests, with_head

__all__ = ["shop", "start"]


def _kind(piece: str) -> str | None:
    return next((kind for kind in ("refund", "buy") if kind in piece.lower()), None)


@pytest.mark.parametrize(
    ("text", "requests"),
    [
        ("refund one n buy the other", [("refund one", "refund"), ("buy the other", "buy")]),
        ("refund one plus also buy 2", [("refund one", "refund"), ("buy 2", "buy")]),
        ("Refund one. Oh, and buy 2.", [("Refund one", "refund"), ("buy 2.", "buy")]),
        ("refund una y además buy dos", [("refund una", "refund"), ("buy dos", "buy")]),
        ("refund one and keep the other", [("refund one and keep the other", "refund")]),
        ("refund one, mum is ill, buy 2", [("refund one, mum is ill", "refund"), ("buy 2", "buy")]),
        ("buy 2 for Aida and buy 3 for Tosca", [("buy 2 for Aida and buy 3 for Tosca", "buy")]),
        ("2 please, and refund one", [("2 please", None), ("refund one", "refund")]),
        ("buy the best one", [("buy the best one", None)]),
    ],
)
def test_what_is_no_request_by_itself_belongs_to_the_one_before(
    text: str, requests: list[tuple[str, str | None]]
) -> None:
    """Reasons, thanks and numbers are not cut off; one request alone needs no reading."""
    found = split_requests(text, _kind)

    assert [(one.text, one.kind) for one in found] == requests


def test_a_greeting_in_front_belongs_to_the_first_request() -> None:
    """It is none that waits."""
    requests = with_head(
        [Request("hi", None), Request("refund one", "refund"), Request("buy 2", "buy")]
    )

    assert [one.text for one in requests] == ["hi, refund one", "buy 2"]


@pytest.mark.parametrize(
    ("text", "form", "rest"),
    [
        ("refund one n buy 2 for the lakers", REFUND_FORM, "buy 2 for the lakers"),
        ("refund both plus get me one for the magic flute", REFUND_FORM, "get me one for"),
        ("yo refund n buy the other show", REFUND_FORM, "buy the other show"),
        ("put Ann on ticket 1 and refund the other", TRANSFER_FORM, "refund the other"),
        ("upgrade them to the parquet and put Rosa on ticket 1", UPGRADE_FORM, "put Rosa on"),
        ("I'd like a season ticket and two for swan lake", SEASON_FORM, "two for swan lake"),
    ],
)
@pytest.mark.parametrize("guess", ["request_refund", "buy_tickets", "inform", "nlu_fallback"])
def test_the_first_of_several_requests_is_begun_and_the_others_are_said_back(
    start: Begin, text: str, form: str, rest: str, guess: str
) -> None:
    """They were dropped; now the buyer reads with which words to go on."""
    buyer = start("paid")

    said = buyer.say(text, guess)

    assert buyer.active_loop == {"name": form}
    assert said[0] == "utter_one_after_the_other"
    assert rest in buyer.read_all()


def test_the_other_request_s_number_is_not_the_first_one_s(start: Begin) -> None:
    """ "Both" of "refund both plus get me one" was read as one."""
    buyer = start("paid")

    buyer.say("refund one plus get me three for the magic flute", "request_refund")

    assert buyer.slots["refund_quantity"] == 1


def test_a_paper_beside_a_request_is_told_at_once(start: Begin) -> None:
    """It needs no form, so nothing waits."""
    buyer = start("paid")

    said = buyer.say("I want a refund for one and a receipt for the rest", "request_refund")

    assert said == ["utter_receipt_of_order", "utter_ask_confirm_refund"]


def test_a_request_beside_an_answer_waits_and_the_answer_counts(shop: Container) -> None:
    """It was dropped, or took the place of what was being bought."""
    buyer = FormDriver(shop)
    buyer.say("swan lake loge please", "buy_tickets")

    said = buyer.say("2 please, and put Ann on one", "inform")

    assert said[0] == "utter_one_after_the_other"
    assert buyer.slots["quantity"] == 2


def test_a_yes_names_what_waits_behind_it(start: Begin) -> None:
    """Its words were to be found again by the buyer."""
    buyer = start("refund_summary")

    buyer.say("yes do it, and buy 2 for the magic flute", "affirm")

    assert "buy 2 for the magic flute" in buyer.read_all()


def test_a_yes_to_an_order_counts_beside_a_request_for_later(start: Begin) -> None:
    """It was no yes, and the request for something else took the order's place."""
    buyer = start("summary")

    said = buyer.say("yes, and put Ann on one of the tickets", "affirm")

    assert "utter_one_after_the_other" in said
    assert len(orders_of(buyer.container, buyer.buyer)) == 1


@pytest.mark.parametrize("text", ["yes, but refund the others", "no, and put Ann on one of them"])
def test_no_yes_and_one_with_a_reserve_order_nothing(start: Begin, text: str) -> None:
    """The control."""
    buyer = start("summary")

    buyer.say(text, "affirm")

    assert orders_of(buyer.container, buyer.buyer) == []


@pytest.mark.parametrize(
    "text",
    [
        "two for swan lake in the loge, because my mum turns 70, and thanks",
        "two for swan lake in the loge and none of them at the side",
        "hi there and good evening, two for swan lake in the loge",
    ],
)
def test_reasons_courtesy_and_stories_are_no_requests(shop: Container, text: str) -> None:
    """The control: nothing is said of them."""
    buyer = FormDriver(shop)

    said = buyer.say(text, "buy_tickets")

    assert "utter_one_after_the_other" not in said
    assert buyer.slots["quantity"] == 2


def test_a_request_that_is_left_for_something_else_is_no_answer(start: Begin) -> None:
    """The control: "I don't want more" answers nothing, so the names are what is wanted."""
    buyer = start("paid")
    buyer.say("2 for the lakers please", "buy_tickets")

    buyer.say("I don't want more! Put Ann Lee on my first ticket", "buy_tickets")

    assert buyer.active_loop == {"name": TRANSFER_FORM}


def test_an_order_that_is_to_be_another_is_one_request(start: Begin) -> None:
    """The control: what goes and what comes are one replacement."""
    buyer = start("unpaid")

    buyer.say("cancel it and book 3 in the orchestra instead", "cancel_order")

    assert buyer.active_loop == {"name": BUY_FORM}
    assert "utter_one_after_the_other" not in [one["response"] for one in buyer.answers]


def test_what_is_left_is_left_and_what_is_asked_beside_it_is_told(start: Begin) -> None:
    """ "Cancel that" was dropped, and the order summed up again."""
    buyer = start("summary")

    said = buyer.say("cancel that and tell me what's on in Boston", "browse_events")

    assert said == ["utter_nothing_ordered", "utter_shows_found"]
    assert orders_of(buyer.container, buyer.buyer) == []


def test_tickets_by_mail_are_told_of_and_buy_nothing(start: Begin) -> None:
    """Where no mail is sent, the request for it began a purchase."""
    buyer = start("paid")

    said = buyer.say("email me the tickets and what time do doors open", "ask_show")

    assert said[0] == "utter_about_email"
    assert buyer.active_loop == {}
