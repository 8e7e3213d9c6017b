"""A real model of 135 million parameters: it speaks the protocol, and what it says is only a guess.

It is far too small to understand anybody, which makes it a fair opponent: every answer fits the
schema, and most are wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.flows.form_driver import FormDriver
from tests.flows.test_sentences import begin, shop
from tests.servers import ROOT, free_port, running, wait_for
from tests.stripe_wire import StripeWire
from ticket_clerk.language_model_client import LanguageModelClient
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import OrderStatus
from ticket_clerk.ticketing.orders.queries import orders_of
from ticket_clerk.understanding.opinion import Question

__all__ = ["shop"]
pytestmark = [pytest.mark.live, pytest.mark.sqlite_only]

INTENTS = ("buy_tickets", "request_refund", "cancel_order", "browse_events", "affirm")
TOPICS = ("parking", "age", "dress_code")
# Nothing that the understanding without a model knows.
STRANGE = (
    "would the gramophone waltz",
    "the lamp of my uncle sings sideways",
    "purple is heavier than thursday",
)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of llama.cpp with the model, as an owner would write it into LLM_API_BASE."""
    port = free_port()
    command = [str(ROOT / ".model/bin/python"), str(Path(__file__).parent / "serve.py"), str(port)]
    with running(command, {}, tmp_path_factory.mktemp("model") / "log"):
        wait_for(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}/v1"


@pytest.fixture
def client(base: str) -> LanguageModelClient:
    """A client that has the time which a busy machine takes."""
    budget = {"timeout_s": 300, "calls_per_conversation": 100, "calls_per_hour": 1000}
    return LanguageModelClient(base, key="", model="smollm2", **budget)


@pytest.mark.parametrize("text", ["is there parking?", "give me my money back", STRANGE[0]])
def test_every_answer_is_of_our_lists(client: LanguageModelClient, text: str) -> None:
    """Held to the schema by the server, and looked at again by us."""
    question = Question(INTENTS, TOPICS)
    answers: list[object] = []

    def ask(instruction: str, message: str, schema: object) -> dict[str, object] | None:
        answers.append(client.ask(instruction, message, schema, conversation="sam"))  # type: ignore[arg-type]
        return answers[-1]  # type: ignore[return-value]

    opinion = question.ask(text, ask)

    assert isinstance(answers[0], dict)
    assert opinion.intent in {None, *INTENTS} - {"affirm"}
    assert opinion.topic in {None, *TOPICS}


@pytest.mark.parametrize("context", ["nothing", "summary", "paid", "refund_summary"])
def test_a_model_that_understands_nobody_does_no_harm(
    shop: Container, stripe_wire: StripeWire, client: LanguageModelClient, context: str
) -> None:
    """Asked for every message, it orders, cancels and refunds nothing: a yes is the buyer's own."""
    buyer = begin(shop, stripe_wire, context, context)
    before = [(order.id, order.status) for order in orders_of(shop, buyer.buyer)]
    chosen = replace(shop.settings, llm_use="all")
    guided = FormDriver(replace(shop, language_model=client, settings=chosen), context)
    guided.__dict__.update({**buyer.__dict__, "container": guided.container})

    for text in STRANGE:
        assert guided.say(text, "nlu_fallback"), text

    assert [(order.id, order.status) for order in orders_of(shop, buyer.buyer)] == before
    assert OrderStatus.REFUNDED not in {status for _, status in before}
