"""The doctor's trial of money: it moves in test mode only, and Stripe's event must come."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import receive_all
from ticket_clerk.cli.doctor.payments import check_payment
from ticket_clerk.cli.doctor.result import Verdict
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.reports.stats import PaymentSummary, payment_summary

pytestmark = pytest.mark.sqlite_only

PAID_AND_BACK = {"test payment": Verdict.OK, "test refund": Verdict.OK}


def _verdicts(container: Container, *, expects_event: bool = False) -> dict[str, Verdict]:
    found = check_payment(container, expects_event=expects_event, event_within_s=0)
    return {result.thing: result.verdict for result in found}


def test_a_dollar_goes_there_and_back_and_no_figure_knows_of_it(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Paid, refunded, and nothing of it in the ledger when the events arrive."""
    assert _verdicts(container) == PAID_AND_BACK

    receive_all(container, stripe_wire)
    assert payment_summary(container, since=None, until=None) == {
        "usd": PaymentSummary(0, 0, 0, 0, 0.0)
    }


def test_with_a_live_key_no_money_is_moved(container: Container, stripe_wire: StripeWire) -> None:
    """It says so instead."""
    settings = replace(container.settings, stripe_secret_key="sk_live_of_the_tests")

    assert _verdicts(replace(container, settings=settings)) == {"test payment": Verdict.NOTE}
    assert stripe_wire.list_all("/v1/payment_intents") == []


@pytest.mark.parametrize("mood", ["cut", "refuse"])
def test_a_stripe_that_does_not_pay_is_found(
    container: Container, stripe_wire: StripeWire, mood: str
) -> None:
    """Away or refusing: to be mended, with what to do."""
    getattr(stripe_wire, mood)()

    (result,) = check_payment(container, expects_event=True)
    assert result.verdict is Verdict.BROKEN
    assert "docs/operations.md" in result.detail


def test_stripes_event_of_the_payment_is_waited_for(
    container: Container, stripe_wire: StripeWire
) -> None:
    """It came while the refund was made: Stripe knows our address, and we its secret."""

    def deliver(path: str) -> None:
        if path == "/v1/refunds":
            receive_all(container, stripe_wire)

    stripe_wire.on_answer = deliver

    assert _verdicts(container, expects_event=True) == {
        **PAID_AND_BACK,
        "stripe's event": Verdict.OK,
    }


def test_an_event_that_does_not_come_is_found(container: Container) -> None:
    """Nothing else would say so before a buyer does."""
    assert _verdicts(container, expects_event=True) == {
        **PAID_AND_BACK,
        "stripe's event": Verdict.BROKEN,
    }
