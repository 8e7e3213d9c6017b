"""What Prometheus is told: the database's states, and what this process has counted."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest

from tests.moving_clock import MovableClock
from tests.prometheus import Scrape, read_metrics
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import buy, give_back
from tests.ticketing.test_query_plans import scans, statements
from ticket_clerk.flows.action import outcome_of
from ticket_clerk.stripe_client.connection import _resource
from ticket_clerk.ticketing.container import Container, build_container
from ticket_clerk.ticketing.domain.models import Buyer
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.ticketing.reports.metrics import export_metrics

# Of a channel that can be written to.
BOB = Buyer("socketio", "bob")


def scrape(container: Container) -> Scrape:
    """What a scraper would read now."""
    return read_metrics(export_metrics(container))


def test_a_sale_is_in_seats_and_money(
    container: Container, stripe_wire: StripeWire, clock: MovableClock
) -> None:
    """Two tickets of $200 are sold, one goes back: the states are the database's."""
    clock.move_to_noon()
    before = scrape(container)
    order = buy(container, stripe_wire)
    sold = scrape(container)

    show = str(order.show_id)
    assert before("ticket_clerk_database_up") == 1
    for state, more in (("sold", 2), ("left", -2), ("held", 0)):
        labels = {"show": show, "state": state}
        change = sold("ticket_clerk_seats", **labels) - before("ticket_clerk_seats", **labels)
        assert change == more, state
    usd = {"kind": "payment", "currency": "usd"}
    assert sold("ticket_clerk_money_today_minor_units", **usd) == 40_000
    assert sold("ticket_clerk_movements_today", **usd) == 1

    give_back(container, order, 1)

    back = scrape(container)("ticket_clerk_money_today_minor_units", kind="refund", currency="usd")
    assert back == -20_000


def test_a_hold_and_what_waits_for_its_buyer(
    container: Container, stripe_wire: StripeWire, clock: MovableClock
) -> None:
    """An unpaid order holds its seats; the notification of a paid one grows older."""
    start_checkout(container, BOB, show_id="lakers-warriors", section_id="101", quantity=2)
    assert scrape(container)("ticket_clerk_orders", status="open") == 1
    assert scrape(container)("ticket_clerk_seats", state="held") == 2

    buy(container, stripe_wire, buyer=BOB)
    clock.move(minutes=2)

    later = scrape(container)
    assert later("ticket_clerk_notifications", state="waiting") == 1
    assert later("ticket_clerk_notification_oldest_seconds", state="unreached") >= 120


def test_no_webhook_at_all_is_longer_ago_than_any(
    container: Container, stripe_wire: StripeWire
) -> None:
    """A shop whose endpoint was never registered has to be woken, too."""
    start_checkout(container, BOB, show_id="lakers-warriors", section_id="101", quantity=2)
    assert scrape(container)("ticket_clerk_last_webhook_seconds") == inf

    buy(container, stripe_wire)
    assert scrape(container)("ticket_clerk_last_webhook_seconds") < 60


def test_events_are_counted_by_what_came_of_them(
    container: Container, stripe_wire: StripeWire
) -> None:
    """A payment counts once; a type that nobody handles is no series of its own."""
    name = "ticket_clerk_webhook_events_total"
    before = scrape(container)
    buy(container, stripe_wire)
    after = scrape(container)

    paid = {"type": "checkout.session.completed", "outcome": "paid"}
    assert after(name, **paid) - before(name, **paid) == 1
    assert (
        after("ticket_clerk_payment_links_total", outcome="made")
        - before("ticket_clerk_payment_links_total", outcome="made")
        == 1
    )
    assert not after.labels(name) - {"type", "outcome"}


def test_no_scrape_reads_a_growing_table_whole(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Every state is found by an index, on both databases."""
    buy(container, stripe_wire)
    with statements(container) as noted:
        scrape(container)

    assert len(noted) >= 8
    assert scans(container, noted) == {}


def test_without_the_database_the_counts_are_still_told(container: Container) -> None:
    """A dead database is a figure, not an error: the alert on it needs the answer."""
    away = replace(container.settings, database_url="postgresql://clerk@127.0.0.1:9/clerk")
    told = scrape(build_container(away))

    assert told("ticket_clerk_database_up") == 0
    assert "ticket_clerk_seats" not in told.names
    assert told("ticket_clerk_process_start_time_seconds") > 0


@pytest.mark.parametrize(
    ("responses", "outcome"),
    [
        (["utter_shows"], "answered"),
        (["utter_fact", "utter_fact_unknown_at_venue"], "unknown_topic"),
        (["utter_not_understood_in_order"], "asked_again"),
        (["utter_not_understood_again"], "not_understood"),
        (["utter_error_sold_out"], "refused"),
        (["utter_shows", "utter_error_internal"], "error"),
        ([None], None),
        ([], None),
    ],
)
def test_understanding_is_counted_by_what_was_said(
    responses: list[str | None], outcome: str | None
) -> None:
    """The worst of a message's answers names it."""
    assert outcome_of(responses) == outcome


@pytest.mark.parametrize(
    ("path", "resource"),
    [
        ("/v1/checkout/sessions/cs_test_a1B2/expire", "checkout/sessions"),
        ("/v1/refunds?limit=100", "refunds"),
        ("/v1/customers/cus_abc", "customers"),
        ("/elsewhere", "other"),
    ],
)
def test_a_series_of_stripes_has_no_id(path: str, resource: str) -> None:
    """As many series as Stripe has resources, whatever is asked about."""
    assert _resource(f"https://api.stripe.com{path}") == resource
