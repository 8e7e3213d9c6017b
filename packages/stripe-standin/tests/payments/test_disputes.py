"""Disputes: the bank takes the money, the evidence brings it back or does not."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from harness.shop import Shop
from stripe_standin import StandIn

DISPUTED = "4000000000000259"
ASKED = "4000000000001976"


def _dispute(shop: Shop) -> Any:
    """The dispute about a fresh sale."""
    session = shop.sold(DISPUTED)
    return shop.client.v1.disputes.list({"payment_intent": session.payment_intent}).data[0]


def _balance(shop: Shop) -> int:
    return sum(one.net for one in shop.client.v1.balance_transactions.list().data)


def test_payment_succeeds_and_is_disputed(shop: Shop) -> None:
    """The buyer sees a payment; then the money and a fee are gone."""
    dispute = _dispute(shop)
    assert (dispute.status, dispute.reason, dispute.amount) == (
        "needs_response",
        "fraudulent",
        40000,
    )
    charge = shop.client.v1.charges.retrieve(dispute.charge)
    assert (charge.status, charge.disputed) == ("succeeded", True)
    assert shop.told()[-4:] == [
        "checkout.session.completed",
        "charge.updated",
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
    ]
    assert _balance(shop) == -1190 - 1500
    booked = shop.client.v1.balance_transactions.list({"source": dispute.id}).data
    assert [(one.type, one.reporting_category, one.fee) for one in booked] == [
        ("adjustment", "dispute", 1500)
    ]


def test_winning_evidence_brings_the_money_back(shop: Shop) -> None:
    """Closed as won, with the fee."""
    dispute = _dispute(shop)
    after = shop.client.v1.disputes.update(
        dispute.id, {"evidence": {"uncategorized_text": "winning_evidence"}}
    )
    assert (after.status, after.evidence_details.submission_count) == ("won", 1)
    assert shop.told()[-3:] == [
        "charge.dispute.updated",
        "charge.dispute.closed",
        "charge.dispute.funds_reinstated",
    ]
    assert shop.last("charge.dispute.closed")["status"] == "won"
    assert _balance(shop) == 40000 - 1190
    assert shop.client.v1.refunds.create({"charge": str(dispute.charge)}).status == "succeeded"


def test_losing_evidence_closes_it_as_lost(shop: Shop) -> None:
    """The money stays where it is."""
    dispute = _dispute(shop)
    after = shop.client.v1.disputes.update(
        dispute.id, {"evidence": {"uncategorized_text": "losing_evidence"}}
    )
    assert after.status == "lost"
    assert shop.told()[-1] == "charge.dispute.closed"
    with pytest.raises(stripe.InvalidRequestError, match="already closed"):
        shop.client.v1.disputes.update(dispute.id, {"metadata": {"a": "b"}})


def test_other_evidence_is_under_review(shop: Shop) -> None:
    """What was only staged waits to be submitted."""
    dispute = _dispute(shop)
    disputes = shop.client.v1.disputes
    staged = disputes.update(
        dispute.id, {"evidence": {"product_description": "Two tickets"}, "submit": False}
    )
    assert (staged.status, staged.evidence_details.has_evidence) == ("needs_response", True)
    assert disputes.update(dispute.id, {"submit": True}).status == "under_review"
    assert disputes.retrieve(dispute.id).evidence.product_description == "Two tickets"


def test_merchant_may_give_in(shop: Shop) -> None:
    """Closing a dispute loses it."""
    dispute = _dispute(shop)
    assert shop.client.v1.disputes.close(dispute.id).status == "lost"
    assert shop.told()[-1] == "charge.dispute.closed"


def test_dispute_without_an_answer_is_lost(shop: Shop, standin: StandIn) -> None:
    """When the time to answer is over."""
    dispute = _dispute(shop)
    standin.clock.offset_s = 10 * 24 * 3600
    after = shop.client.v1.disputes.retrieve(dispute.id)
    assert (after.status, after.evidence_details.past_due) == ("lost", True)


def test_disputed_charge_is_not_refunded(shop: Shop) -> None:
    """The buyer would be paid back twice."""
    dispute = _dispute(shop)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.client.v1.refunds.create({"payment_intent": str(dispute.payment_intent)})
    assert refused.value.code == "charge_disputed"
    assert shop.client.v1.refunds.list().data == []


def test_inquiry_moves_no_money(shop: Shop) -> None:
    """The bank asks first; meanwhile the charge can be refunded."""
    session = shop.sold(ASKED)
    dispute = shop.client.v1.disputes.list({"payment_intent": session.payment_intent}).data[0]
    assert (dispute.status, dispute.is_charge_refundable) == ("warning_needs_response", True)
    assert shop.told()[-1] == "charge.dispute.created"
    refund = shop.client.v1.refunds.create({"payment_intent": session.payment_intent})
    assert refund.status == "succeeded"


def test_inquiry_is_closed_and_neither_won_nor_lost(shop: Shop, standin: StandIn) -> None:
    """By the merchant, by evidence, or by time."""
    v1 = shop.client.v1
    inquiries = []
    for _ in range(3):
        session = shop.sold(ASKED)
        inquiries += v1.disputes.list({"payment_intent": session.payment_intent}).data
    v1.disputes.close(inquiries[0].id)
    v1.disputes.update(inquiries[1].id, {"evidence": {"uncategorized_text": "winning_evidence"}})
    standin.clock.offset_s += 10 * 24 * 3600
    after = [v1.disputes.retrieve(one.id) for one in inquiries]
    assert [one.status for one in after] == ["warning_closed"] * 3
    assert all(one.is_charge_refundable for one in after)
    assert shop.told().count("charge.dispute.closed") == 3
