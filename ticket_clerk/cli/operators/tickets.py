"""``tickets --show ID``: the list for a door, as CSV on stdout."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import InvalidRequest
from ticket_clerk.ticketing.tickets.door_list import door_list


def declare(commands: Any) -> None:
    """Add the command to the parser's."""
    tickets = commands.add_parser("tickets", help="print the list for a show's door, as CSV")
    tickets.add_argument("--show", metavar="ID", required=True, help="of a show or season ticket")
    tickets.set_defaults(run=print_list)


def print_list(container: Container, args: argparse.Namespace) -> None:
    """Print a line for each ticket, the replaced ones too; raises InvalidRequest without any."""
    container.database.require_current_schema()
    found = door_list(container, args.show)
    if found is None:
        raise InvalidRequest("--show has no tickets: it is like lakers-warriors.", field="show")
    sys.stdout.write(found)
