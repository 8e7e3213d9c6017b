"""A subscription over real HTTP: the page, the webhooks, a restart a year later, the invoice."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests
import stripe

from harness.page import GOOD
from harness.process import Process
from harness.receiver import receiving
from harness.subscriber import DAY_S, SEASON

pytestmark = pytest.mark.live


def _client(process: Process) -> stripe.StripeClient:
    process.wait_until_it_listens()
    return stripe.StripeClient("sk_test_x", base_addresses={"api": process.url})


def test_season_ticket_is_renewed_after_a_restart(tmp_path: Path) -> None:
    """The renewal fails, its webhook has the link, and paying there mends the subscription."""
    with receiving("whsec_x") as receiver:
        settings = {
            "STRIPE_STANDIN_WEBHOOK_URL": receiver.url,
            "STRIPE_WEBHOOK_SECRET": "whsec_x",
        }
        with Process(tmp_path, **settings) as process:
            client = _client(process)
            session = client.v1.checkout.sessions.create(SEASON)  # type: ignore[arg-type]
            form = {**GOOD, "card_number": "4000000000000341"}
            answer = requests.post(str(session.url), data=form, allow_redirects=False, timeout=60)
            assert answer.status_code == 303
            receiver.wait_for("invoice.paid")
        later = {**settings, "STRIPE_STANDIN_CLOCK_OFFSET_S": str(366 * DAY_S)}
        with Process(tmp_path, **later) as process:
            client = _client(process)
            failed = receiver.wait_for("invoice.payment_failed")[0].event["data"]["object"]
            url = failed["hosted_invoice_url"]
            assert url.startswith(process.url)
            assert "Invoice paid" in requests.post(url, data=GOOD, timeout=60).text
            subscription = client.v1.subscriptions.list().data[0]
            assert subscription.status == "active"
            assert receiver.refused == 0
            ended = client.v1.subscriptions.cancel(
                subscription.id, {"cancellation_details": {"comment": "too far"}}
            )
            assert ended.cancellation_details is not None
            assert ended.cancellation_details.comment == "too far"
            receiver.wait_for("customer.subscription.deleted")
