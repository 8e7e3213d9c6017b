"""A dispute is answered with what the clerk knows, once, and only where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from tests.rasa_double import TOKEN, RasaDouble
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import ANN, buy, receive_all, status
from tests.ticketing.ticket_desk import tickets
from ticket_clerk.rasa_client import RasaClient
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.desk.evidence import LONGEST_TEXT, read_case, submit_evidence
from ticket_clerk.ticketing.domain.errors import StripeNotFound, WrongState
from ticket_clerk.ticketing.domain.models import Order, OrderStatus

DISPUTED, INQUIRY = "4000000000000259", "4000000000001976"
BEFORE, AFTER = 1790000000.0, 4102444800.0


@pytest.fixture
def rasa() -> Iterator[RasaDouble]:
    """A Rasa with Ann's conversation, in which she said yes."""
    double = RasaDouble(lambda *_: [])
    double.conversations[ANN.sender_id] = [
        {"event": "bot", "text": "2 × Lakers for $400.00?", "timestamp": BEFORE, "metadata": {}},
        {"event": "user", "text": "yes please", "timestamp": BEFORE + 1},
        {"event": "user", "text": "I sue you", "timestamp": AFTER},
    ]
    yield double
    double.close()


@pytest.fixture
def shop(container: Container, rasa: RasaDouble) -> Container:
    """A shop that can reach that Rasa."""
    return replace(container, rasa=RasaClient(rasa.url, TOKEN))


def _dispute(wire: StripeWire) -> dict[str, Any]:
    (dispute,) = wire.list_all("/v1/disputes")
    return dispute


@pytest.fixture
def order(shop: Container, stripe_wire: StripeWire) -> Order:
    """Two tickets whose payment is disputed; somebody came in with the first."""
    order = buy(shop, stripe_wire, card=DISPUTED)
    first = tickets(shop, order)[0]
    with shop.database.begin() as conn:
        one = sa.update(schema.tickets).where(schema.tickets.c.id == first.id)
        conn.execute(one.values(used_at=shop.now()))
    return order


def test_the_evidence_says_what_was_bought_used_paid_and_agreed(
    shop: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """And no ticket's id, which would open it; what was said later is nobody's evidence."""
    case = read_case(shop, _dispute(stripe_wire)["id"])
    said = case.evidence["uncategorized_text"]

    assert "2 × Lakers vs Warriors, Section 101" in case.evidence["product_description"]
    assert case.evidence["service_date"] == "2031-01-15"
    used, unused = case.evidence["access_activity_log"].splitlines()
    assert "Ticket 1 of 2: issued 20" in used
    assert "used at the door 20" in used
    assert "not used" in unused
    for part in ("payment, $400.00", "Receipt: http", "buyer: yes please", "given back until"):
        assert part in said
    everything = "\n".join(case.evidence.values())
    assert "I sue you" not in everything
    assert [one.id for one in tickets(shop, order) if one.id in everything] == []
    assert case.missing == ()


def test_it_is_sent_once_and_the_bank_decides(
    shop: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """With an operator's own words; sent again it is refused, and nothing is overwritten."""
    dispute_id = _dispute(stripe_wire)["id"]
    submit_evidence(shop, dispute_id, note="They were at the show.")

    sent = _dispute(stripe_wire)
    assert (sent["status"], sent["evidence_details"]["submission_count"]) == ("under_review", 1)
    assert sent["evidence"]["uncategorized_text"].endswith("They were at the show.")
    with pytest.raises(WrongState, match="answered already"):
        submit_evidence(shop, dispute_id)
    assert _dispute(stripe_wire) == sent
    receive_all(shop, stripe_wire)
    assert status(shop, order) is OrderStatus.DISPUTED


def test_an_inquiry_is_answered_as_a_dispute(shop: Container, stripe_wire: StripeWire) -> None:
    """The bank only asks; without an answer it may become one."""
    buy(shop, stripe_wire, card=INQUIRY)
    submit_evidence(shop, _dispute(stripe_wire)["id"])

    assert _dispute(stripe_wire)["status"] == "warning_under_review"


def test_what_is_missing_is_said_and_stops_nothing(
    shop: Container, stripe_wire: StripeWire, order: Order, rasa: RasaDouble
) -> None:
    """A conversation that is gone, or a Rasa that is away."""
    rasa.conversations.clear()
    assert "too far back" in read_case(shop, _dispute(stripe_wire)["id"]).missing[0]
    away = replace(shop, rasa=RasaClient("http://127.0.0.1:9", TOKEN))
    case = submit_evidence(away, _dispute(stripe_wire)["id"], note="x" * LONGEST_TEXT)

    assert "Rasa did not answer" in case.missing[0]
    assert max(map(len, case.evidence.values())) < LONGEST_TEXT


def test_a_dispute_of_somebody_else_s_is_not_answered(
    shop: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """Nor one that Stripe doesn't know."""
    with shop.database.begin() as conn:
        conn.execute(sa.update(schema.orders).values(payment_intent_id="pi_other"))
    with pytest.raises(WrongState, match="no order's"):
        submit_evidence(shop, _dispute(stripe_wire)["id"])
    with pytest.raises(StripeNotFound):
        submit_evidence(shop, "du_unknown")
