"""What is for sale is parsed once and read each time: no change of another process is missed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.moving_clock import MovableClock
from tests.ticketing.purchases import ANN
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database import for_sale, schema
from ticket_clerk.ticketing.domain.models import Section, Show
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import start_checkout

LAKERS = "lakers-warriors"


def _show(container: Container) -> Show | None:
    shows = queries.catalog(container).shows
    return next((show for show in shows if show.id == LAKERS), None)


def _section(container: Container) -> Section:
    show = _show(container)
    assert show is not None
    return next(section for section in show.sections if section.id == "101")


def _write(container: Container, table: sa.Table, **values: object) -> None:
    key = table.c.get("show_id", table.c.id)
    with container.database.begin() as conn:
        conn.execute(sa.update(table).where(key == LAKERS).values(**values))


def test_what_has_not_changed_is_not_parsed_again(container: Container) -> None:
    """It is the same object, so that what is made of the names may be kept beside it."""
    assert queries.catalog(container).shows is queries.catalog(container).shows


def test_a_turn_sees_what_another_process_has_changed(
    container: Container, make_container: Callable[[], Container]
) -> None:
    """A name, a price, seats that were taken, and a show that is withdrawn."""
    other = make_container()
    before = _section(container)

    _write(other, schema.shows, name="Lakers against Warriors")
    _write(other, schema.sections, unit_amount=12_300)
    start_checkout(other, ANN, show_id=LAKERS, section_id="101", quantity=2)
    show, after = _show(container), _section(container)
    _write(other, schema.shows, is_on_sale=False)

    assert show is not None
    assert show.name == "Lakers against Warriors"
    assert (after.unit_amount, after.seats_left) == (12_300, before.seats_left - 2)
    assert _show(container) is None
    assert "Lakers against Warriors" in queries.catalog(container).gone


def test_kept_without_a_look_at_the_rows_it_would_be_missed(
    container: Container,
    make_container: Callable[[], Container],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The control: who trusts what was read last sells at yesterday's price."""
    price = _section(container).unit_amount
    with container.database.read() as conn:
        last = for_sale.read_for_sale(conn, container.now())
    monkeypatch.setattr(
        "ticket_clerk.ticketing.database.tables.shows.read_for_sale", lambda *_: last
    )

    _write(make_container(), schema.sections, unit_amount=price + 100)

    assert _section(container).unit_amount == price


def test_a_show_that_begins_is_gone_though_no_row_has_changed(
    container: Container, clock: MovableClock
) -> None:
    """Time alone takes it off the list, and back where a clock was put back."""
    show = _show(container)
    assert show is not None

    clock.move(seconds=(show.starts_at - container.now() + timedelta(seconds=1)).total_seconds())
    assert _show(container) is None
    assert show.name in queries.catalog(container).gone
    clock.move(seconds=-60)

    assert _show(container) == show
