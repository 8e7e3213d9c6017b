"""The same theater in each kind of catalog: a file, Stripe's products, a box office's tables."""

from __future__ import annotations

import os
import sqlite3
from abc import ABC, abstractmethod
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from tests.servers import ROOT
from tests.stripe_wire import StripeWire
from ticket_clerk.ticketing.catalog import load_shows
from ticket_clerk.ticketing.container import Container, host_source

STARTS_AT = "2031-04-02T20:00:00-04:00"
SHOW = {"name": "Hamlet", "venue": "Alder Theatre", "city": "Boston"}


class Theater(ABC):
    """A theater that plays Hamlet: stalls at $80.00, a balcony at $30.00, four seats each."""

    container: Container
    show_id = "hamlet"

    def load(self) -> int:
        """Copy the catalog, as a start does; returns the number of shows."""
        container = self.container
        return load_shows(container.database, container.catalog, now=container.now())

    def changed(self) -> None:
        """What is to be done after a change: nothing where the clerk asks by itself."""
        assert self.container.catalog.is_live

    @abstractmethod
    def price(self, section: str, amount: int) -> None:
        """Change the price of a section, in minor units."""

    @abstractmethod
    def seats(self, section: str, seats: int) -> None:
        """Change how many seats the clerk may sell in all."""

    @abstractmethod
    def withdraw(self) -> None:
        """Play Hamlet no more."""


class FileTheater(Theater):
    """``shows.yml``."""

    def __init__(self, container: Container, folder: Path) -> None:
        self._file = folder / "theater.yml"
        self.container = replace(
            container, settings=replace(container.settings, shows_file=self._file)
        )
        sections = {"stalls": ("Stalls", "80.00", 4), "balcony": ("Balcony", "30.00", 4)}
        self._sections = [
            {"id": id_, "name": name, "price": price, "seats": seats}
            for id_, (name, price, seats) in sections.items()
        ]
        self._write([self._hamlet, self._macbeth])

    def changed(self) -> None:
        """A file is read again when its owner says so."""
        self.load()

    def price(self, section: str, amount: int) -> None:
        """Change the price."""
        self._section(section)["price"] = f"{amount / 100:.2f}"
        self._write([self._hamlet, self._macbeth])

    def seats(self, section: str, seats: int) -> None:
        """Change the number."""
        self._section(section)["seats"] = seats
        self._write([self._hamlet, self._macbeth])

    def withdraw(self) -> None:
        """Take it out."""
        self._write([self._macbeth])

    @property
    def _hamlet(self) -> dict[str, object]:
        return {**SHOW, "id": "hamlet", "starts_at": STARTS_AT, "sections": self._sections}

    @property
    def _macbeth(self) -> dict[str, object]:
        return {**self._hamlet, "id": "macbeth", "name": "Macbeth"}

    def _section(self, section: str) -> dict[str, object]:
        return next(one for one in self._sections if one["id"] == section)

    def _write(self, shows: list[dict[str, object]]) -> None:
        self._file.write_text(yaml.safe_dump({"currency": "usd", "shows": shows}))


class StripeTheater(Theater):
    """Products and prices in Stripe's dashboard."""

    def __init__(self, container: Container, wire: StripeWire) -> None:
        self.container = replace(container, settings=replace(container.settings, catalog="stripe"))
        self.wire = wire
        self._prices: dict[str, str] = {}
        for name in ("Macbeth", "Hamlet"):
            self.show_id = self.product(name)
            self._prices["stalls"] = self._price("stalls", 8000, 4)
            self._prices["balcony"] = self._price("balcony", 3000, 4)

    def product(self, name: str, kind: str = "show") -> str:
        """Make a product; returns its id."""
        written = {"starts_at": STARTS_AT, "venue": SHOW["venue"], "city": SHOW["city"]}
        written = {"ticket_clerk": kind, **written}
        fields = {f"metadata[{key}]": value for key, value in written.items()}
        return str(self.wire.post("/v1/products", name=name, **fields)["id"])

    def section(self, product: str) -> None:
        """Give a product a price that is paid once."""
        self.wire.post("/v1/prices", product=product, currency="usd", unit_amount=100)

    def price(self, section: str, amount: int) -> None:
        """A price never changes its amount: another takes its place."""
        self.wire.post(f"/v1/prices/{self._prices[section]}", active="false")
        self._prices[section] = self._price(section, amount, 4)

    def seats(self, section: str, seats: int) -> None:
        """Change the number."""
        fields = {"metadata[seats]": seats}
        self.wire.post(f"/v1/prices/{self._prices[section]}", **fields)

    def withdraw(self) -> None:
        """Take it out."""
        self.wire.post(f"/v1/products/{self.show_id}", active="false")

    def _price(self, section: str, amount: int, seats: int) -> str:
        fields = {"metadata[section]": section, "metadata[seats]": seats}
        price = self.wire.post(
            "/v1/prices",
            product=self.show_id,
            currency="usd",
            unit_amount=amount,
            nickname=section.capitalize(),
            **fields,
        )
        return str(price["id"])


