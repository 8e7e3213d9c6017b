"""What the clerk knows of a disputed payment, in the words of Stripe's evidence.

It has what was bought, when each ticket was issued and used, what was paid and given back, and the
lines of the conversation in which the buyer said yes. Files are beside it (``evidence_files``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import ledger, orders, tickets
from ticket_clerk.ticketing.database.tables.ledger import Movement
from ticket_clerk.ticketing.domain.errors import RasaUnavailable, StripeError, WrongState
from ticket_clerk.ticketing.domain.models import Order
from ticket_clerk.ticketing.domain.money import format_amount
from ticket_clerk.ticketing.domain.order_lines import extras_text
from ticket_clerk.ticketing.domain.stripe_objects import Dispute, StripeFile
from ticket_clerk.ticketing.domain.tickets import Ticket
from ticket_clerk.ticketing.handoffs import handover
from ticket_clerk.ticketing.orders.receipts import find_receipt

from . import evidence_files

# https://docs.stripe.com/api/disputes/evidence_object
LONGEST_TEXT = 20_000
LONGEST_NOTE = 5_000
# The yes and what it answered; the order is made a moment after it.
_LINES = 8
_A_MOMENT = timedelta(minutes=1)


@dataclass(frozen=True)
class Case:
    """A dispute, its order, and the evidence by Stripe's names; ``missing`` is what isn't in it.

    ``files`` are those that Stripe has for it, by what they show; ``has_tickets`` says whether the
    order's own can be one.
    """

    dispute: Dispute
    order: Order
    evidence: Mapping[str, str]
    missing: tuple[str, ...]
    files: Mapping[str, StripeFile]
    has_tickets: bool


def read_case(container: Container, dispute_id: str, *, note: str = "") -> Case:
    """Gather the evidence for a dispute of an order, with an operator's own words.

    Rasa and the receipt may be missing. Raises StripeNotFound, StripeUnavailable, and WrongState
    for a payment that is no order's.
    """
    dispute = container.stripe.get_dispute(dispute_id)
    with container.database.read() as conn:
        order = _order_of(conn, dispute)
        issued: dict[str, datetime] = {}
        listed: list[Ticket] = []
        moved: list[Movement] = []
        for line in order.paid_together:
            owner = line.parent_order_id or line.id
            issued.update(tickets.list_issued(conn, owner))
            listed += tickets.list_tickets(conn, owner, now=container.now())
            moved += ledger.list_of_order(conn, line.id)
    consent, without_consent = _consent(container, order)
    receipt, without_receipt = _receipt(container, order)
    said = [*_money(order, moved), receipt, _terms(order), consent, note[:LONGEST_NOTE]]
    evidence = {
        "product_description": _product(order),
        "service_date": f"{order.starts_at:%Y-%m-%d}" if order.starts_at else "",
        "access_activity_log": "\n".join(_of_tickets(listed, issued)),
        "uncategorized_text": "\n\n".join(part for part in said if part),
    }
    texts = {name: text[:LONGEST_TEXT] for name, text in evidence.items() if text}
    missing = tuple(part for part in (without_consent, without_receipt) if part)
    files = evidence_files.read_files(container, dispute)
    return Case(dispute, order, texts, missing, files, bool(listed))


def read_order(container: Container, dispute_id: str) -> Order:
    """Read the order of a dispute; raises as :func:`read_case`."""
    dispute = container.stripe.get_dispute(dispute_id)
    with container.database.read() as conn:
        return _order_of(conn, dispute)


def submit_evidence(
    container: Container, dispute_id: str, *, note: str = "", with_tickets: bool = False
) -> Case:
    """Send the evidence to the bank, for good, with the files that are there: Stripe takes it once.

    ``with_tickets`` puts the buyer's tickets among them, where nothing takes their place. Raises
    WrongState for a dispute that was answered or decided, as at a repetition, and as
    :func:`read_case`.
    """
    case = read_case(container, dispute_id, note=note)
    evidence_files.check_open(case.dispute)
    if with_tickets and evidence_files.OF_TICKETS not in case.files:
        evidence_files.put_tickets(container, case.dispute, case.order)
    container.stripe.submit_evidence(dispute_id, case.evidence)
    return case


def _order_of(conn: Connection, dispute: Dispute) -> Order:
    order = orders.find_order_by_payment(conn, *dispute.payment_ids)
    if order is None:
        raise WrongState("The payment is no order's: answer in Stripe's dashboard.")
    return order


def _product(order: Order) -> str:
    what = "; ".join(map(_of_line, order.paid_together))
    return f"Tickets, delivered as codes in the buyer's conversation: {what}. Order {order.id}."


def _of_line(order: Order) -> str:
    what = f"{order.quantity} × {order.show_name}"
    if order.section_name:
        what += f", {order.section_name}"
    if order.extras:
        what += f", with {extras_text(order.extras)}"
    if order.starts_at is not None:
        what += f", {order.venue}, {order.city}, {order.starts_at:%Y-%m-%d %H:%M %z}"
    return what


def _of_tickets(listed: list[Ticket], issued: Mapping[str, datetime]) -> Iterator[str]:
    # By number: who has a ticket's id has the ticket.
    for ticket in listed:
        used = f"used at the door {_utc(ticket.used_at)}" if ticket.used_at else "not used"
        yield (
            f"Ticket {ticket.number} of {ticket.count}: issued {_utc(issued[ticket.id])}, {used}, "
            f"{ticket.status.value.replace('_', ' ')}."
        )


def _money(order: Order, moved: list[Movement]) -> Iterator[str]:
    lines = [f"Ordered {_utc(order.created_at)}; the buyer paid on Stripe's own page."]
    for one in moved:
        kind, amount = one.kind.replace("_", " "), format_amount(one.amount, one.currency)
        lines.append(f"{_utc(one.at)}: {kind}, {amount}.")
    yield "\n".join(lines)


def _terms(order: Order) -> str:
    if order.refundable_until is None:
        return ""
    fee = f"with a fee of {order.refund_fee} a ticket"
    return f"Tickets could be given back until {_utc(order.refundable_until)}, {fee}."


def _receipt(container: Container, order: Order) -> tuple[str, str]:
    try:
        receipt = find_receipt(container, order)
    except StripeError:
        receipt = None
    if receipt is None:
        return "", "Stripe has no receipt of it, or did not answer."
    return f"{'Invoice' if receipt.is_invoice else 'Receipt'}: {receipt.url}", ""


def _consent(container: Container, order: Order) -> tuple[str, str]:
    """Quote what was said up to the order; without it say why."""
    if order.buyer.is_erased:
        return "", "The buyer was erased, and what they said with them."
    try:
        said = handover.read_transcript(container, order.buyer)
    except RasaUnavailable:
        return "", "Rasa did not answer: the conversation is not in it."
    lines = [line for line in said if line.at <= order.created_at + _A_MOMENT][-_LINES:]
    if not any(line.by == "buyer" for line in lines):
        return "", "The order's part of the conversation is too far back."
    quoted = [f"{_utc(line.at)} {line.by}: {line.text}" for line in lines]
    return "\n".join(["From the conversation in which it was ordered:", *quoted]), ""


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(timezone.utc):%Y-%m-%d %H:%M} UTC"
