"""Tickets over HTTP: the buyer's page for who has its address, the check for who has the token."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.http.ticket_desk import TicketDesk, ticket_desk
from tests.servers import BEARER, is_refusal
from tests.ticketing.numbered_house import number_seats
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.domain.models import Order


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TicketDesk]:
    """A server of its own, for the tests of this file."""
    with ticket_desk(tmp_path_factory.mktemp("tickets")) as desk:
        yield desk


pytestmark = pytest.mark.live


def test_who_has_its_address_sees_the_ticket_without_a_token(desk: TicketDesk) -> None:
    """What it is for, its code as text below the QR code, and nothing that runs or is kept."""
    ticket, _ = desk.tickets(desk.sell())

    page = desk.get(ticket.id)

    assert page.status_code == 200
    for text in ("Lakers vs Warriors", "Ticket 1 of 2", "Section 101", "Los Angeles"):
        assert text in page.text
    assert desk.code(ticket) in page.text
    assert "<svg" in page.text
    assert "<script" not in page.text
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert (page.headers["Cache-Control"], page.headers["Referrer-Policy"]) == (
        "no-store",
        "no-referrer",
    )


@pytest.mark.parametrize(("kind", "begins"), [("pdf", b"%PDF-"), ("ics", b"BEGIN:VCALENDAR\r\n")])
def test_a_ticket_can_be_kept_as_a_file(desk: TicketDesk, kind: str, begins: bytes) -> None:
    """A PDF to print, an entry for the calendar."""
    ticket, _ = desk.tickets(desk.sell())

    answer = desk.get(f"{ticket.id}.{kind}")

    types = {"pdf": "application/pdf", "ics": "text/calendar; charset=utf-8"}
    assert answer.headers["Content-Type"] == types[kind]
    assert answer.content.startswith(begins)


@pytest.mark.parametrize(
    "name",
    [
        "tkt_" + "a" * 22,
        "tkt_" + "a" * 22 + ".pdf",
        "tkt_",
        "tkt_" + "a" * 21,
        "tkt_%00" + "a" * 19,
        "tkt_' OR 1=1 --aaaaaaaaaaa",
        "../orders",
        "check",
    ],
)
def test_a_guessed_address_is_nothing(desk: TicketDesk, name: str) -> None:
    """404 in the one shape, ticket-like or not; the check's own address takes no GET."""
    answer = desk.get(name)

    assert answer.status_code == (405 if name == "check" else 404 if name[0] != "." else 401)
    assert answer.json()["success"] is False


def test_another_ticket_of_the_order_is_not_on_the_page(desk: TicketDesk) -> None:
    """Who is given one of two has one of two."""
    one, two = desk.tickets(desk.sell())

    page = desk.get(one.id).text

    assert one.id in page
    assert two.id not in page


def test_a_door_lets_each_ticket_in_once(desk: TicketDesk) -> None:
    """Looked at it stays valid; redeemed the first time says so, every other time it is used."""
    order = desk.sell()
    ticket, _ = desk.tickets(order)
    code = desk.code(ticket)

    assert desk.check(code)["redeemed"] is False
    first, again = (desk.check(code, redeem=True) for _ in range(2))

    shown = {
        "id": ticket.id,
        "order_id": order.id,
        "show_id": "lakers-warriors",
        "seat": "Section 101",
        "status": "valid",
    }
    assert first == {"success": True, "ticket": shown, "redeemed": True}
    assert again == {"success": True, "ticket": {**shown, "status": "used"}, "redeemed": False}
    assert desk.check(code)["ticket"]["status"] == "used"
    assert "This ticket has been used." in desk.get(ticket.id).text


def test_a_door_whose_answer_was_lost_gets_it_again_under_its_key(desk: TicketDesk) -> None:
    """The same key says redeemed again, another key that it is used."""
    ticket, _ = desk.tickets(desk.sell())
    code = desk.code(ticket)

    first, again = (desk.check(code, key=f"door-{ticket.id}", redeem=True) for _ in range(2))

    assert first["redeemed"] is again["redeemed"] is True
    assert desk.check(code, key=f"gate-{ticket.id}", redeem=True)["redeemed"] is False


