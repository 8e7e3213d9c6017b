"""Catalog of the simulated buyers: the file of shows, and nicknames."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).parents[2] / "data" / "market.yml"
# How people call a show when they write; each means one show of the catalog and no other.
NICKNAMES = {
    "otters-badgers": (
        "Otters vs Badgers",
        "the otters against the badgers",
        "otters badgers",
        "the otters game in january",
        "the badgers game",
    ),
    "otters-lynx": (
        "Otters vs Lynx",
        "otters - lynx",
        "the otters lynx game",
        "the otters game on february 7",
        "otters on feb 7th",
    ),
    "marmalade-matinee": (
        "the Marmalade Skies matinee",
        "marmalade skies in the afternoon",
        "Marmalade Skies (matinee)",
        "marmalade skies at 2pm",
    ),
    "marmalade-evening": (
        "Marmalade Skies (evening)",
        "the evening marmalade skies",
        "marmalade skies at 7:30",
        "Marmalade Skies in the evening",
    ),
    "copper-kettles": (
        "The Copper Kettles",
        "copper kettles",
        "the copper kettles gig",
        "the kettles concert",
        "the concert in austin",
    ),
    "inga-sol": ("Inga Sol", "inga sol's show", "Inga Sol: Small Victories", "small victories"),
    "traviata": ("La Traviata", "traviata", "the opera", "the opera in san francisco"),
    "giselle": ("Giselle", "giselle", "the giselle ballet", "the ballet in boston"),
    "pelicans-foxes": (
        "Pelicans vs Red Foxes",
        "pelicans red foxes",
        "the pelicans game",
        "red foxes at pelicans",
        "the baseball in miami",
    ),
    "bayou": (
        "Bayou Brass",
        "the bayou brass fest",
        "Bayou Brass Festival",
        "the festival in new orleans",
    ),
    "paper-lanterns": ("Paper Lanterns", "paper lanterns", "the play in chicago"),
    "tin-soldiers": ("Tin Soldiers", "the tin soldiers concert", "tin soldiers in nashville"),
    "last-winter": ("Last Winter in Vienna", "last winter in vienna"),
}
STRANGERS = ("Walrus vs Falcons", "Crooked Umbrellas", "the Velvet Octopus gig")


@dataclass(frozen=True)
class Section:
    """A section as the catalog has it; ``price`` in major units."""

    id: str
    name: str
    price: Decimal


@dataclass(frozen=True)
class Show:
    """A show or a season ticket as the catalog has it, its sections cheapest first."""

    id: str
    name: str
    category: str
    city: str
    sections: tuple[Section, ...]

    @property
    def nicknames(self) -> tuple[str, ...]:
        """Nicknames of the show."""
        return NICKNAMES.get(self.id, (self.name,))


@dataclass(frozen=True)
class Request:
    """A buyer's final request; a season ticket has no section."""

    show: Show
    section: Section
    quantity: int

    @property
    def total(self) -> Decimal:
        """Total price, in major units."""
        return self.section.price * self.quantity


@cache
def shows() -> dict[str, Show]:
    """Read the shows, those that nobody can buy included."""
    listed: list[dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))["shows"]
    return {show["id"]: _show(show) for show in listed}


@cache
def season_tickets() -> list[Show]:
    """Read the season tickets, each as a show with one section."""
    listed = yaml.safe_load(FILE.read_text(encoding="utf-8"))["season_tickets"]
    return [
        Show(one["id"], one["name"], "", "", (Section("", "", Decimal(one["price"])),))
        for one in listed
    ]


def _show(entry: dict[str, Any]) -> Show:
    sections = [Section(s["id"], s["name"], Decimal(s["price"])) for s in entry["sections"]]
    sections.sort(key=lambda section: section.price)
    return Show(entry["id"], entry["name"], entry["category"], entry["city"], tuple(sections))
