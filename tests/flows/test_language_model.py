"""A language model is one more witness: it helps where ours are unsure, and decides nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.flows.conversation import DOMAIN
from tests.flows.form_driver import FormDriver
from tests.language_model_double import LanguageModelDouble
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import buy
from ticket_clerk.language_model_client import LanguageModelClient
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Buyer
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.ticketing.orders.queries import orders_of
from ticket_clerk.understanding.opinion import without_personal

STRANGE = "would the gramophone waltz"


@pytest.fixture
def model() -> Iterator[LanguageModelDouble]:
    """A model behind HTTP."""
    model = LanguageModelDouble()
    yield model
    model.close()


def _with(container: Container, base: str, *, use: str = "unsure", **changed: int) -> Container:
    budget = {"timeout_s": 60, "calls_per_conversation": 40, "calls_per_hour": 1000, **changed}
    client = LanguageModelClient(base, key="sk-of-the-owner", model="small", **budget)
    chosen = replace(container.settings, llm_use=use)
    return replace(container, language_model=client, settings=chosen)


def test_without_a_model_nobody_is_asked(container: Container, model: LanguageModelDouble) -> None:
    """No address is the default."""
    assert not container.language_model.is_there
    assert FormDriver(container).say(STRANGE, "nlu_fallback") == ["utter_not_understood"]
    assert model.asked == []


def test_a_model_names_what_nobody_understood(
    container: Container, model: LanguageModelDouble
) -> None:
    """The intent leads where the buyer's own words would have."""
    model.answer = {"intent": "show_orders", "topic": "none"}

    sam = FormDriver(_with(container, model.base))

    assert sam.say(STRANGE, "nlu_fallback") == ["utter_no_orders"]
    assert model.keys == ["Bearer sk-of-the-owner"]


def test_a_model_names_a_topic(container: Container, model: LanguageModelDouble) -> None:
    """The answer is the catalog's fact, or that it isn't known."""
    model.answer = {"intent": "none", "topic": "dogs"}
    sam = FormDriver(_with(container, model.base))

    (response,) = sam.say(f"{STRANGE}?", "nlu_fallback")

    assert response.startswith(("utter_fact", "utter_ask_show_for_topic"))


def test_what_is_understood_asks_no_model(container: Container, model: LanguageModelDouble) -> None:
    """Unless the owner wants it asked for all."""
    model.answer = {"intent": "show_orders", "topic": "none"}

    assert FormDriver(_with(container, model.base)).say("what's on?", "browse_events") == [
        "utter_shows"
    ]
    assert model.asked == []
    asked_for_all = FormDriver(_with(container, model.base, use="all"), "kim")
    assert asked_for_all.say("what's on?", "browse_events") == ["utter_no_orders"]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b'{"choices": []}',
        b'{"choices": [{"message": {"content": "I am a model."}}]}',
        b'{"choices": [{"message": {"content": "[1]"}}]}',
        b'{"choices": [{"message": {"content": null}}]}',
        b'{"choices": ' + b"[" * 60_000,
        b"x" * 200_000,
    ],
)
def test_nonsense_is_no_opinion(
    container: Container, model: LanguageModelDouble, raw: bytes
) -> None:
    """The understanding without a model goes on."""
    model.raw = raw

    sam = FormDriver(_with(container, model.base))

    assert sam.say(STRANGE, "nlu_fallback") == ["utter_not_understood"]


@pytest.mark.parametrize("status", [302, 401, 429, 500])
def test_a_refusal_is_no_opinion(
    container: Container, model: LanguageModelDouble, status: int
) -> None:
    """Nor is a redirection, which might lead the key elsewhere."""
    model.status, model.answer = status, {"intent": "show_orders", "topic": "none"}

    sam = FormDriver(_with(container, model.base))

    assert sam.say(STRANGE, "nlu_fallback") == ["utter_not_understood"]


@pytest.mark.parametrize("trickles", [False, True])
def test_a_slow_model_costs_no_more_than_the_time_out(
    container: Container, model: LanguageModelDouble, trickles: bool
) -> None:
    """Also one that sends a byte now and then, which no time-out of a socket notices."""
    model.trickles, model.seconds = trickles, 0.3 if trickles else 30
    impatient = _with(container, model.base, timeout_s=1)
    sam, began = FormDriver(impatient), time.monotonic()

    assert sam.say(STRANGE, "nlu_fallback") == ["utter_not_understood"]
    assert time.monotonic() - began < 15


