"""The shows file and the catalog that it makes."""

from __future__ import annotations

from pathlib import Path

import pytest

from ticket_clerk.ticketing.catalog.shows_file import read_shows_file
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import shows
from ticket_clerk.ticketing.domain.errors import ConfigError, ShowNotOnSale
from ticket_clerk.ticketing.domain.models import Buyer
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import start_checkout

ONE_SHOW = """
currency: usd
shows:
  - id: lakers-warriors
    name: {name}
    venue: Arena
    city: Los Angeles
    starts_at: {starts_at}
    refund_fee: {fee}
    sections:
      - {{id: "101", name: Section 101, price: {price}, seats: {seats}}}
"""
GOOD = {
    "name": "Lakers vs Warriors",
    "starts_at": "2031-01-15T19:30:00-08:00",
    "price": '"200.00"',
    "seats": "40",
    "fee": "5.00",
}


def _load(container: Container, tmp_path: Path, **changes: str) -> None:
    file = tmp_path / "shows.yml"
    file.write_text(ONE_SHOW.format(**{**GOOD, **changes}))
    with container.database.begin() as conn:
        shows.load_catalog(conn, read_shows_file(file), now=container.now())


def test_the_catalog_lists_future_shows_soonest_first_and_sections_cheapest_first(
    container: Container,
) -> None:
    """A show that has begun is not for sale."""
    catalog = queries.catalog(container)

    assert [show.id for show in catalog.shows] == [
        "lakers-warriors",
        "swan-lake-matinee",
        "swan-lake-evening",
        "last-seat",
    ]
    assert [section.id for section in catalog.shows[0].sections] == ["101", "201"]
    assert catalog.shows[0].starts_at.isoformat() == "2031-01-15T19:30:00-08:00"
    assert catalog.season_tickets[0].unit_amount == 150000


def test_loading_again_changes_what_is_for_sale_and_not_what_was_sold(
    container: Container, tmp_path: Path
) -> None:
    """Prices and names follow the file; an order keeps its own; other shows leave the sale."""
    order = start_checkout(
        container, Buyer("rest", "ann"), show_id="lakers-warriors", section_id="101", quantity=2
    )

    _load(container, tmp_path, name="Lakers v Warriors", price='"250.00"', seats="1")

    catalog = queries.catalog(container)
    section = catalog.shows[0].sections[0]
    assert [show.name for show in catalog.shows] == ["Lakers v Warriors"]
    assert (section.unit_amount, section.seats, section.seats_left) == (25000, 1, 0)
    assert queries.any_order(container, order.id).amount_total == 40000


def test_a_past_show_is_not_sold(container: Container) -> None:
    """Not even to somebody who knows its id."""
    with pytest.raises(ShowNotOnSale):
        start_checkout(
            container, Buyer("rest", "ann"), show_id="long-gone", section_id="front", quantity=1
        )


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"price": "200.005"}, "price"),
        ({"price": '"free"'}, "price"),
        ({"seats": "-1"}, "seats"),
        ({"seats": "many"}, "seats"),
        ({"starts_at": "2031-01-15T19:30:00"}, "starts_at"),
        ({"starts_at": "tomorrow"}, "starts_at"),
        ({"name": '""'}, "name"),
        ({"fee": "101%"}, "refund_fee"),
        ({"fee": "[5]"}, "refund_fee"),
    ],
)
def test_a_slip_in_the_file_is_named_and_changes_nothing(
    container: Container, tmp_path: Path, change: dict[str, str], says: str
) -> None:
    """The sentence says which entry, which key and what to write."""
    before = queries.catalog(container)

    with pytest.raises(ConfigError, match=f"lakers-warriors.*: {says}"):
        _load(container, tmp_path, **change)

    assert queries.catalog(container) == before


def test_a_refund_fee_is_the_files_or_the_shows_own(tmp_path: Path) -> None:
    """An amount or a percentage, quoted or not; none unless one is written."""
    file = tmp_path / "shows.yml"
    text = ONE_SHOW.format(**{**GOOD, "fee": "10%"})
    fees = []
    for written in (text, text.replace("    refund_fee: 10%\n", ""), f'refund_fee: "2.50"{text}'):
        file.write_text(written)
        fees.append(read_shows_file(file).shows[0].refund_fee)
    file.write_text('refund_fee: "2.50"' + text.replace("    refund_fee: 10%\n", ""))

    assert (*fees, read_shows_file(file).shows[0].refund_fee) == ("10%", "0", "10%", "2.50")


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    """No stack trace for a wrong path."""
    with pytest.raises(ConfigError, match="SHOWS_FILE"):
        read_shows_file(tmp_path / "nowhere.yml")
