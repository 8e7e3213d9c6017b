"""The catalog at the desk: a change counts over what the owner wrote, until it is taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import SHOWS
from tests.ticketing.catalogs import CopiedTheater
from ticket_clerk.ticketing.catalog import EntryInvalid, load_shows
from ticket_clerk.ticketing.catalog.shows_file import read_shows_file
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import catalog_changes
from ticket_clerk.ticketing.database.tables.shows import load_catalog
from ticket_clerk.ticketing.desk import catalog
from ticket_clerk.ticketing.domain.errors import ConfigError, ShowNotOnSale, WrongState
from ticket_clerk.ticketing.domain.facts import SHOP, Place, Scope
from ticket_clerk.ticketing.domain.models import Buyer, Order
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import start_checkout

ANN = Buyer("rest", "ann")
BEN = Buyer("rest", "ben")
# What the checks say depends on no database.
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HAMLET = Place(Scope.SHOW, "hamlet")
FILE = """
currency: usd
shows:
  - id: hamlet
    name: Hamlet
    venue: Alder Theatre
    city: New York
    starts_at: 2031-01-15T19:30:00-05:00
    age: from 12
    {show}
    sections:
      - {{id: stalls, name: Stalls, price: "50.00", seats: 10}}
{rest}
"""
MACBETH: dict[str, Any] = {
    "id": "macbeth",
    "name": "Macbeth",
    "aliases": [],
    "venue": "Elm Hall",
    "city": "Boston",
    "starts_at": "2031-02-01T20:00:00-05:00",
    "sections": [{"id": "all", "name": "All seats", "price": "30.00", "seats": 5}],
}
Write = Callable[..., None]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The shows file, which its owner writes."""
    return tmp_path / "shows.yml"


@pytest.fixture
def shop(container: Container, file: Path) -> Container:
    """A shop with a shows file of its own."""
    settings = replace(container.settings, shows_file=file)
    return replace(container, settings=settings)


@pytest.fixture
def write(shop: Container, file: Path) -> Write:
    """Write the file, and load it; once before the test."""

    def write(show: str = "", rest: str = "") -> None:
        file.write_text(FILE.format(show=show, rest=rest), encoding="utf-8")
        load_shows(shop.database, shop.catalog, now=shop.now())

    write()
    return write


def _fact(shop: Container, key: str, place: Place = HAMLET, language: str = "en") -> str | None:
    return queries.catalog(shop).facts.find(place, key, language)


def _on_sale(shop: Container) -> list[str]:
    return [show.id for show in queries.catalog(shop).shows]


def _states(shop: Container) -> list[tuple[str, bool]]:
    with shop.database.read() as conn:
        return [(c.kind.value, c.is_applied) for c in catalog_changes.list_changes(conn)]


def _buy(
    shop: Container, show_id: str = "hamlet", section_id: str = "stalls", buyer: Buyer = ANN
) -> Order:
    return start_checkout(shop, buyer, show_id=show_id, section_id=section_id, quantity=2)


def test_a_fact_of_the_desk_counts_over_the_file_until_it_is_taken_back(
    shop: Container, write: Write
) -> None:
    """Also where the file says something else by then; afterwards what the file says counts."""
    catalog.put_fact(shop, "kim", HAMLET, "age", {"": "from 14"})
    catalog.put_fact(shop, "kim", HAMLET, "age", {"": "from 14"})
    assert _fact(shop, "age") == "from 14"

    write(show="doors_open: at seven")
    assert (_fact(shop, "age"), _fact(shop, "doors_open")) == ("from 14", "at seven")

    catalog.take_back(shop, "fact", HAMLET, "age")
    assert _fact(shop, "age") == "from 12"
    with pytest.raises(WrongState):
        catalog.take_back(shop, "fact", HAMLET, "age")


