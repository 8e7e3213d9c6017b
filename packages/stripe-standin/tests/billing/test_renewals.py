"""Subscriptions by the clock: renewed, failing, tried again, mended, ended."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from harness.subscriber import DAY_S, Club
from stripe_standin import StandIn
from stripe_standin.testing import InProcessClient, make_standin


def _statuses(club: Club, subscription: Any) -> list[str]:
    invoices = club.client.v1.invoices.list({"subscription": subscription.id}).data
    return [str(one.status) for one in reversed(invoices)]


def _failing(club: Club) -> Any:
    """A monthly subscription whose card pays the first time and never again."""
    customer = club.member()
    subscription = club.subscribe(customer)
    card = club.card_of(customer.id, "pm_card_chargeCustomerFail")
    return club.client.v1.subscriptions.update(subscription.id, {"default_payment_method": card})


def test_period_that_ends_is_followed_by_the_next(club: Club) -> None:
    """The card is charged again and the invoice says why."""
    subscription = club.subscribed()
    club.forget_events()
    club.pass_days(366)
    assert club.told() == [
        "customer.subscription.updated",
        "invoice.created",
        "invoice.finalized",
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "invoice_payment.paid",
        "invoice.paid",
        "invoice.payment_succeeded",
        "charge.updated",
    ]
    invoice = club.last("invoice.paid")
    assert (invoice["billing_reason"], invoice["amount_paid"]) == ("subscription_cycle", 150000)
    renewed = club.subscription(subscription.id)
    first, second = subscription["items"].data[0], renewed["items"].data[0]
    assert second.current_period_start == first.current_period_end
    assert renewed.latest_invoice == invoice["id"]
    assert invoice["lines"]["data"][0]["period"]["start"] == first.current_period_end
    assert invoice["period_start"] == first.current_period_start


def test_jump_over_several_periods_leaves_no_gap(club: Club) -> None:
    """Whatever fell due is done in its order, each period once."""
    subscription = club.subscribe(club.member())
    club.pass_days(100)
    club.pass_days(0)
    assert _statuses(club, subscription) == ["paid"] * 4
    periods = [
        (line.period.start, line.period.end)
        for invoice in reversed(club.client.v1.invoices.list().data)
        for line in invoice.lines.data
    ]
    assert all(end == start for (_, end), (start, _) in zip(periods, periods[1:], strict=False))


def test_failed_renewal_is_past_due(club: Club) -> None:
    """The invoice stays open, with the time of the next try and a page to pay it on."""
    subscription = _failing(club)
    club.forget_events()
    club.pass_period(subscription)
    told = club.told()
    assert told[-4:] == [
        "charge.failed",
        "payment_intent.payment_failed",
        "invoice.payment_failed",
        "customer.subscription.updated",
    ]
    invoice = club.last("invoice.payment_failed")
    assert (invoice["status"], invoice["attempt_count"]) == ("open", 1)
    assert invoice["next_payment_attempt"] == invoice["created"] + 3 * DAY_S
    assert invoice["hosted_invoice_url"].endswith(f"/i/{invoice['id']}")
    assert club.subscription(subscription.id).status == "past_due"


def test_try_again_with_a_better_card_mends_it(club: Club) -> None:
    """A new default card is charged at the next try."""
    subscription = _failing(club)
    club.pass_period(subscription)
    card = club.card_of(subscription.customer, "pm_card_visa")
    club.client.v1.subscriptions.update(subscription.id, {"default_payment_method": card})
    club.pass_days(3)
    assert club.subscription(subscription.id).status == "active"
    assert _statuses(club, subscription) == ["paid", "paid"]


def test_subscription_ends_after_the_last_try(club: Club) -> None:
    """Three more tries, then it is canceled because of the payment."""
    subscription = _failing(club)
    club.pass_until(subscription["items"].data[0].current_period_end)
    club.pass_days(14.9)
    assert club.subscription(subscription.id).status == "past_due"
    club.pass_days(0.2)
    ended = club.subscription(subscription.id)
    assert (ended.status, ended.cancellation_details.reason) == ("canceled", "payment_failed")
    failed = [one for one in club.told() if one == "invoice.payment_failed"]
    assert len(failed) == 4
    assert club.told()[-1] == "customer.subscription.deleted"
    club.pass_days(100)
    assert len(_statuses(club, subscription)) == 2


def test_subscription_may_stay_unpaid_instead(club: Club, standin: StandIn) -> None:
    """Stripe's other setting: it is kept, and no longer charged."""
    standin.ends_unpaid = False
    subscription = _failing(club)
    club.pass_period(subscription)
    club.pass_days(15)
    assert club.subscription(subscription.id).status == "unpaid"
    club.pass_days(31)
    assert _statuses(club, subscription) == ["paid", "open", "open"]


def test_cancellation_waits_for_the_end_of_the_period(club: Club) -> None:
    """Until then it is active; then it ends without another charge."""
    subscription = club.subscribe(club.member())
    after = club.client.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    assert (after.status, after.cancel_at_period_end) == ("active", True)
    assert after.cancel_at == after["items"].data[0].current_period_end
    club.forget_events()
    club.pass_period(subscription)
    assert club.told() == ["customer.subscription.deleted"]
    ended = club.subscription(subscription.id)
    assert (ended.status, ended.ended_at) == ("canceled", after.cancel_at)
    assert _statuses(club, subscription) == ["paid"]


def test_cancellation_can_be_taken_back(club: Club) -> None:
    """It goes on as if nothing had been said."""
    subscription = club.subscribe(club.member())
    for wanted in (True, False):
        after = club.client.v1.subscriptions.update(
            subscription.id, {"cancel_at_period_end": wanted}
        )
    assert (after.cancel_at, after.canceled_at) == (None, None)
    club.pass_period(subscription)
    assert _statuses(club, subscription) == ["paid", "paid"]


@pytest.mark.parametrize(
    ("card", "status"),
    [
        ("4000002500003155", "active"),
        ("4000002760003184", "past_due"),
        ("4000000000000341", "past_due"),
    ],
)
def test_cards_may_need_the_buyer(club: Club, card: str, status: str) -> None:
    """A card that always asks cannot be charged alone; one that asked once can."""
    session = club.session()
    if club.standin.pay(session.id, card).state == "requires_action":
        club.standin.authenticate(session.id)
    subscription_id = club.again(session).subscription
    assert club.subscription(subscription_id).status == "active"
    club.pass_days(366)
    assert club.subscription(subscription_id).status == status


def test_nobody_pays_the_first_invoice(club: Club) -> None:
    """After 23 hours the subscription is over and its invoice void."""
    subscription = club.subscribe(club.member(), payment_behavior="default_incomplete")
    club.pass_days(0.9)
    assert club.subscription(subscription.id).status == "incomplete"
    club.pass_days(0.1)
    assert club.subscription(subscription.id).status == "incomplete_expired"
    assert _statuses(club, subscription) == ["void"]


def test_restart_ahead_in_time_renews(tmp_path: Any) -> None:
    """A stand-in that starts a year later finds what fell due."""
    early = make_standin(tmp_path)
    club = Club(_client(early), early)
    subscription = club.subscribed()
    early.close()
    late = make_standin(tmp_path, clock_offset_s=366 * DAY_S)
    club = Club(_client(late), late)
    assert _statuses(club, subscription) == ["paid", "paid"]
    late.close()


def _client(standin: StandIn) -> stripe.StripeClient:
    return stripe.StripeClient("sk_test_x", http_client=InProcessClient(standin))