def test_another_shows_door_stays_shut_and_uses_nothing(desk: TicketDesk) -> None:
    """`other_show`, also with redeem; at its own show it is valid after that."""
    ticket, _ = desk.tickets(desk.sell())
    code = desk.code(ticket)

    other = desk.check(code, show_id="knicks-celtics", redeem=True)

    assert (other["ticket"]["status"], other["redeemed"]) == ("other_show", False)
    assert desk.check(code, show_id="lakers-warriors", redeem=True)["redeemed"] is True


@pytest.mark.parametrize("text", ["x", "T1:::::", "T1:tkt_a:show:key:sig", "é" * 900, "\u202e"])
def test_a_forged_code_names_nothing(desk: TicketDesk, text: str) -> None:
    """Only that it is forged."""
    nothing = dict.fromkeys(("id", "order_id", "show_id", "seat"))

    assert desk.check(text, redeem=True) == {
        "success": True,
        "ticket": {**nothing, "status": "forged"},
        "redeemed": False,
    }


def test_an_address_is_no_code(desk: TicketDesk) -> None:
    """Who only knows a ticket's id or address can't write its code."""
    ticket, _ = desk.tickets(desk.sell())
    for known in (ticket.id, f"{desk.url}/payments/tickets/{ticket.id}"):
        assert desk.check(known)["ticket"]["status"] == "forged"


def test_the_check_wants_the_token_and_a_body_that_makes_sense(desk: TicketDesk) -> None:
    """401 before anything is read; 400 names the field."""
    address = f"{desk.url}/payments/tickets/check"
    is_refusal(requests.post(address, json={"code": "x"}, timeout=60), 401, "unauthorized")
    for body in ({}, {"code": ""}, {"code": "x", "redeem": "yes"}, {"code": "x" * 1001}):
        answer = requests.post(address, json=body, headers=BEARER, timeout=60)
        is_refusal(answer, 400, "invalid_request")


def test_the_keys_verify_a_code(desk: TicketDesk) -> None:
    """Public, as JSON Web Keys; enough for a door without a line."""
    ticket, _ = desk.tickets(desk.sell())
    said, _, signature = desk.code(ticket).rpartition(":")

    (key,) = desk.get("keys").json()["keys"]

    assert (key["kty"], key["crv"], key["kid"]) == ("OKP", "Ed25519", said.split(":")[3])
    public = Ed25519PublicKey.from_public_bytes(urlsafe_b64decode(key["x"] + "="))
    public.verify(urlsafe_b64decode(signature + "=="), said.encode())


def test_an_order_lists_its_tickets(desk: TicketDesk) -> None:
    """With their addresses and what they are worth."""
    order = desk.sell(quantity=3)
    with desk.shop.database.begin() as conn:
        returned = {"status": "partially_refunded", "refunded_quantity": 1}
        conn.execute(
            sa.update(schema.orders).where(schema.orders.c.id == order.id).values(returned)
        )

    answer = requests.get(f"{desk.url}/payments/orders/{order.id}", headers=BEARER, timeout=60)

    shown = answer.json()["order"]
    (line,) = shown["lines"]
    assert (line["kind"], line["quantity"], line["extra_id"]) == ("purchase", 3, None)
    same = ("show_id", "section_id", "unit_amount", "amount_total", "amount_refunded")
    assert [line[name] for name in same] == [shown[name] for name in same]
    listed = shown["tickets"]
    assert [(each["number"], each["status"]) for each in listed] == [
        (1, "valid"),
        (2, "valid"),
        (3, "refunded"),
    ]
    assert all(each["url"].endswith(f"/payments/tickets/{each['id']}") for each in listed)
    assert {each["seat"] for each in listed} == {"Section 101"}
    gone = desk.get(listed[2]["id"]).text
    assert "This ticket was refunded" in gone
    assert "<svg" not in gone


