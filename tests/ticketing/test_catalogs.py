"""One contract for every catalog: what it says is sold, and each seat once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.stripe_wire import StripeWire
from tests.ticketing.catalogs import (
    BoxOfficeTheater,
    CopiedTheater,
    FileTheater,
    StripeTheater,
    Theater,
)
from ticket_clerk.ticketing.catalog import load_at_start, read_catalog
from ticket_clerk.ticketing.container import Container, host_source
from ticket_clerk.ticketing.domain.errors import (
    ConfigError,
    HostUnavailable,
    PriceChanged,
    ShowNotOnSale,
    SoldOut,
)
from ticket_clerk.ticketing.domain.models import Buyer, Order, Section, Show
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.ticketing.settings import Settings

ANN = Buyer("rest", "ann")
BEN = Buyer("rest", "ben")
COPIED = ("stripe", "copied table")
LIVE = (*COPIED, "table")
FAILING = """
from ticket_clerk.ticketing.catalog import CatalogSource

class Failing(CatalogSource):
    def shows(self):
        raise TimeoutError
"""


@pytest.fixture(params=["file", *LIVE])
def theater(
    request: pytest.FixtureRequest,
    container: Container,
    stripe_wire: StripeWire,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Theater:
    """The theater, whose catalog was read at the start."""
    made: dict[str, Callable[[], Theater]] = {
        "file": lambda: FileTheater(container, tmp_path),
        "stripe": lambda: StripeTheater(container, stripe_wire),
        "copied table": lambda: CopiedTheater(container, tmp_path, monkeypatch),
        "table": lambda: BoxOfficeTheater(container, tmp_path, monkeypatch),
    }
    theater = made[request.param]()
    theater.load()
    return theater


def _buy(
    theater: Theater, quantity: int, *, quoted: int | None = None, buyer: Buyer = ANN
) -> Order:
    return start_checkout(
        theater.container,
        buyer,
        show_id=theater.show_id,
        section_id="stalls",
        quantity=quantity,
        quoted_amount=quoted,
    )


def _hamlet(theater: Theater) -> Show:
    (show,) = [one for one in queries.catalog(theater.container).shows if one.name == "Hamlet"]
    return show


def test_all_that_it_has_is_for_sale(theater: Theater) -> None:
    """Shows with their place, their time and their sections, cheapest first."""
    show = _hamlet(theater)

    assert (show.venue, show.city) == ("Alder Theatre", "Boston")
    assert show.starts_at.isoformat() == "2031-04-02T20:00:00-04:00"
    assert show.sections == (
        Section("balcony", "Balcony", 3000, 4, 4),
        Section("stalls", "Stalls", 8000, 4, 4),
    )
    assert theater.load() == 2


def test_one_show_is_found_by_its_id(theater: Theater) -> None:
    """As it is now, and nothing where it does not exist."""
    theater.seats("stalls", 1)
    source = theater.container.catalog

    (found,) = (source.find(theater.show_id) or {})["shows"]
    assert (found["id"], found["name"]) == (theater.show_id, "Hamlet")
    assert source.availability(theater.show_id) == {"stalls": 1, "balcony": 4}
    assert source.find("unknown") is None
    assert source.availability("unknown") == {}


def test_a_new_price_is_asked_for_and_the_old_one_refused(theater: Theater) -> None:
    """Who agreed to another sum is asked again."""
    theater.price("stalls", 9000)
    theater.changed()

    with pytest.raises(PriceChanged):
        _buy(theater, 2, quoted=16000)
    assert _buy(theater, 2, quoted=18000).amount_total == 18000


def test_seats_that_are_gone_are_not_sold(theater: Theater) -> None:
    """What the clerk sold counts in what it may sell in all."""
    _buy(theater, 2)
    theater.seats("stalls", 3)
    theater.changed()

    with pytest.raises(SoldOut) as refused:
        _buy(theater, 2, buyer=BEN)
    assert refused.value.seats_left == 1
    assert _buy(theater, 1, buyer=BEN).checkout_url


def test_a_show_that_is_withdrawn_is_not_sold(theater: Theater) -> None:
    """What was ordered before stays as it was."""
    order = _buy(theater, 2)
    theater.withdraw()
    theater.changed()

    with pytest.raises(ShowNotOnSale):
        _buy(theater, 1, buyer=BEN)
    assert queries.any_order(theater.container, order.id).show_name == "Hamlet"
    assert [show.name for show in queries.catalog(theater.container).shows] == ["Macbeth"]


def test_loading_again_gives_no_seat_back(theater: Theater) -> None:
    """What is held or sold is counted in the clerk's own tables."""
    _buy(theater, 3)
    theater.load()

    assert _hamlet(theater).sections[1].seats_left == 1


