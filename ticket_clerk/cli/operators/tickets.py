"""``tickets --show ID``: the list for a door, as CSV on stdout.

With the public keys it is enough for a door without a line. It holds no code, so nobody comes in
with it.
"""

from __future__ import annotations

import argparse
import csv
import sys
from typing import Any

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import InvalidRequest
from ticket_clerk.ticketing.tickets import queries

_COLUMNS = ("ticket_id", "order_id", "number", "seat", "status", "used_at")


def declare(commands: Any) -> None:
    """Add the command to the parser's."""
    tickets = commands.add_parser("tickets", help="print the list for a show's door, as CSV")
    tickets.add_argument("--show", metavar="ID", required=True, help="of a show or season ticket")
    tickets.set_defaults(run=print_list)


def print_list(container: Container, args: argparse.Namespace) -> None:
    """Print a line for each ticket, the replaced ones too; raises InvalidRequest without any."""
    container.database.require_current_schema()
    found = queries.tickets_of_show(container, args.show)
    if not found:
        raise InvalidRequest("--show has no tickets: it is like lakers-warriors.", field="show")
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for ticket in found:
        used_at = ticket.used_at.isoformat() if ticket.used_at else ""
        place = (ticket.number or "", ticket.section_name or "")
        writer.writerow([ticket.id, ticket.order_id, *place, ticket.status.value, used_at])
