"""Questions without an answer: said so in the buyer's words, and never answered by a neighbor."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.flows.form_driver import FormDriver
from tests.flows.test_sentences import Begin, shop, start
from ticket_clerk.flows.unanswered import LONGEST_QUOTE, plain_quote
from ticket_clerk.ticketing.container import Container

__all__ = ["shop", "start"]
STATES = ["nothing", "section_asked", "number_asked", "summary", "paid"]
# About a show or a house, but about nothing that any topic asks for.
UNHEARD_OF = [
    "does the lead tenor sign autographs at the stage door?",
    "is the chandelier older than the building?",
    "how many violins are in the orchestra pit?",
    "do the players run onto the pitch through a tunnel?",
]
DOUBT = "utter_perhaps"


@pytest.fixture
def ana(shop: Container) -> FormDriver:
    """A buyer who has said nothing yet."""
    return FormDriver(shop, sender_id="ana")


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("question", UNHEARD_OF)
def test_a_question_that_no_topic_fits_is_told_as_such(
    start: Begin, state: str, question: str
) -> None:
    """In the buyer's words with somebody who may know, or with a doubt; nothing changes by it."""
    buyer = start(state)
    before = {name: buyer.slots.get(name) for name in ("show", "section", "quantity")}
    said = buyer.say(question, "out_of_scope")

    assert {name: buyer.slots.get(name) for name in before} == before
    is_told = any(word in buyer.read_all() for word in question.rstrip("?").split(" ", 2)[2:])
    assert is_told or "utter_out_of_scope" in said or DOUBT in said, buyer.read_all()


def test_what_stands_beside_an_answer_is_not_passed_over(ana: FormDriver) -> None:
    """Of two questions the one without an answer is told, too."""
    ana.say("swan lake please", "buy_tickets")
    ana.say(f"where do I park? And {UNHEARD_OF[2]}", "ask_show")

    assert "violins" in ana.read_all()


def test_a_likely_topic_is_answered_without_a_doubt(ana: FormDriver) -> None:
    """As before, whatever stands in the question besides."""
    ana.say("swan lake please", "buy_tickets")

    assert DOUBT not in ana.say("is there a cloakroom?", "ask_show")
    assert DOUBT not in ana.say("do children pay less in the loge?", "ask_price")


def test_who_asks_again_is_told_that_this_is_all(ana: FormDriver) -> None:
    """The same text once more would be no answer."""
    ana.say("swan lake please", "buy_tickets")
    first = ana.say("how long is it?", "ask_show")
    again = ana.say("yes but how long is it exactly?", "ask_show")

    assert first[0] == "utter_fact_of_place"
    assert again[0].startswith("utter_fact_unknown")
    assert "than I said" in ana.read_all()


@given(st.text(max_size=300))
def test_a_quote_is_one_short_plain_line(text: str) -> None:
    """Whatever a buyer types: no line breaks, no markup, no address that a channel links."""
    quote = plain_quote(text)

    assert len(quote) <= LONGEST_QUOTE + 2
    assert not set(quote) & set("<>@\\/*~`[]{}()|#\n\r\t")


@pytest.mark.parametrize(
    ("typed", "quote"),
    [
        ("is it <b>loud</b>?", "is it loud"),
        ("see https://evil.example/x ok?", "see ok"),
        ("<!channel> and @here what now", "and what now"),
        ("mail me at ann@example.com please", "mail me at please"),
        ("*bold* _it_ `code` 3.50?", "bold it code 3.50"),
    ],
)
def test_links_and_markup_are_not_said_back(typed: str, quote: str) -> None:
    """A channel would read them."""
    assert plain_quote(typed) == quote


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("is there a cloakroom in the parquet or the loge?", "cloakroom"),
        ("are children under 4 let in?", "age"),
        ("do students under 26 pay less?", "discounts"),
    ],
)
def test_a_name_or_a_number_does_not_take_a_question_away(
    ana: FormDriver, question: str, topic: str
) -> None:
    """It is about the fact, not about prices within a budget or in two sections."""
    ana.say("swan lake please", "buy_tickets")
    said = ana.say(question, "ask_price")

    assert not {"utter_prices", "utter_shows_found", "utter_nothing_within"} & set(said), topic


