"""``shows``: the catalog, and a show that does not take place, or not when and where it was to."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from typing import Any

from ticket_clerk.ticketing.catalog import load_shows
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import InvalidRequest
from ticket_clerk.ticketing.domain.money import format_amount
from ticket_clerk.ticketing.domain.show_changes import ChangeKind, ChangeProgress, ShowState
from ticket_clerk.ticketing.show_changes import call_off_show, find_show, move_show, progress_of


def declare(commands: Any) -> None:
    """Add the command to the parser's."""
    shows = commands.add_parser("shows", help="the catalog, and a show that is called off or moved")
    actions = shows.add_subparsers(title="actions", metavar="ACTION", required=True)
    load = actions.add_parser("load", help="load the catalog into the database")
    load.set_defaults(run=load_catalog)
    for name, run, text in (
        ("call-off", call_off, "end a show's sale and give all money for it back"),
        ("move", move, "tell all buyers of another time or place, and let them choose"),
        ("progress", show_progress, "how far what follows from it is done"),
    ):
        action = actions.add_parser(name, help=text)
        action.add_argument("show", metavar="SHOW", help="the show's id")
        action.set_defaults(run=run)
        if name != "progress":
            action.add_argument("--yes", action="store_true", help="do not ask; for scripts")
        if name == "move":
            action.add_argument("--starts-at", metavar="WHEN", help="like 2027-01-16T19:30-08:00")
            action.add_argument("--venue", help="the new place, if it is another")
            action.add_argument("--city", help="its city, if it is another")
            until = "until when tickets go back without a fee"
            action.add_argument("--refund-until", metavar="WHEN", required=True, help=until)


def load_catalog(container: Container, _args: argparse.Namespace) -> None:
    """Load the catalog; raises ConfigError for one that can't be."""
    container.database.require_current_schema()
    loaded = load_shows(container.database, container.catalog, now=container.now())
    print(f"{loaded} shows are for sale.")


def call_off(container: Container, args: argparse.Namespace) -> None:
    """Call a show off after a yes; given again it takes up refunds that failed.

    Raises ShowNotFound, ShowNotChangeable, and InvalidRequest where nobody can say yes.
    """
    container.database.require_current_schema()
    show = find_show(container, args.show)
    end = "Its sale ends, all buyers are told, and all of their money goes back without a fee."
    if not args.yes and not _is_agreed(show, end, "Call this show off for good?"):
        print("Nothing was called off.")
        return
    show = call_off_show(container, show.id)
    print(f"{show.name} is called off, and nothing more of it is sold. The worker does the rest:")
    _print(show, progress_of(container, show))


def move(container: Container, args: argparse.Namespace) -> None:
    """Move a show after a yes; raises as :func:`move_show`, and InvalidRequest without a yes."""
    container.database.require_current_schema()
    show = find_show(container, args.show)
    starts_at = _moment(args.starts_at, "--starts-at") if args.starts_at else show.starts_at
    venue, city = str(args.venue or show.venue), str(args.city or show.city)
    until = _moment(args.refund_until, "--refund-until")
    question = f"It is moved to {starts_at:%Y-%m-%d %H:%M} at {venue}, {city}."
    told = f"All buyers are told, and may have their money back until {until:%Y-%m-%d %H:%M}."
    if not args.yes and not _is_agreed(show, question, told, "Move this show?"):
        print("Nothing was moved.")
        return
    show = move_show(
        container, show.id, refund_until=until, starts_at=starts_at, venue=venue, city=city
    )
    print(f"{show.name} is moved. The worker tells its buyers:")
    _print(show, progress_of(container, show))


def _moment(text: str, name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        wanted = "a moment with its offset, like 2027-01-16T19:30-08:00"
        raise InvalidRequest(f"{name} must be {wanted}.", field=name)
    return moment


def show_progress(container: Container, args: argparse.Namespace) -> int:
    """Print how far a change is done; 1 while something is left to do, or needs somebody."""
    container.database.require_current_schema()
    show = find_show(container, args.show)
    progress = progress_of(container, show)
    _print(show, progress)
    is_done = progress is None or (progress.is_done and not progress.failed)
    return 0 if is_done else 1


def _is_agreed(show: ShowState, *lines: str) -> bool:
    if not sys.stdin.isatty():
        raise InvalidRequest("Nobody is there to confirm it: add --yes.")
    print(f"{show.name}, {show.starts_at:%Y-%m-%d %H:%M} at {show.venue}, {show.city}.")
    print(*lines, sep="\n", end=" [y/N] ", flush=True)
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _print(show: ShowState, progress: ChangeProgress | None) -> None:
    if progress is None:
        print(f"{show.name} was neither called off nor moved.")
        return
    if show.change and show.change.kind is ChangeKind.CALLED_OFF:
        _print_refunds(show, progress)
    print(f"{progress.waiting} orders to deal with, {progress.closing} payment pages to close")
    print(f"{progress.delivered} of {progress.notices} notifications delivered")


def _print_refunds(show: ShowState, progress: ChangeProgress) -> None:
    sums = [format_amount(n, show.currency) for n in (progress.amount_refunded, progress.amount)]
    print(f"{progress.refunded} of {progress.payments} payments refunded, {sums[0]} of {sums[1]}")
    print(f"{progress.underway} under way, {progress.failed} failed, {progress.disputed} disputed")