@pytest.mark.parametrize("theater", ["file"], indirect=True)
def test_a_file_is_read_again_only_when_its_owner_says_so(theater: Theater) -> None:
    """So that half of a change is never sold; what is live is asked before each order."""
    theater.price("stalls", 9000)

    assert _buy(theater, 2, quoted=16000).amount_total == 16000


@pytest.mark.parametrize("theater", COPIED, indirect=True)
def test_a_catalog_that_is_away_stops_no_sale(theater: Theater) -> None:
    """What it said last holds, also at a start; who loads it is told, and nothing changes."""
    broken = _broken(theater)
    database, now = broken.container.database, broken.container.now()

    load_at_start(database, broken.container.catalog, now=now)
    assert _buy(broken, 1).checkout_url
    with pytest.raises(ConfigError, match="can't be read"):
        broken.load()
    assert len(queries.catalog(theater.container).shows) == 2


@pytest.mark.parametrize("theater", ["table"], indirect=True)
def test_a_host_that_keeps_its_seats_and_is_away_sells_none(theater: Theater) -> None:
    """Nobody knows whether they are there; nothing is stored, and a start goes on."""
    broken = _broken(theater)
    database, now = broken.container.database, broken.container.now()

    load_at_start(database, broken.container.catalog, now=now)
    with pytest.raises(HostUnavailable):
        _buy(broken, 1)
    assert queries.orders_of(broken.container, ANN) == []


def _broken(theater: Theater) -> Theater:
    if isinstance(theater, BoxOfficeTheater):
        theater.file.unlink()
    elif isinstance(theater, StripeTheater):
        reads = theater.container.stripe
        for name in ("list_products", "list_prices", "get_product"):
            setattr(reads, name, _raise)
    return theater


def _raise(*_: object) -> None:
    raise ConnectionError


@pytest.mark.parametrize("theater", ["stripe"], indirect=True)
def test_only_products_that_are_marked_are_sold(theater: StripeTheater) -> None:
    """An account sells other things, too; a recurring price makes a season ticket."""
    theater.wire.post("/v1/products", name="T-shirt")
    season = theater.product("Theater card", kind="season_ticket")
    yearly = {"recurring[interval]": "year"}
    theater.wire.post("/v1/prices", product=season, currency="usd", unit_amount=20000, **yearly)

    assert theater.load() == 2
    (ticket,) = queries.catalog(theater.container).season_tickets
    assert (ticket.id, ticket.unit_amount, ticket.interval) == (season, 20000, "year")


@pytest.mark.parametrize("theater", ["stripe"], indirect=True)
@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("show", "seats must be a whole number"),
        ("ticket", "must be show or season_ticket"),
        ("season_ticket", "one active recurring price"),
    ],
)
def test_what_is_wrong_at_stripe_is_named(theater: StripeTheater, kind: str, sentence: str) -> None:
    """With the product's id, and nothing changes."""
    id_ = theater.product("Wrong", kind=kind)
    theater.section(id_)

    with pytest.raises(ConfigError, match=sentence) as refused:
        theater.load()
    assert id_ in str(refused.value)
    assert len(queries.catalog(theater.container).shows) == 2


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("no_such_module:catalog", "can't be called: ModuleNotFoundError"),
        ("json:no_such_function", "can't be called: AttributeError"),
        ("builtins:dict", r"has no shows\(\)"),
        ("tests.ticketing.catalogs:taking_box_office", r"has no release\(\)"),
    ],
)
def test_a_catalog_that_is_none_stops_the_start(
    container: Container, address: str, sentence: str
) -> None:
    """With a sentence that names the setting's value."""
    settings = replace(container.settings, catalog=address)

    with pytest.raises(ConfigError, match=sentence):
        read_catalog(replace(container, settings=settings).catalog)
    with pytest.raises(ConfigError, match="CATALOG is no catalog"):
        Settings.from_env({"CATALOG": "my catalog"})


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nothing_was_ever_loaded(make_container: Callable[[], Container], tmp_path: Path) -> None:
    """A first start with a catalog that fails is stopped with a sentence."""
    container = make_container()
    host_source.cache_clear()
    (tmp_path / "failing.py").write_text(FAILING)
    settings = replace(container.settings, catalog="failing:Failing")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(tmp_path)
        source = replace(container, settings=settings).catalog

    with pytest.raises(ConfigError, match="CATALOG can't be read: TimeoutError"):
        load_at_start(container.database, source, now=container.now())