def test_nobody_there_is_no_opinion(container: Container) -> None:
    """A closed port."""
    sam = FormDriver(_with(container, "http://127.0.0.1:9/v1"))

    assert sam.say(STRANGE, "nlu_fallback") == ["utter_not_understood"]


@pytest.mark.parametrize("changed", [{"calls_per_conversation": 2}, {"calls_per_hour": 2}])
def test_a_budget_bounds_the_calls(
    container: Container, model: LanguageModelDouble, changed: dict[str, int]
) -> None:
    """Who writes nonsense for an hour costs the owner two calls."""
    sam = FormDriver(_with(container, model.base, **changed))
    for _ in range(5):
        sam.say(STRANGE, "nlu_fallback")

    assert len(model.asked) == 2


@pytest.fixture
def owner(container: Container, stripe_wire: StripeWire) -> Buyer:
    """A buyer with a paid and an unpaid order."""
    owner = FormDriver(container).buyer
    buy(container, stripe_wire, buyer=owner)
    start_checkout(container, owner, show_id="swan-lake-matinee", section_id="stalls", quantity=1)
    return owner


ORDERED = [*sorted(name for name in DOMAIN["intents"] if isinstance(name, str)), "EXTERNAL", "none"]


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    answers=st.lists(
        st.one_of(
            st.fixed_dictionaries(
                {"intent": st.sampled_from(ORDERED), "topic": st.sampled_from(["age", "none", "x"])}
            ),
            st.dictionaries(st.text(max_size=8), st.one_of(st.integers(), st.text(max_size=9))),
            st.just({"intent": ["affirm"], "topic": {"a": 1}}),
        ),
        min_size=3,
        max_size=6,
    )
)
def test_a_malicious_model_buys_refunds_and_cancels_nothing(
    container: Container, owner: Buyer, answers: list[Any]
) -> None:
    """It reaches only what the buyer could have typed, and a yes is the buyer's own.

    Every message is nonsense, so that whatever happens is the model's doing.
    """
    before = {order.id: order.status for order in orders_of(container, owner)}
    model = LanguageModelDouble()
    sam = FormDriver(_with(container, model.base, use="all"), owner.sender_id)
    for answer in answers:
        model.answer = answer
        # The driver has no refund form: that it would start is as far as a model gets.
        with suppress(KeyError):
            sam.say(STRANGE, "nlu_fallback")
    model.close()

    assert len(before) == 2
    assert {order.id: order.status for order in orders_of(container, owner)} == before


def test_a_model_cannot_say_yes(container: Container, model: LanguageModelDouble) -> None:
    """To a summary only words of the buyer's are consent."""
    sam = FormDriver(_with(container, model.base, use="all"))
    sam.say("2 tickets for the lakers in section 101", "buy_tickets")
    model.answer = {"intent": "affirm", "topic": "none"}

    sam.say(STRANGE, "nlu_fallback")

    assert orders_of(container, sam.buyer) == []
    assert "affirm" not in json.dumps(model.asked[-1]["response_format"])


def test_what_goes_out_holds_nothing_personal(
    container: Container, model: LanguageModelDouble
) -> None:
    """The sentence without addresses and numbers, names of ours, and no sender."""
    sam = FormDriver(_with(container, model.base), "sender-of-ann")

    sam.say("would ann.smith+x@mail.example waltz +1 212 555 0143", "nlu_fallback")

    sent = json.dumps(model.asked)
    for secret in ("ann.smith", "0143", "sender-of-ann", "sk-of-the-owner"):
        assert secret not in sent
    assert model.messages == ["would […] waltz […]"]


@pytest.mark.parametrize(
    "text",
    ["4242 4242 4242 4242", "call 212.555.0143", "https://a.example/x", "of ord_AbCdEf4529"],
)
def test_numbers_and_links_are_blanked(text: str) -> None:
    """However they are written."""
    assert "[…]" in without_personal(text)
    assert not any(digit in without_personal(text) for digit in "4529")


@pytest.mark.parametrize("text", ["2 for march 5", "section 318, 7:30 pm", "up to $1,500"])
def test_what_a_purchase_needs_is_kept(text: str) -> None:
    """Small numbers tell nobody who somebody is."""
    assert without_personal(text) == text