def test_a_name_is_put_on_a_ticket_and_shown(desk: TicketDesk) -> None:
    """On the page and in the order; with the token, a valid ticket, and a name."""
    order = desk.sell()
    ticket, _ = desk.tickets(order)
    address = f"{desk.url}/payments/tickets/{ticket.id}/holder"
    is_refusal(requests.post(address, json={"holder": "Bo"}, timeout=60), 401, "unauthorized")

    def put(name: str | None) -> requests.Response:
        return requests.post(address, json={"holder": name}, headers=BEARER, timeout=60)

    assert put("Ana Pérez").json()["ticket"]["holder"] == "Ana Pérez"
    assert "Ana Pérez" in desk.get(ticket.id).text
    is_refusal(put("<script>"), 400, "invalid_request")
    answer = requests.get(f"{desk.url}/payments/orders/{order.id}", headers=BEARER, timeout=60)
    assert [one["holder"] for one in answer.json()["order"]["tickets"]] == ["Ana Pérez", None]
    assert put(None).json()["ticket"]["holder"] is None
    desk.check(desk.code(ticket), redeem=True)
    is_refusal(put("Bo"), 409, "wrong_state")


def test_the_shop_sells_tickets_that_are_paid_elsewhere(desk: TicketDesk) -> None:
    """With the token, once under its key; taken back they end, and a payment's do not."""
    address = f"{desk.url}/payments/orders"
    body = {"show_id": "lakers-warriors", "section_id": "101", "quantity": 2, "paid": "free"}
    is_refusal(requests.post(address, json=body, timeout=60), 401, "unauthorized")

    def sell(**changes: object) -> requests.Response:
        headers = {**BEARER, "Idempotency-Key": f"sell-{sorted(changes.items())}".replace(" ", "")}
        return requests.post(address, json={**body, **changes}, headers=headers, timeout=60)

    order = sell(holder="Bo").json()["order"]
    assert sell(holder="Bo").json()["order"] == order
    assert (order["paid_elsewhere"], order["amount_total"]) == ("free", 0.0)
    assert (order["status"], order["payment_intent_id"]) == ("paid", None)
    assert [one["holder"] for one in order["tickets"]] == ["Bo", "Bo"]
    assert desk.get(order["tickets"][0]["id"]).status_code == 200
    is_refusal(sell(paid="card"), 400, "invalid_request")
    is_refusal(sell(quantity=101), 400, "invalid_request")

    back = requests.post(f"{address}/{order['id']}/take-back", headers=BEARER, timeout=60).json()
    assert back["order"]["status"] == "refunded"
    assert {one["status"] for one in back["order"]["tickets"]} == {"refunded"}
    paid = desk.sell()
    refused = requests.post(f"{address}/{paid.id}/take-back", headers=BEARER, timeout=60)
    is_refusal(refused, 409, "wrong_state")


def test_a_stolen_link_ends_when_the_shop_replaces_the_ticket(desk: TicketDesk) -> None:
    """With the token, once; its page says so, and the answer has the new address."""
    stolen, _ = desk.tickets(desk.sell())
    address = f"{desk.url}/payments/tickets/{stolen.id}/replace"
    is_refusal(requests.post(address, timeout=60), 401, "unauthorized")

    new = requests.post(address, headers=BEARER, timeout=60).json()["ticket"]

    assert desk.check(desk.code(stolen), redeem=True)["ticket"]["status"] == "replaced"
    assert "was replaced" in desk.get(stolen.id).text
    assert desk.get(new["id"]).status_code == 200
    is_refusal(requests.post(address, headers=BEARER, timeout=60), 409, "wrong_state")


def test_a_numbered_seat_is_told_in_words_and_in_fields(desk: TicketDesk, tmp_path: Path) -> None:
    """To the door, to who reads the order, and to its buyer; null where it has no number."""

    def listed(of: Order) -> dict[str, Any]:
        address = f"{desk.url}/payments/orders/{of.id}"
        shown = requests.get(address, headers=BEARER, timeout=60).json()
        one: dict[str, Any] = shown["order"]["tickets"][1]
        return {name: one[name] for name in ("seat", "row", "seat_number")}

    assert listed(desk.sell()) == {"seat": "Section 101", "row": None, "seat_number": None}

    number_seats(desk.shop, tmp_path, rows="{A: 99}")
    order = desk.sell()
    _, ticket = desk.tickets(order)
    seat = f"Section 101, row A, seat {ticket.seat_number}"
    assert listed(order) == {"seat": seat, "row": "A", "seat_number": ticket.seat_number}
    assert desk.check(desk.code(ticket))["ticket"]["seat"] == seat
    assert seat in desk.get(ticket.id).text
