"""Giving a payment back, and answering a dispute with what the clerk knows."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from functools import partial
from urllib.parse import quote

from sanic.response import HTTPResponse, raw

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.desk import evidence, evidence_files, orders
from ticket_clerk.ticketing.domain.errors import InvalidRequest, WrongState
from ticket_clerk.ticketing.domain.stripe_objects import PaymentIntent
from ticket_clerk.ticketing.refunds.refund_requests import refund_payment

from .access import Desk, Visit
from .rendering import HEADERS
from .waiting import wait_for

# The longest file, and what a browser writes around it.
_LARGEST_FORM = evidence_files.LARGEST + 64 * 1024
REASONS = ("requested_by_customer", "duplicate", "fraudulent")


def add_routes(desk: Desk) -> None:
    """Add refunds, by a payment's id or its Checkout Session's, and disputes by theirs."""
    _add_refunds(desk)
    _add_disputes(desk)
    _add_files(desk)
    _add_submission(desk)


def _add_disputes(desk: Desk) -> None:
    container = desk.container

    @desk.page("/disputes/<dispute_id:str>")
    async def show_dispute(visit: Visit, dispute_id: str) -> HTTPResponse:
        case = await wait_for(partial(evidence.read_case, container, dispute_id), "Stripe or Rasa")
        return desk.show(
            visit,
            "dispute.html",
            dispute_id=dispute_id,
            case=case,
            kinds=evidence_files.KINDS,
            of_tickets=evidence_files.OF_TICKETS,
            most_bytes=evidence_files.LARGEST,
            most=evidence.LONGEST_NOTE,
        )

    @desk.page("/disputes/<dispute_id:str>/tickets.pdf")
    async def show_tickets(_visit: Visit, dispute_id: str) -> HTTPResponse:
        def write() -> bytes:
            order = evidence.read_order(container, dispute_id)
            return evidence_files.tickets_pdf(container, order)

        contents = await asyncio.to_thread(write)
        return raw(contents, headers=HEADERS, content_type="application/pdf")


def _add_submission(desk: Desk) -> None:
    container = desk.container

    @desk.form("/disputes/<dispute_id:str>/evidence")
    async def submit(visit: Visit, dispute_id: str) -> HTTPResponse:
        note, with_tickets = visit.form.get("note", ""), bool(visit.form.get("tickets"))
        case = await asyncio.to_thread(evidence.read_case, container, dispute_id, note=note)

        def do(_key: str) -> None:
            evidence.submit_evidence(container, dispute_id, note=note, with_tickets=with_tickets)

        # Acts are kept for good, and nothing that the buyer said is: its names only.
        names = [*case.evidence, *case.files, *(["tickets as PDF"] if with_tickets else [])]
        detail = f"{dispute_id}: {', '.join(names)}"
        then = f"/orders/{case.order.id}"
        return await desk.carry_out(
            visit, "submit_evidence", case.order.id, do, detail=detail, then=then
        )


def _add_files(desk: Desk) -> None:
    container = desk.container

    @desk.form("/disputes/<dispute_id:str>/files", largest=_LARGEST_FORM)
    async def add_file(visit: Visit, dispute_id: str) -> HTTPResponse:
        kind, sent = visit.form.get("kind", ""), visit.files.get("file")
        if sent is None or not sent.contents:
            raise InvalidRequest("Choose a file.", field="file")

        def do(_key: str) -> None:
            evidence_files.put_file(container, dispute_id, kind, sent.name, sent.contents)

        # Its name may be a buyer's, and acts are kept for good.
        detail = f"{dispute_id}: {kind}, {len(sent.contents)} bytes"
        return await act(visit, dispute_id, "add_evidence", do, detail)

    @desk.form("/disputes/<dispute_id:str>/files/take-out")
    async def take_out(visit: Visit, dispute_id: str) -> HTTPResponse:
        kind = visit.form.get("kind", "")

        def do(_key: str) -> None:
            evidence_files.take_out(container, dispute_id, kind)

        return await act(visit, dispute_id, "take_out_evidence", do, f"{dispute_id}: {kind}")

    async def act(
        visit: Visit, dispute_id: str, kind: str, do: Callable[[str], None], detail: str
    ) -> HTTPResponse:
        order = await asyncio.to_thread(evidence.read_order, container, dispute_id)
        then = f"/disputes/{quote(dispute_id)}"
        return await desk.carry_out(visit, kind, order.id, do, detail=detail, then=then)


def _add_refunds(desk: Desk) -> None:
    container = desk.container

    @desk.page("/payments/<payment_id:str>/refund")
    async def show_refund(visit: Visit, payment_id: str) -> HTTPResponse:
        order = await asyncio.to_thread(orders.find_order_of_payment, container, payment_id)
        intent = await wait_for(partial(_intent, container, payment_id), "Stripe")
        return desk.show(
            visit, "refund.html", payment_id=payment_id, order=order, intent=intent, reasons=REASONS
        )

    @desk.form("/payments/<payment_id:str>/refund")
    async def refund(visit: Visit, payment_id: str) -> HTTPResponse:
        amount, quantity = visit.form.get("amount") or None, _quantity(visit)
        reason = visit.form.get("reason") or None
        order = await asyncio.to_thread(orders.find_order_of_payment, container, payment_id)
        subject = order.id if order else payment_id

        def do(key: str) -> None:
            refund_payment(
                container,
                payment_id,
                amount=amount,
                quantity=quantity,
                reason=reason,
                idempotency_key=key,
            )

        tickets = "" if quantity is None else f", {quantity} tickets"
        detail = f"{amount or 'all that is left'} of {payment_id}{tickets}"
        then = f"/orders/{subject}" if order else "/review"
        return await desk.carry_out(visit, "refund", subject, do, detail=detail, then=then)


def _intent(container: Container, payment_id: str) -> PaymentIntent:
    """Read the payment from Stripe, which knows what is left of any."""
    if not payment_id.startswith("cs_"):
        return container.stripe.get_payment_intent(payment_id)
    paid_by = container.stripe.get_checkout_session(payment_id).payment_intent_id
    if paid_by is None:
        raise WrongState("Nothing was paid in this Checkout Session.")
    return container.stripe.get_payment_intent(paid_by)


def _quantity(visit: Visit) -> int | None:
    text = visit.form.get("quantity", "")
    if text and not re.fullmatch("[0-9]{1,4}", text):
        raise InvalidRequest("The number of tickets must be a whole number.", field="quantity")
    return int(text) if text else None
