"""A house with numbered seats: Lakers vs Warriors, whose sections have rows by now."""

from __future__ import annotations

from pathlib import Path

from ticket_clerk.ticketing.catalog.loading import load_shows
from ticket_clerk.ticketing.catalog.shows_file import ShowsFile
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Order

from .ticket_desk import tickets

SHOW = "lakers-warriors"
_CATALOG = """
currency: usd
max_tickets_per_order: 8
shows:
  - id: lakers-warriors
    name: Lakers vs Warriors
    venue: Crypto.com Arena
    city: Los Angeles
    starts_at: 2031-01-15T19:30:00-08:00
    seating: numbered
    sections:
      - {{id: "201", name: Section 201, price: "350.00", rows: {{P: 5, Q: 5}}}}
      - {{id: "101", name: Section 101, price: "200.00", rows: {rows}}}
"""
ROWS = "{A: 4, B: 6}"


def number_seats(container: Container, folder: Path, rows: str = ROWS) -> None:
    """Load a catalog in which section 101 has these rows, and 201 two of five seats."""
    file = folder / "numbered.yml"
    file.write_text(_CATALOG.format(rows=rows), encoding="utf-8")
    load_shows(container.database, ShowsFile(file), now=container.now())


def seats_of(container: Container, order: Order) -> list[str]:
    """Read the seats of an order's tickets, "A1"; a dash where one has none."""
    shown = [(one.row_name, one.seat_number) for one in tickets(container, order)]
    return [f"{row}{number}" if row else "–" for row, number in shown]