def test_sections_are_compared_by_their_prices_where_that_is_asked(ana: FormDriver) -> None:
    """The control: where prices are asked they are told."""
    ana.say("swan lake please", "buy_tickets")

    assert "utter_prices" in ana.say("what do two in the loge cost?", "ask_price")


@pytest.mark.parametrize(
    "text", ["No. That is not what I asked for.", "230?? hell no. leave it as it was", "Nope."]
)
def test_a_no_of_its_own_asks_what_is_wrong(ana: FormDriver, text: str) -> None:
    """The same summary again would not."""
    ana.say("swan lake, the loge, 2 tickets", "buy_tickets")
    said = ana.say(text, "out_of_scope")

    assert "utter_ask_confirm_order_again" not in said
    assert ana.slots.get("confirm_order") is None


@pytest.mark.parametrize("text", ["never mind the sun. 2 in the loge", "i didn't stop anything"])
def test_what_is_left_aside_is_not_the_purchase(ana: FormDriver, text: str) -> None:
    """A word of leaving has its own object."""
    ana.say("swan lake please", "buy_tickets")
    ana.say(text, "inform")

    assert ana.slots["show"] == "swan-lake"


@pytest.mark.parametrize("text", ["never mind", "never mind the tickets", "stop", "forget it"])
def test_a_purchase_is_left_as_before(ana: FormDriver, text: str) -> None:
    """The control."""
    ana.say("swan lake please", "buy_tickets")
    ana.say(text, "inform")

    assert ana.slots.get("show") is None


def test_a_yes_counts_beside_a_question_and_a_remark(ana: FormDriver) -> None:
    """Wherever in the message it stands as a sentence of its own."""
    ana.say("swan lake, the loge, 2 tickets", "buy_tickets")
    said = ana.say("Fine, yes. Is there parking? I'm standing in a queue here", "affirm")

    assert "utter_checkout_link" in said


@pytest.mark.parametrize(
    "text",
    [
        "ok that took a minute. upgrade my seats",
        "Yes, you said so. Is there parking? I'm in a queue",
        "does apple pay work? if so go for it",
        "yes. but is there parking? only with it",
    ],
)
def test_a_yes_with_a_condition_waits(ana: FormDriver, text: str) -> None:
    """What it hangs on is answered first."""
    ana.say("swan lake, the loge, 2 tickets", "buy_tickets")

    assert "utter_checkout_link" not in ana.say(text, "affirm")


@pytest.mark.parametrize(
    "text",
    ["can I upgrade to the parquet later on too, or only today?", "could I upgrade if I like?"],
)
def test_a_question_about_an_act_begins_none(start: Begin, text: str) -> None:
    """An alternative or a condition asks how it is."""
    buyer = start("paid")
    buyer.say(text, "upgrade_seat")

    assert not buyer.active_loop


def test_a_plain_request_begins_it(start: Begin) -> None:
    """The control."""
    buyer = start("paid")
    buyer.say("can I upgrade to the parquet?", "upgrade_seat")

    assert buyer.active_loop.get("name") == "upgrade_form"


@pytest.mark.parametrize(
    "text",
    [
        "I don't want more tickets. I want to send two of the tickets I bought to my mother",
        "I want to hand on one of the seats we've just paid for, the ones we have",
    ],
)
def test_tickets_that_one_has_are_not_ordered_again(start: Begin, text: str) -> None:
    """What is wanted of them is answered."""
    buyer = start("paid")
    buyer.say(text, "buy_tickets")

    assert buyer.active_loop.get("name") != "buy_tickets_form"
