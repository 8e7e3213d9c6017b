"""Answering a dispute with what the clerk knows: a page that shows it, and the act."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from urllib.parse import quote

from sanic.response import HTTPResponse, raw

from ticket_clerk.ticketing.desk import evidence, evidence_files
from ticket_clerk.ticketing.domain.errors import InvalidRequest

from .access import Desk, Visit
from .rendering import HEADERS
from .waiting import wait_for

# The longest file, and what a browser writes around it.
_LARGEST_FORM = evidence_files.LARGEST + 64 * 1024


def add_routes(desk: Desk) -> None:
    """Add the page and its forms, by the dispute's id."""
    _add_pages(desk)
    _add_files(desk)
    _add_submission(desk)


def _add_pages(desk: Desk) -> None:
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