class BoxOfficeTheater(Theater):
    """The tables of a box office, by the example of the documentation, which keeps its seats."""

    _catalog = "sql_catalog:box_office"

    def __init__(self, container: Container, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.file = folder / "box_office.db"
        monkeypatch.syspath_prepend(ROOT / "docs" / "examples")
        monkeypatch.setenv("BOX_OFFICE_DB", str(self.file))
        host_source.cache_clear()
        settings = replace(container.settings, catalog=self._catalog)
        self.container = replace(container, settings=settings)
        fill_box_office(self.file)

    def price(self, section: str, amount: int) -> None:
        """Change the price."""
        self._change("price_cents", amount, section)

    def seats(self, section: str, seats: int) -> None:
        """The counter sells some."""
        self._change("sold_at_counter", 4 - seats, section)

    def withdraw(self) -> None:
        """Take it out."""
        with closing(sqlite3.connect(self.file)) as database, database:
            database.execute("DELETE FROM performances WHERE id = 'hamlet'")

    def at_host(self, block: str = "stalls") -> dict[str, int]:
        """Seats that are set aside there, by order; those that were given back are left out."""
        with closing(sqlite3.connect(self.file)) as database:
            query = "SELECT id, seats FROM chat_orders WHERE block = ? AND seats > 0"
            return dict(database.execute(query, (block,)))

    def sell_at_counter(self, quantity: int, block: str = "stalls") -> bool:
        """Somebody buys at the counter; False where that many are not free."""
        from sql_catalog import SELL_AT_COUNTER

        wanted = {"quantity": quantity, "show_id": "hamlet", "section_id": block}
        with closing(sqlite3.connect(self.file, timeout=60)) as database, database:
            return database.execute(SELL_AT_COUNTER, wanted).rowcount == 1

    def break_reservations(self, *, is_broken: bool = True) -> None:
        """Have the box office read shows, and neither reserve nor release."""
        names = ("chat_orders", "lost") if is_broken else ("lost", "chat_orders")
        with closing(sqlite3.connect(self.file)) as database, database:
            database.execute("ALTER TABLE {} RENAME TO {}".format(*names))

    def reserve_nothing_more(self) -> None:
        """Have the box office show free seats and set none aside: others are always faster."""
        with closing(sqlite3.connect(self.file)) as database, database:
            database.execute(
                "CREATE TRIGGER faster BEFORE INSERT ON chat_orders WHEN new.seats > 0"
                " BEGIN SELECT RAISE(IGNORE); END"
            )

    def _change(self, column: str, value: int, section: str) -> None:
        with closing(sqlite3.connect(self.file)) as database, database:
            statement = f"UPDATE blocks SET {column} = ? WHERE id = ?"  # noqa: S608  ours
            database.execute(statement, (value, section))


class CopiedTheater(BoxOfficeTheater):
    """The same tables of a host that is never asked for seats."""

    _catalog = "tests.ticketing.catalogs:copied_box_office"


def copied_box_office() -> object:
    """What CATALOG names there."""
    from sql_catalog import BoxOffice

    return type("CopiedBoxOffice", (BoxOffice,), {"reserve": None})(os.environ["BOX_OFFICE_DB"])


class TakingBoxOffice:
    """Sets seats aside and never gives them back."""

    shows = find = availability = reserve = id


def taking_box_office() -> object:
    """What CATALOG names there."""
    return TakingBoxOffice()


def fill_box_office(file: Path) -> None:
    """Make the tables of the documentation's example, with two shows in them."""
    from sql_catalog import TABLES

    with closing(sqlite3.connect(file)) as database, database:
        database.executescript(TABLES)
        for id_, title in (("hamlet", "Hamlet"), ("macbeth", "Macbeth")):
            show = (id_, title, SHOW["venue"], SHOW["city"], STARTS_AT)
            database.execute("INSERT INTO performances VALUES (?, ?, ?, ?, ?)", show)
            for block, cents in (("stalls", 8000), ("balcony", 3000)):
                row = (id_, block, block.capitalize(), cents)
                database.execute("INSERT INTO blocks VALUES (?, ?, ?, ?, 4, 0)", row)
