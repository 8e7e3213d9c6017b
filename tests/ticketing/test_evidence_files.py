"""Files as evidence of a dispute: within Stripe's limits, at Stripe only, read with the rest."""

from __future__ import annotations

from typing import Any

import pypdfium2
import pytest

from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import buy
from tests.ticketing.ticket_desk import tickets
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.desk.evidence import read_case, submit_evidence
from ticket_clerk.ticketing.desk.evidence_files import (
    LARGEST,
    OF_TICKETS,
    put_file,
    take_out,
    tickets_pdf,
)
from ticket_clerk.ticketing.domain.errors import InvalidRequest, WrongState
from ticket_clerk.ticketing.domain.models import Order
from ticket_clerk.ticketing.domain.stripe_objects import StripeFile

DISPUTED = "4000000000000259"
PDF, PNG = b"%PDF-1.4 receipt", b"\x89PNG\r\n\x1a\n picture"


@pytest.fixture
def order(container: Container, stripe_wire: StripeWire) -> Order:
    """Two tickets whose payment is disputed."""
    return buy(container, stripe_wire, card=DISPUTED)


@pytest.fixture
def dispute_id(stripe_wire: StripeWire, order: Order) -> str:
    """Stripe's id of the dispute."""
    (dispute,) = stripe_wire.list_all("/v1/disputes")
    return str(dispute["id"])


def _evidence(wire: StripeWire) -> dict[str, Any]:
    (dispute,) = wire.list_all("/v1/disputes")
    evidence: dict[str, Any] = dispute["evidence"]
    return evidence


def _files(container: Container, dispute_id: str) -> dict[str, StripeFile]:
    return dict(read_case(container, dispute_id).files)


def test_a_file_waits_at_stripe_and_goes_to_the_bank_with_the_rest(
    container: Container, stripe_wire: StripeWire, dispute_id: str
) -> None:
    """Under a name of letters; another of the same kind takes its place."""
    put_file(container, dispute_id, "receipt", "C:\\Users\\kim\\a<b>.exe", PDF)
    kept = put_file(container, dispute_id, "receipt", "mail 1.pdf", PDF)
    letter = put_file(container, dispute_id, "customer_communication", "", PNG)

    assert _files(container, dispute_id) == {"receipt": kept, "customer_communication": letter}
    assert (kept.name, kept.kind, letter.name, letter.size) == (
        "mail 1.pdf",
        "pdf",
        "file.png",
        len(PNG),
    )
    names = [one["filename"] for one in stripe_wire.list_all("/v1/files")]
    assert sorted(names) == ["a_b_.pdf", "file.png", "mail 1.pdf"]

    submit_evidence(container, dispute_id)
    sent = _evidence(stripe_wire)
    assert (sent["receipt"], sent["customer_communication"]) == (kept.id, letter.id)
    with pytest.raises(WrongState):
        put_file(container, dispute_id, "receipt", "late.pdf", PDF)
    with pytest.raises(WrongState):
        take_out(container, dispute_id, "receipt")


def test_what_stripe_does_not_take_is_not_sent(
    container: Container, stripe_wire: StripeWire, dispute_id: str
) -> None:
    """Another type, another kind, and more than all files may have together."""
    for kind, contents in (("receipt", b"PK zip"), ("receipt", b""), ("customer_name", PDF)):
        with pytest.raises(InvalidRequest):
            put_file(container, dispute_id, kind, "a.pdf", contents)
    half = PDF.ljust(LARGEST // 2)
    put_file(container, dispute_id, "receipt", "a.pdf", half)
    put_file(container, dispute_id, "uncategorized_file", "b.pdf", half)
    put_file(container, dispute_id, "uncategorized_file", "c.pdf", half)
    with pytest.raises(InvalidRequest, match=r"4.5 MB, so this one 0.0 MB"):
        put_file(container, dispute_id, "refund_policy", "d.pdf", PDF)

    assert len(stripe_wire.list_all("/v1/files")) == 3


def test_a_bank_that_takes_fewer_pages_is_told_of(
    container: Container, stripe_wire: StripeWire, dispute_id: str
) -> None:
    """Stripe counts them when the file is put into the evidence, before anything is submitted."""
    error = {"type": "invalid_request_error", "code": "dispute_evidence_page_limit_exceeded"}
    refusal = {"error": {**error, "message": "Too many pages."}}
    stripe_wire.answer_instead(400, refusal, f"/{dispute_id}", method="POST")
    with pytest.raises(InvalidRequest, match="too many pages"):
        put_file(container, dispute_id, "receipt", "a.pdf", PDF)


def test_a_file_is_taken_out(
    container: Container, stripe_wire: StripeWire, dispute_id: str
) -> None:
    """Twice is once, and no other goes with it."""
    put_file(container, dispute_id, "receipt", "a.pdf", PDF)
    put_file(container, dispute_id, "refund_policy", "b.pdf", PDF)
    for _ in range(2):
        take_out(container, dispute_id, "receipt")

    assert list(_files(container, dispute_id)) == ["refund_policy"]


def test_the_tickets_go_along_without_their_codes(
    container: Container, stripe_wire: StripeWire, order: Order, dispute_id: str
) -> None:
    """Each on a page; whoever reads it gets through no door."""
    read = pypdfium2.PdfDocument(tickets_pdf(container, order))
    pages = [page.get_textpage().get_text_bounded() for page in read]
    for number, page in enumerate(pages, start=1):
        assert f"Ticket {number} of 2" in page
        assert order.id in page
    for ticket in tickets(container, order):
        assert not any(part in page for page in pages for part in (ticket.id, "T1:"))

    submit_evidence(container, dispute_id, with_tickets=True)
    (file,) = stripe_wire.list_all("/v1/files")
    assert (file["filename"], _evidence(stripe_wire)[OF_TICKETS]) == ("tickets.pdf", file["id"])


def test_an_operators_file_about_the_tickets_is_not_replaced(
    container: Container, stripe_wire: StripeWire, dispute_id: str
) -> None:
    """They know what they put there."""
    own = put_file(container, dispute_id, OF_TICKETS, "scan.png", PNG)
    submit_evidence(container, dispute_id, with_tickets=True)

    assert _evidence(stripe_wire)[OF_TICKETS] == own.id