@ON_SQLITE
@pytest.mark.parametrize(
    ("place", "key"),
    [
        (SHOP, "name"),
        (SHOP, "guide_dog"),
        (HAMLET, "notes"),
        (HAMLET, "guide_dog"),
        (Place(Scope.VENUE, "Alder Theatre"), "parking"),
        (Place.of_section("hamlet", "stalls"), "description"),
    ],
)
def test_facts_of_every_place_are_said_in_one_language_or_all(
    shop: Container, write: Write, place: Place, key: str
) -> None:
    """A key of the place, or a topic of those that buyers ask about."""
    catalog.put_fact(shop, "kim", place, key, {"": "so", "es": "así"})

    assert (_fact(shop, key, place), _fact(shop, key, place, "es")) == ("so", "así")


@ON_SQLITE
@pytest.mark.parametrize(
    ("place", "key", "text", "said"),
    [
        (HAMLET, "price", "1.00", "key must be one of description, age"),
        (HAMLET, "age", "", "age must be a text of at most 600 characters."),
        (HAMLET, "age", "x" * 601, "age must be a text of at most 600 characters."),
        (HAMLET, "seating", "anywhere", "seating must be one of numbered"),
        (HAMLET, "image", "https://example.com/a.png", "image_text must be a text"),
        (Place(Scope.SHOW, "othello"), "age", "12", "show must be the id of a show"),
        (Place(Scope.VENUE, "Elm Hall"), "parking", "none", "must be the venue of a show"),
        (Place.of_section("hamlet", "pit"), "description", "x", "section must be the id"),
        (Place.of_section("othello", "pit"), "description", "x", "show must be the id of a show"),
    ],
)
def test_what_the_file_could_not_say_is_refused_with_its_sentence(
    shop: Container, write: Write, place: Place, key: str, text: str, said: str
) -> None:
    """And nothing is changed: the checks are the file's own."""
    with pytest.raises(EntryInvalid) as refused:
        catalog.put_fact(shop, "kim", place, key, {"": text})

    assert said in refused.value.said
    assert (_states(shop), _fact(shop, "age")) == ([], "from 12")


def test_a_closed_sale_sells_nothing_and_keeps_what_was_sold(shop: Container, write: Write) -> None:
    """Its facts are still known to those who have tickets; reopened it is sold again."""
    order = _buy(shop)
    catalog.close_sale(shop, "kim", "hamlet")
    write()

    assert (_on_sale(shop), _fact(shop, "age")) == ([], "from 12")
    with pytest.raises(ShowNotOnSale):
        _buy(shop, buyer=BEN)
    assert queries.any_order(shop, order.id) == order

    catalog.take_back(shop, "sale", HAMLET, "")
    assert _on_sale(shop) == ["hamlet"]
    assert _buy(shop, buyer=BEN).quantity == 2


def test_an_added_show_is_sold_and_stays_when_the_file_is_loaded_again(
    shop: Container, write: Write
) -> None:
    """With facts of its venue; taken back it is sold no more, and its orders stay."""
    catalog.add_show(shop, "kim", MACBETH)
    catalog.put_fact(shop, "kim", Place(Scope.VENUE, "Elm Hall"), "parking", {"": "none"})
    write()
    assert _on_sale(shop) == ["hamlet", "macbeth"]
    order = _buy(shop, "macbeth", "all")

    catalog.take_back(shop, "show", Place(Scope.SHOW, "macbeth"), "")
    assert _on_sale(shop) == ["hamlet"]
    assert queries.any_order(shop, order.id).amount_total == 6000
    # What was said of its venue has no place any more; it is kept, and shown as passed over.
    assert _states(shop) == [("fact", False)]


def test_a_show_that_is_written_anew_leaves_sold_orders_as_they_are(
    shop: Container, write: Write
) -> None:
    """The new price is that of the next order."""
    catalog.add_show(shop, "kim", MACBETH)
    order = _buy(shop, "macbeth", "all")
    section = {**MACBETH["sections"][0], "price": "35.00"}

    pricier = {**MACBETH, "sections": [section]}
    catalog.add_show(shop, "kim", pricier, replaced="macbeth")

    assert queries.any_order(shop, order.id).amount_total == 6000
    (show,) = [one for one in queries.catalog(shop).shows if one.id == "macbeth"]
    assert show.sections[0].unit_amount == 3500


