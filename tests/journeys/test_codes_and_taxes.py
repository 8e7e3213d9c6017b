"""A purchase with a code and a tax on a running clerk, from the wish to the last refund."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.journeys.books import balanced
from tests.journeys.buyers import LINK, ORDER, SocketBuyer, look, pay
from tests.journeys.clerk import Clerk


@pytest.fixture(scope="module")
def clerk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clerk]:
    """A clerk that takes codes, adds tax and has invoices made."""
    clerk = Clerk(
        tmp_path_factory.mktemp("taxed"),
        PROMOTION_CODES="on",
        AUTOMATIC_TAX="exclusive",
        STRIPE_INVOICES="on",
        STRIPE_STANDIN_TAX_RATE="8.875",
    )
    try:
        clerk.start()
        _at_stripe(clerk, "coupons", id="tenth", percent_off="10")
        for code, more in (("SUMMER10", {}), ("OLD10", {"active": "false"})):
            promotion = {"promotion[type]": "coupon", "promotion[coupon]": "tenth"}
            _at_stripe(clerk, "promotion_codes", code=code, **promotion, **more)
        yield clerk
    finally:
        clerk.stop()


def _at_stripe(clerk: Clerk, what: str, **params: str) -> dict[str, Any]:
    answer = requests.post(
        f"{clerk.environ['STRIPE_API_BASE']}/v1/{what}",
        data=params,
        auth=("sk_test_standin", ""),
        timeout=60,
    )
    answer.raise_for_status()
    made: dict[str, Any] = answer.json()
    return made


def test_from_the_code_to_the_last_refund(clerk: Clerk, socket_buyer: SocketBuyer) -> None:
    """$600 less $60, and $47.93 of tax: read before the yes, paid, receipted and given back."""
    assert "in total" in socket_buyer.say("3 tickets for the Lakers game in section 101")
    assert "What's the code?" in socket_buyer.say("I have a code")
    assert "is over" in socket_buyer.say("OLD10")
    assert "don't know that code" in socket_buyer.say("my code is <b>WINTER</b>")
    summary = socket_buyer.say("here's my code summer10")
    assert "SUMMER10 takes off 10%" in summary
    assert "$540.00 plus tax ($600.00 less $60.00 with the code SUMMER10)" in summary

    linked = socket_buyer.say("yes")
    order, link = ORDER.search(linked), LINK.search(linked)
    assert order, linked
    assert link, linked
    assert "$587.93" in look(link[0]).text
    pay(link[0])
    confirmation = socket_buyer.receives_once(order[0], "confirmed")
    assert "$587.93" in confirmation
    paid = clerk.order(order[0])
    sums = [paid[name] for name in ("amount_subtotal", "amount_discount", "amount_tax")]
    assert (paid["amount_total"], sums) == (587.93, [600, 60, 47.93])

    invoice = socket_buyer.say("I need an invoice")
    assert "/i/in_" in invoice
    assert "$587.93" in invoice

    assert "$195.97" in socket_buyer.say("refund one ticket")
    socket_buyer.say("yes")
    assert "$391.96" in socket_buyer.say("refund 2 tickets")
    socket_buyer.say("yes")
    assert clerk.order(order[0])["status"] == "refunded"
    assert clerk.order(order[0])["amount_refunded"] == 587.93
    balanced(clerk)
