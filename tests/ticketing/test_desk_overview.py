"""The overview's figures, on both databases: the ledger's and nobody else's."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import buy, give_back, receive_all
from tests.ticketing.test_query_plans import scans, statements
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.desk.overview import read_overview
from ticket_clerk.ticketing.domain.models import Buyer, OrderStatus
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.ticketing.reports.stats import payment_summary

DECLINED = "4000000000000002"


@pytest.fixture
def sales(container: Container, stripe_wire: StripeWire, clock: MovableClock) -> Container:
    """Two purchases, of which one goes back in part; a decline; an order that nobody pays."""
    clock.move_to_noon()
    give_back(container, buy(container, stripe_wire), 1)
    buy(container, stripe_wire, buyer=Buyer("web", "bea"))
    for name, card in (("cleo", DECLINED), ("dora", None)):
        order = start_checkout(
            container, Buyer("web", name), show_id="lakers-warriors", section_id="201", quantity=1
        )
        if card:
            stripe_wire.standin.pay(order.checkout_session_id, card=card)
    receive_all(container, stripe_wire)
    return container


def test_the_figures_are_those_of_the_api(sales: Container) -> None:
    """Added up by day they are what ``GET /payments/stats`` adds up at once."""
    total = read_overview(sales, 30).total
    stats = payment_summary(sales, since=None, until=None)["usd"]

    assert (total.revenue, total.payments) == (80000, 2)
    assert (total.revenue, total.refunded) == (stats.total_revenue, stats.refunded)
    assert (total.payments, total.failed) == (stats.successful_payments, stats.failed_payments)
    assert total.failed == 1


def test_each_day_has_a_period_and_a_year_has_weeks(sales: Container, clock: MovableClock) -> None:
    """Days without a sale are there, too; today is the last."""
    clock.move(days=3)

    month, year = read_overview(sales, 30), read_overview(sales, 365)

    assert len(month.periods) == 30
    assert [period.revenue for period in month.periods[-5:]] == [0, 80000, 0, 0, 0]
    assert month.periods[-1].first == sales.now().date()
    assert len(year.periods) == 53
    assert sum(period.revenue for period in year.periods) == year.total.revenue == 80000
    assert year.periods[1].first - year.periods[0].first == timedelta(days=7)


def test_what_is_older_is_left_out(sales: Container, clock: MovableClock) -> None:
    """Of money and of orders."""
    clock.move(days=40)

    overview = read_overview(sales, 30)

    assert (overview.total.revenue, overview.orders_made, overview.conversion) == (0, 0, None)


def test_orders_are_counted_by_what_became_of_them(sales: Container) -> None:
    """Paid ones, whatever was given back, of all that were made."""
    overview = read_overview(sales, 7)

    assert overview.orders == {
        OrderStatus.PARTIALLY_REFUNDED: 1,
        OrderStatus.PAID: 1,
        OrderStatus.OPEN: 2,
    }
    assert overview.conversion == 50.0


def test_a_show_says_how_full_it_is(sales: Container) -> None:
    """Sold and held, over all its sections; those long past are left out."""
    shows = {show.show_id: show for show in read_overview(sales, 7).shows}

    lakers = shows["lakers-warriors"]
    assert (lakers.sold, lakers.held) == (3, 2)
    with sales.database.begin() as conn:
        conn.execute(sa.update(schema.shows).values(starts_at=sales.now() - timedelta(days=8)))
    assert read_overview(sales, 7).shows == ()


def test_a_shop_that_sold_nothing_has_an_overview(container: Container) -> None:
    """Zeros in its own currency."""
    overview = read_overview(container, 30)

    assert overview.currency == "usd"
    assert {(period.revenue, period.refunded) for period in overview.periods} == {(0, 0)}


def test_no_figure_reads_a_growing_table_whole(sales: Container) -> None:
    """The last thirty days cost the same after ten years."""
    with statements(sales) as noted:
        read_overview(sales, 30)

    assert len(noted) >= 4
    assert scans(sales, noted) == {}
