"""A catalog with every difficulty in it, and short ways to speak about it."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

from ticket_clerk.ticketing.catalog.shows_file import read_shows_file
from ticket_clerk.ticketing.domain.models import Catalog, Section, Show

NOW = datetime(2026, 12, 1, 12, 0, tzinfo=timezone.utc)
SHOP_WINDOW = read_shows_file(Path(__file__).parents[2] / "shows.yml")


def make_show(
    name: str,
    *,
    show_id: str = "a-show",
    aliases: tuple[str, ...] = (),
    category: str = "concert",
    city: str = "Denver",
    venue: str = "Hall One",
    starts_at: str = "2027-03-05T20:00:00-07:00",
    sections: tuple[tuple[str, str, int, int], ...] = (("a", "Stalls", 5000, 20),),
) -> Show:
    """Make a show; a section is (id, name, unit amount, seats left)."""
    return Show(
        id=show_id,
        name=name,
        aliases=aliases,
        category=category,
        venue=venue,
        city=city,
        starts_at=datetime.fromisoformat(starts_at),
        currency="usd",
        sections=tuple(Section(i, n, amount, 99, left) for i, n, amount, left in sections),
    )


GAME = make_show(
    "Lakers vs Warriors",
    show_id="game",
    aliases=("lakers game",),
    category="basketball",
    city="Los Angeles",
    venue="Crypto.com Arena",
    starts_at="2027-01-15T19:30:00-08:00",
    sections=(
        ("318", "Section 318", 7250, 3),
        ("101", "Section 101", 20000, 40),
        ("2", "Section 2", 24500, 10),
    ),
)
MATINEE = make_show(
    "Swan Lake (matinee)",
    show_id="matinee",
    category="ballet",
    city="Chicago",
    starts_at="2027-03-07T14:00:00-06:00",
)
EVENING = make_show(
    "Swan Lake (evening)",
    show_id="evening",
    category="ballet",
    city="Chicago",
    starts_at="2027-03-07T19:30:00-06:00",
    sections=(("balcony", "Balcony", 4000, 9), ("floor", "Floor standing", 9000, 9)),
)
LAST_SEAT = make_show(
    "The Last Seat",
    show_id="last-seat",
    category="theater",
    city="Boston",
    sections=(("front", "Front row", 4000, 1),),
)
SOLD_OUT = make_show(
    "Gone Already",
    show_id="gone",
    category="comedy",
    city="Miami",
    sections=(("a", "Tables", 4000, 0),),
)
CATALOG = Catalog(
    shows=(GAME, MATINEE, EVENING, LAST_SEAT, SOLD_OUT),
    season_tickets=(),
    currency="usd",
    max_tickets_per_order=8,
)