@ON_SQLITE
@pytest.mark.parametrize(
    ("changed", "keys", "said"),
    [
        ({"id": "hamlet"}, ("id",), "id must be one that no other show has or had."),
        ({"id": "lakers-warriors"}, ("id",), "id must be one that no other show has or had."),
        ({"id": "a b"}, ("shows", "id"), "id must be up to 64 letters"),
        ({"starts_at": "tomorrow"}, ("shows", "starts_at"), "starts_at must be a moment"),
        ({"venue": ""}, ("shows", "venue"), "venue must be a text."),
        ({"sections": []}, ("shows", "sections"), "sections must be a list."),
        (
            {"sections": [{"id": "a", "name": "A", "price": "1.234", "seats": 1}]},
            ("shows", "sections", "price"),
            "price: ",
        ),
        (
            {"sections": [{"id": "a", "name": "A", "price": "1.00", "seats": "many"}]},
            ("shows", "sections", "seats"),
            "seats must be a whole number, 0 or more.",
        ),
    ],
)
def test_a_show_that_can_t_be_is_refused_at_its_field(
    container: Container, shop: Container, write: Write, changed: Any, keys: Any, said: str
) -> None:
    """By the file's checks, and for an id under which something was sold before."""
    if changed.get("id") == "lakers-warriors":
        with container.database.begin() as conn:
            load_catalog(conn, read_shows_file(SHOWS), now=container.now())
        start_checkout(container, ANN, show_id=changed["id"], section_id="101", quantity=1)

    with pytest.raises(EntryInvalid) as refused:
        catalog.add_show(shop, "kim", {**MACBETH, **changed})

    assert (refused.value.keys, _states(shop)) == (keys, [])
    assert said in refused.value.said


def test_a_change_that_the_file_can_no_longer_take_stops_no_load(
    shop: Container, write: Write, file: Path
) -> None:
    """It is passed over and shown as that, and is in force again once the file can take it."""
    catalog.put_fact(shop, "kim", Place.of_section("hamlet", "stalls"), "description", {"": "red"})
    catalog.put_fact(shop, "kim", HAMLET, "notes", {"": "none"})
    without = FILE.format(show="", rest="").replace("id: stalls", "id: floor")

    file.write_text(without, encoding="utf-8")
    load_shows(shop.database, shop.catalog, now=shop.now())
    assert (_states(shop), _fact(shop, "notes")) == ([("fact", False), ("fact", True)], "none")

    write()
    assert _states(shop) == [("fact", True), ("fact", True)]


def test_a_file_that_is_wrong_is_still_refused(shop: Container, write: Write) -> None:
    """A change at the desk mends nothing of it, and is not stored with it either."""
    catalog.put_fact(shop, "kim", HAMLET, "age", {"": "from 14"})

    with pytest.raises(ConfigError, match="seating must be one of"):
        write(show="seating: anywhere")
    with pytest.raises(ConfigError, match="seating must be one of"):
        catalog.put_fact(shop, "kim", HAMLET, "notes", {"": "none"})
    assert _states(shop) == [("fact", True)]


def test_a_live_catalog_is_asked_before_an_order_and_its_closed_sale_stays_closed(
    container: Container, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The host would sell it; shows are added where the host keeps them."""
    theater = CopiedTheater(container, tmp_path, monkeypatch)
    theater.load()
    catalog.close_sale(theater.container, "kim", "hamlet")
    theater.price("stalls", 9000)

    with pytest.raises(ShowNotOnSale):
        _buy(theater.container)
    with pytest.raises(WrongState):
        catalog.add_show(theater.container, "kim", MACBETH)

    catalog.take_back(theater.container, "sale", HAMLET, "")
    assert _buy(theater.container).amount_total == 18000
