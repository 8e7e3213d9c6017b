"""Files as evidence of a dispute: kept at Stripe from their upload on, and nowhere here.

An operator's own, and the buyer's tickets as a PDF. They are put into the dispute's evidence at
once, which the bank reads when it is submitted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ticket_clerk.languages import FIRST
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import InvalidRequest, StripeRejected, WrongState
from ticket_clerk.ticketing.domain.models import Order
from ticket_clerk.ticketing.domain.stripe_objects import EVIDENCE_FILES, Dispute, StripeFile
from ticket_clerk.ticketing.tickets import document, pdf
from ticket_clerk.ticketing.tickets.queries import tickets_of

# Of all files of a dispute together; https://docs.stripe.com/disputes/responding.
LARGEST = 4_500_000
OF_TICKETS = "service_documentation"
# What an operator may add, by Stripe's names.
KINDS: Mapping[str, str] = {
    "receipt": "Receipt or confirmation",
    "customer_communication": "Correspondence with the buyer",
    OF_TICKETS: "Tickets, or proof that they were used",
    "refund_policy": "Refund policy",
    "cancellation_policy": "Cancellation policy",
    "duplicate_charge_documentation": "Receipt of the other payment, if it is called a duplicate",
    "uncategorized_file": "Something else",
}
_BEGINNINGS = {b"%PDF-": ".pdf", b"\xff\xd8\xff": ".jpg", b"\x89PNG\r\n\x1a\n": ".png"}
_TOO_MANY_PAGES = "dispute_evidence_page_limit_exceeded"
_LONGEST_NAME = 80


def read_files(container: Container, dispute: Dispute) -> dict[str, StripeFile]:
    """Read what Stripe has of a dispute's files, by what they show."""
    return {kind: container.stripe.get_file(file_id) for kind, file_id in dispute.files.items()}


def put_file(
    container: Container, dispute_id: str, kind: str, name: str, contents: bytes
) -> StripeFile:
    """Put a PDF, JPEG or PNG into the evidence, in the place of one that shows the same.

    Safe to repeat. Raises InvalidRequest for what Stripe doesn't take, WrongState for a dispute
    that was answered or decided, and what asking Stripe raises.
    """
    if kind not in KINDS:
        raise InvalidRequest("There is no such kind of evidence.", field="kind")
    ending = next((end for start, end in _BEGINNINGS.items() if contents.startswith(start)), None)
    if ending is None:
        raise InvalidRequest("The file has to be a PDF, a JPEG or a PNG.", field="file")
    dispute = container.stripe.get_dispute(dispute_id)
    check_open(dispute)
    return _put(container, dispute, kind, _plain_name(name, ending), contents)


def put_tickets(container: Container, dispute: Dispute, order: Order) -> StripeFile:
    """Put the order's tickets into the evidence, as :func:`put_file`."""
    return _put(container, dispute, OF_TICKETS, "tickets.pdf", tickets_pdf(container, order))


def tickets_pdf(container: Container, order: Order) -> bytes:
    """Write an order's tickets as a bank may see them: without the codes, which open the door."""
    found = [one for line in order.paid_together for one in tickets_of(container, line)]
    if not found:
        raise WrongState("The order has no tickets.")
    described = [document.describe(ticket, "", FIRST) for ticket in found]
    return pdf.pdf(*(replace(one, code=None) for one in described))


def take_out(container: Container, dispute_id: str, kind: str) -> None:
    """Take a file out of the evidence; Stripe keeps it, and no bank reads it. Safe to repeat."""
    if kind not in EVIDENCE_FILES:
        raise InvalidRequest("There is no such kind of evidence.", field="kind")
    check_open(container.stripe.get_dispute(dispute_id))
    container.stripe.put_evidence(dispute_id, {kind: ""})


def check_open(dispute: Dispute) -> None:
    """Raise WrongState unless evidence can still be given."""
    if not dispute.needs_response:
        raise WrongState("The dispute was answered already, or is decided.")


def _put(
    container: Container, dispute: Dispute, kind: str, name: str, contents: bytes
) -> StripeFile:
    others = [one.size for other, one in read_files(container, dispute).items() if other != kind]
    if sum(others) + len(contents) > LARGEST:
        raise InvalidRequest(
            f"All files together may have {LARGEST / 1e6} MB, so this one "
            f"{max(LARGEST - sum(others), 0) / 1e6:.1f} MB.",
            field="file",
        )
    file = container.stripe.upload_evidence(name, contents)
    try:
        container.stripe.put_evidence(dispute.id, {kind: file.id})
    except StripeRejected as exc:
        if exc.stripe_code != _TOO_MANY_PAGES:
            raise
        raise InvalidRequest("The evidence has too many pages for the bank.", field="file") from exc
    return file


def _plain_name(name: str, ending: str) -> str:
    """Keep of a browser's name for a file what is a name, with the ending of what it is."""
    base = name.replace("\\", "/").rpartition("/")[2].rpartition(".")[0] or name
    kept = "".join(sign if sign.isalnum() or sign in " -_" else "_" for sign in base)
    return (kept.strip()[:_LONGEST_NAME] or "file") + ending
