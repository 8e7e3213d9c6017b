"""Refunds through the official client."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from harness.shop import Shop
from stripe_standin import StandIn

TOLD = ["charge.refunded", "refund.created", "refund.updated", "charge.refund.updated"]


def _refund(shop: Shop, **params: Any) -> Any:
    return shop.client.v1.refunds.create(params)  # type: ignore[arg-type]


def _charge(shop: Shop, session: Any) -> Any:
    charges = shop.client.v1.charges.list({"payment_intent": session.payment_intent})
    return charges.data[0]


def test_whole_refund_gives_everything_back(shop: Shop) -> None:
    """Without an amount the whole charge is refunded, and events tell of it."""
    session = shop.sold()
    refund = _refund(
        shop, payment_intent=session.payment_intent, metadata={"order_id": "ord_1"},
        reason="requested_by_customer",
    )  # fmt: skip
    assert (refund.amount, refund.status, refund.currency) == (40000, "succeeded", "usd")
    charge = _charge(shop, session)
    assert (charge.refunded, charge.amount_refunded) == (True, 40000)
    assert shop.told()[-4:] == TOLD
    assert shop.last("charge.refunded")["amount_refunded"] == 40000
    assert shop.last("refund.created")["metadata"] == {"order_id": "ord_1"}


def test_partial_refunds_add_up_to_the_charge_and_no_further(shop: Shop) -> None:
    """More than the rest is refused and moves nothing; after the rest nothing is left."""
    session = shop.sold()
    _refund(shop, payment_intent=session.payment_intent, amount=15000)
    assert _charge(shop, session).refunded is False
    with pytest.raises(stripe.InvalidRequestError, match=r"\$250.01.*\$250.00") as refused:
        _refund(shop, payment_intent=session.payment_intent, amount=25001)
    assert refused.value.param == "amount"
    assert _charge(shop, session).amount_refunded == 15000
    _refund(shop, charge=_charge(shop, session).id, amount=25000)
    assert _charge(shop, session).refunded is True
    with pytest.raises(stripe.InvalidRequestError) as done:
        _refund(shop, payment_intent=session.payment_intent)
    assert done.value.code == "charge_already_refunded"


def test_what_was_not_paid_is_not_refunded(shop: Shop) -> None:
    """Neither an unpaid PaymentIntent nor a failed charge."""
    session = shop.session()
    shop.standin.pay(session.id, "4000000000000002")
    session = shop.again(session)
    with pytest.raises(stripe.InvalidRequestError, match="successful charge"):
        _refund(shop, payment_intent=session.payment_intent)
    with pytest.raises(stripe.InvalidRequestError, match="was not successful"):
        _refund(shop, charge=_charge(shop, session).id)


@pytest.mark.parametrize(
    ("params", "code", "param"),
    [
        ({}, None, None),
        ({"payment_intent": "pi_none"}, "resource_missing", "payment_intent"),
        ({"charge": "ch_none"}, "resource_missing", "charge"),
        ({"payment_intent": "pi_x", "amount": 0}, "parameter_invalid_integer", "amount"),
        ({"payment_intent": "pi_x", "reason": "mood"}, None, "reason"),
    ],
)
def test_wrong_refunds_are_refused(
    shop: Shop, params: dict[str, Any], code: str | None, param: str | None
) -> None:
    """Each with Stripe's code and the parameter's name."""
    with pytest.raises(stripe.InvalidRequestError) as refused:
        _refund(shop, **params)
    assert (refused.value.code, refused.value.param) == (code, param)


def test_refunds_are_listed_by_payment(shop: Shop) -> None:
    """By PaymentIntent and by charge."""
    first, second = shop.sold(), shop.sold()
    made = _refund(shop, payment_intent=first.payment_intent, amount=100)
    _refund(shop, payment_intent=second.payment_intent)
    refunds = shop.client.v1.refunds
    by_intent = refunds.list({"payment_intent": first.payment_intent})
    by_charge = refunds.list({"charge": _charge(shop, first).id})
    assert [one.id for one in by_intent.data] == [one.id for one in by_charge.data] == [made.id]
    assert len(refunds.list().data) == 2
    assert refunds.retrieve(made.id).amount == 100


def test_refund_may_fail_later(shop: Shop) -> None:
    """With 4000 0000 0000 5126 the bank sends the money back: refund.failed, and the charge has
    it again.
    """
    session = shop.sold("4000000000005126")
    refund = _refund(shop, payment_intent=session.payment_intent)
    assert refund.status == "succeeded"
    assert shop.client.v1.refunds.retrieve(refund.id).status == "failed"
    assert shop.told()[-1] == "refund.failed"
    assert _charge(shop, session).amount_refunded == 0


def test_refund_may_be_pending_first(shop: Shop) -> None:
    """With 4000 0000 0000 7726 it succeeds only afterwards: refund.updated."""
    session = shop.sold("4000000000007726")
    refund = _refund(shop, payment_intent=session.payment_intent)
    assert (refund.status, refund.pending_reason) == ("pending", "processing")
    assert shop.client.v1.refunds.retrieve(refund.id).status == "succeeded"
    event = shop.client.v1.events.list({"type": "refund.updated"}).data[0]
    assert event.data.previous_attributes is not None
    assert event.data.previous_attributes["status"] == "pending"


def test_balance_adds_up(shop: Shop) -> None:
    """A charge and its refund leave the fee behind."""
    session = shop.sold()
    _refund(shop, payment_intent=session.payment_intent)
    booked = shop.client.v1.balance_transactions.list().data
    assert [one.type for one in booked] == ["refund", "charge"]
    assert sum(one.net for one in booked) == -1190


def _waiting(shop: Shop, card: str) -> Any:
    """A refund that is not done at once, of a sale with the card."""
    return _refund(shop, payment_intent=shop.sold(card).payment_intent)


@pytest.mark.parametrize(
    ("card", "first", "last"),
    [
        ("9000000000000118", "requires_action", "succeeded"),
        ("9000000000000126", "pending", "succeeded"),
        ("9000000000000134", "pending", "failed"),
    ],
)
def test_refund_may_take_a_minute(
    shop: Shop, standin: StandIn, card: str, first: str, last: str
) -> None:
    """Until the clock brings the bank's answer it stays as it was."""
    refund = _waiting(shop, card)
    assert refund.status == first
    standin.expire_overdue()
    assert shop.client.v1.refunds.retrieve(refund.id).status == first
    standin.clock.offset_s = 61
    assert shop.client.v1.refunds.retrieve(refund.id).status == last
    told = ["charge.refund.updated", "refund.updated", "refund.failed"]
    assert shop.told()[-1] in told
    amounts = shop.client.v1.charges.retrieve(refund.charge).amount_refunded
    assert amounts == (40000 if last == "succeeded" else 0)


def test_refund_that_waits_for_the_buyer_can_be_canceled(shop: Shop) -> None:
    """The money stays with the merchant; other refunds cannot be taken back."""
    refund = _waiting(shop, "9000000000000118")
    assert refund.next_action.type == "display_details"
    assert shop.client.v1.refunds.cancel(refund.id).status == "canceled"
    assert shop.client.v1.charges.retrieve(refund.charge).amount_refunded == 0
    assert shop.told()[-1] == "refund.updated"
    with pytest.raises(stripe.InvalidRequestError, match="requires_action"):
        shop.client.v1.refunds.cancel(refund.id)


def test_balance_is_available_after_two_days(shop: Shop, standin: StandIn) -> None:
    """First pending, then available, and the sum of what was booked."""
    shop.sold()
    balance = shop.client.v1.balance.retrieve()
    assert (balance.pending[0].amount, balance.available[0].amount) == (38810, 0)
    standin.clock.offset_s = 2 * 24 * 3600 + 1
    balance = shop.client.v1.balance.retrieve()
    assert (balance.pending[0].amount, balance.available[0].amount) == (0, 38810)
