"""What is for sale is read once, and then what has changed: no change, whoever made it, is missed.

What is read after a change is held against what is read anew, without what was kept.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tests.conftest import SHOWS
from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import ANN, buy, give_back
from tests.ticketing.test_query_plans import statements
from ticket_clerk.ticketing.catalog import load_shows
from ticket_clerk.ticketing.catalog.shows_file import ShowsFile
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database import for_sale, schema
from ticket_clerk.ticketing.database.tables import shows as shows_table
from ticket_clerk.ticketing.domain.models import Catalog, Section, Show
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.ticketing.show_changes import call_off_show

LAKERS = "lakers-warriors"
TABLES = (schema.shows, schema.sections, schema.extras)
COLUMNS = [
    (table, column.name)
    for table in TABLES
    for column in table.c
    if not column.primary_key and column.name != "changed_in"
]


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


def _afresh(container: Container) -> Catalog:
    """The catalog as a process reads it that has read nothing yet."""
    for_sale.forget(container.database.engine)
    return queries.catalog(container)


def _with_extras(container: Container) -> None:
    part = {"show_id": LAKERS, "aliases": "[]", "unit_amount": 1500, "stock": 9}
    row = {**part, "id": "parking", "name": "Parking", "held": 0, "sold": 0, "is_on_sale": True}
    with container.database.begin() as conn:
        conn.execute(sa.insert(schema.extras).values(row))


def _drop_triggers(container: Container) -> None:
    with container.database.begin() as conn:
        if container.database.has_one_writer:
            names = sa.text("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'")
        else:
            names = sa.text(
                "SELECT tgname, tgrelid::regclass FROM pg_trigger WHERE NOT tgisinternal"
            )
        for name, table in conn.execute(names).all():
            of_table = "" if container.database.has_one_writer else f" ON {table}"
            conn.exec_driver_sql(f"DROP TRIGGER {name}{of_table}")


def _another(column: sa.Column, now: datetime) -> object:
    if isinstance(column.type, sa.Boolean):
        return sa.not_(column)
    if isinstance(column.type, sa.BigInteger):
        return column + 1
    if isinstance(column.type, schema.UtcDateTime):
        return now
    texts = {"aliases": '["Elsewhere"]', "seat_rows": '[["A", 9]]', "refund_fee": "5%"}
    texts["starts_at_local"] = "2031-03-01T19:30:00-08:00"
    return texts.get(column.name, "elsewhere")


@pytest.mark.parametrize(("table", "name"), COLUMNS, ids=[f"{t}.{name}" for t, name in COLUMNS])
def test_each_column_that_is_changed_by_whomever_is_seen(
    container: Container, table: sa.Table, name: str
) -> None:
    """By hand as well: the next turn reads what a process reads that has just begun."""
    _with_extras(container)
    before = queries.catalog(container)

    _write(container, table, **{name: _another(table.c[name], container.now())})
    after = queries.catalog(container)

    assert after == _afresh(container)
    # The first is UTC's form of another column, the second is the currency of the order's row.
    assert (after != before) == (name not in {"starts_at"})


def test_what_the_database_does_not_note_is_missed(container: Container) -> None:
    """The control: without its triggers a row that was written is not among those that changed."""
    before = queries.catalog(container)
    if not container.database.has_one_writer:
        pytest.skip("PostgreSQL's tables are those of all tests")
    _drop_triggers(container)

    _write(container, schema.sections, unit_amount=12_300)

    assert queries.catalog(container) == before != _afresh(container)


def test_every_way_to_change_what_is_for_sale_is_seen(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Held, sold, given back, moved, called off, loaded, withdrawn: after each, as read anew."""

    def call_off() -> None:
        call_off_show(container, LAKERS)

    def withdraw() -> None:
        with container.database.begin() as conn:
            shows_table.withdraw_show(conn, "swan-lake-matinee")

    kept = [queries.catalog(container)]
    ways: list[Callable[[], object]] = [
        lambda: start_checkout(container, ANN, show_id=LAKERS, section_id="101", quantity=1),
        lambda: buy(container, stripe_wire),
        lambda: give_back(container, buy(container, stripe_wire), 1),
        withdraw,
        lambda: load_shows(container.database, ShowsFile(SHOWS), now=container.now()),
        call_off,
    ]
    for way in ways:
        way()
        kept.append(queries.catalog(container))
        assert kept[-1] == _afresh(container)

    assert all(one != other for one, other in zip(kept, kept[1:], strict=False))


def test_a_row_that_is_deleted_is_seen(container: Container) -> None:
    """Nothing of ours deletes one; somebody else may, the newest of all rows as well."""
    before = queries.catalog(container)
    with container.database.begin() as conn:
        of_section = schema.sections.c.show_id == LAKERS
        conn.execute(sa.update(schema.sections).where(of_section).values(sold=1))
        conn.execute(sa.delete(schema.sections).where(of_section))

    after = queries.catalog(container)

    assert after == _afresh(container) != before
    assert LAKERS not in {show.id for show in after.shows}


def test_only_what_was_changed_is_read_again(container: Container) -> None:
    """Of a catalog of any size: nothing where nothing was changed, else that show."""
    queries.catalog(container)
    with statements(container) as noted:
        queries.catalog(container)
    start_checkout(container, ANN, show_id=LAKERS, section_id="101", quantity=1)
    with statements(container) as after_sale:
        queries.catalog(container)

    assert not [text for text in noted if "sections.unit_amount" in text]
    read = [text for text in after_sale if "sections.unit_amount" in text]
    assert len(read) == 1
    assert "sections.show_id IN (" in read[0]


def test_what_came_to_nothing_is_not_kept(container: Container) -> None:
    """Who reads what it has written itself, and takes it back, leaves nothing behind."""
    before, inside = queries.catalog(container), []

    def read_and_fail(conn: Connection) -> None:
        conn.execute(sa.update(schema.sections).values(unit_amount=1))
        inside.append(shows_table.get_catalog(conn, now=container.now()))
        raise ZeroDivisionError

    container.database.run_all([read_and_fail])

    assert inside[0] != before
    assert queries.catalog(container) == before


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_who_began_before_a_turn_and_ends_after_it_is_not_missed(container: Container) -> None:
    """Transactions end in another order than they began in: the older one's row is read, too."""
    queries.catalog(container)
    of = schema.sections.c.show_id
    with container.database.begin() as older:
        older.execute(sa.update(schema.sections).where(of == LAKERS).values(unit_amount=1))
        with container.database.begin() as younger:
            matinee = sa.update(schema.sections).where(of == "swan-lake-matinee")
            younger.execute(matinee.values(unit_amount=2))
        between = queries.catalog(container)

    after = queries.catalog(container)

    prices = [{s.unit_amount for show in c.shows for s in show.sections} for c in (between, after)]
    assert (prices[0] & {1, 2}, prices[1] & {1, 2}) == ({2}, {1, 2})
    assert after == _afresh(container)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_tables_that_were_put_back_are_read_whole(container: Container) -> None:
    """Their rows may have any numbers: those of before mean nothing."""
    queries.catalog(container)
    with container.database.begin() as conn:
        for table in (schema.sections, schema.extras):
            rows = [dict(row._mapping) for row in conn.execute(sa.select(table))]
            conn.exec_driver_sql(f"TRUNCATE {table} CASCADE")
            conn.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            for row in rows:
                conn.execute(sa.insert(table).values({**row, "sold": 1, "changed_in": 1}))
            conn.exec_driver_sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")

    assert queries.catalog(container) == _afresh(container)
    assert {
        s.seats - s.seats_left for show in queries.catalog(container).shows for s in show.sections
    } == {1}
