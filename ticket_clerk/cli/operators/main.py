"""``python -m integrations.payments``: the payments server alone, and the operator's commands."""

from __future__ import annotations

import argparse
import inspect
import json
import logging
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from threading import Thread
from typing import TypeAlias

from sanic import Sanic
from sanic.response import HTTPResponse
from sanic.response import json as json_response

from ticket_clerk.channels.conversations.card_scrubbing import scrub_cards
from ticket_clerk.cli import environment
from ticket_clerk.cli.errors import LaunchError
from ticket_clerk.cli.plugin import commands as plugin
from ticket_clerk.cli.processes.services import standin
from ticket_clerk.http.metrics_server import serve_metrics
from ticket_clerk.http.mount import mount, prepare, quiet_libraries
from ticket_clerk.http.rate_limits import RateLimiter
from ticket_clerk.logs import use_format
from ticket_clerk.project import COMMAND, ROOT
from ticket_clerk.ticketing.container import Container, get_container
from ticket_clerk.ticketing.database.tables.webhook_events import RecordedEvent
from ticket_clerk.ticketing.desk.door import door_list
from ticket_clerk.ticketing.domain.errors import InvalidRequest, PaymentError
from ticket_clerk.ticketing.domain.models import Buyer, Order
from ticket_clerk.ticketing.events import failed_events
from ticket_clerk.ticketing.events.failed_events import is_all_done
from ticket_clerk.ticketing.events.reconciliation import reconcile
from ticket_clerk.ticketing.notifications.delivery import retry_parked
from ticket_clerk.ticketing.privacy.personal_data import erase_buyer, export_buyer, require_erasable
from ticket_clerk.ticketing.products import product_of
from ticket_clerk.ticketing.worker import Worker

from . import admin, shows

_Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns the exit code. An error of ours is one sentence on stderr."""
    args = _parser().parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    quiet_libraries()
    try:
        if args.without_container:
            return args.without_container(args) or 0
        container = get_container()
        use_format(container.settings.log_format)
        return args.run(container, args) or 0
    except (PaymentError, LaunchError) as exc:
        print(exc, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=COMMAND.removeprefix(".venv/bin/"),
        description="The payments server alone, and the operator's commands.",
    )
    parser.set_defaults(run=_serve, without_container=None, port=8000)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    _declare_processes(commands)
    _declare_inbox(commands)
    _declare_privacy(commands)
    _declare_tickets(commands)
    admin.declare(commands)
    _declare_doctor(commands)
    standin_ = commands.add_parser("standin", help="run the stand-in Stripe")
    standin_.set_defaults(without_container=_standin)
    plugin.declare(commands)
    migrate = commands.add_parser("migrate", help="bring the database to the code's revision")
    migrate.set_defaults(run=_migrate)
    shows.declare(commands)
    return parser


def _declare_processes(commands: _Commands) -> None:
    serve = commands.add_parser("serve", help="serve /payments/* alone (the default)")
    serve.add_argument("--port", type=int, default=8000)
    serve.set_defaults(run=_serve)

    worker = commands.add_parser(
        "worker", help="notify buyers and poll Stripe, without serving HTTP"
    )
    worker.set_defaults(run=_work)

    once = commands.add_parser("reconcile", help="compare everything with Stripe, once")
    once.set_defaults(run=_reconcile)


def _declare_inbox(commands: _Commands) -> None:
    inbox_ = commands.add_parser("inbox", help="webhook events that failed or need manual review")
    which = inbox_.add_mutually_exclusive_group()
    which.add_argument("--failed", action="store_true", help="process every failed event again")
    which.add_argument("--id", metavar="EVT", help="process one event (again), as Stripe has it")
    which.add_argument(
        "--since", metavar="WHEN", help="process all that was missed; ISO 8601, or 3d"
    )
    which.add_argument("--close", metavar="EVT", help="mark an event as reviewed")
    inbox_.set_defaults(run=_inbox)


def _declare_doctor(commands: _Commands) -> None:
    doctor_ = commands.add_parser("doctor", help="check each setting and service")
    doctor_.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    doctor_.add_argument(
        "--register",
        action="store_true",
        help="register the webhook endpoint at Stripe and keep its secret in .env, unless it is",
    )
    doctor_.set_defaults(without_container=_doctor)


def _serve(container: Container, args: argparse.Namespace) -> None:
    prepare(container)
    app = Sanic("payments_server", configure_logging=False)

    @app.get("/health")
    async def health(_request: object) -> HTTPResponse:
        return json_response({"status": "ok"})

    mount(app, container, RateLimiter(container.settings))
    # Later Sanics start a manager and workers of their own; here one process is the server.
    alone = "single_process" in inspect.signature(app.run).parameters
    options = {"single_process": True} if alone else {}
    app.run(host=container.settings.bind_host, port=args.port, access_log=False, **options)


def _work(container: Container, _args: argparse.Namespace) -> None:
    container.settings.require("RASA_TOKEN")
    container.database.require_current_schema()
    worker = Worker(container)
    # The first process of a container ignores the signal otherwise. In a thread, since the
    # signal comes in the middle of anything.
    signal.signal(signal.SIGTERM, lambda *_: Thread(target=worker.stop).start())
    serve_metrics(container, worker.is_working)
    worker.run_forever()


def _reconcile(container: Container, _args: argparse.Namespace) -> int:
    container.database.require_current_schema()
    outcomes = reconcile(container)
    outcomes["retried"] = retry_parked(container)
    summary = ", ".join(f"{count} {name}" for name, count in outcomes.items() if count)
    print(summary or "nothing to reconcile")
    return 0 if is_all_done(outcomes) else 1


def _doctor(args: argparse.Namespace) -> int:
    # The doctor checks the whole installation from outside, also where settings are wrong.
    command = [
        sys.executable,
        "-m",
        "ticket_clerk.cli",
        "doctor",
        *(["--json"] if args.json else []),
        *(["--register"] if args.register else []),
    ]
    ended = subprocess.run(command, cwd=ROOT, check=False)  # noqa: S603  no input in it
    return int(ended.returncode)


def _standin(_args: argparse.Namespace) -> None:
    environ = environment.load()
    if not environment.uses_standin(environ):
        raise LaunchError("STRIPE_SECRET_KEY is set, so payments go to Stripe itself.")
    service = standin(environ)
    # This process becomes the stand-in.
    os.execvpe(service.command[0], service.command, service.environ)  # noqa: S606  no shell


def _migrate(container: Container, _args: argparse.Namespace) -> None:
    container.database.migrate()
    print("The database is at the code's revision.")


def _inbox(container: Container, args: argparse.Namespace) -> int:
    """Run the command; return the exit code, 1 where something was left undone.

    Raises InvalidRequest for a time or an event's id that is none.
    """
    container.database.require_current_schema()
    if args.failed:
        return _replay(container, [event.id for event in failed_events.failed_events(container)])
    if args.id is not None:
        return _replay(container, [_event_id(args.id)])
    if args.since is not None:
        counts = failed_events.catch_up(container, _moment(args.since, container.now()))
        _print_counts(counts)
        return 0 if failed_events.is_all_done(counts) else 1
    if args.close is not None:
        is_closed = failed_events.close_event(container, args.close)
        print(f"{args.close}  {'closed' if is_closed else 'does not wait for anybody'}")
        return 0 if is_closed else 1
    _print_list("failed: take them again with --failed", failed_events.failed_events(container))
    _print_list(
        "need somebody: see to it, then --close EVT", failed_events.waiting_events(container)
    )
    return 0


def _replay(container: Container, webhook_event_ids: list[str]) -> int:
    outcomes = failed_events.replay(container, webhook_event_ids)
    _print_outcomes(outcomes)
    return 0 if failed_events.is_all_done(outcomes.values()) else 1


def _event_id(text: str) -> str:
    if not re.fullmatch(r"evt_\w+", text):
        raise InvalidRequest("--id must be like evt_1Q2w, an event's id at Stripe", field="id")
    return text


def _print_outcomes(outcomes: Mapping[str, str]) -> None:
    for event_id, outcome in outcomes.items():
        print(f"{event_id}  {outcome}")
    if not outcomes:
        print("No event has failed.")


def _print_counts(counts: Mapping[str, int]) -> None:
    print(", ".join(f"{count} {outcome}" for outcome, count in counts.items()) or "nothing missed")


def _print_list(title: str, events: list[RecordedEvent]) -> None:
    print(f"{len(events)} {title}" if events else f"0 {title.partition(':')[0]}")
    for event in events:
        words = [event.id, event.type, event.error or event.outcome, event.order_id or "-"]
        print(
            "  " + "  ".join([*words, f"{event.attempts} tried", f"{event.received_at:%F %T} UTC"])
        )


def _moment(text: str, now: datetime) -> datetime:
    """Read ISO 8601 (UTC without an offset), or how long ago: 3d, 12h, 30m."""
    ago = re.fullmatch(r"(\d{1,4})([dhm])", text)
    if ago:
        unit = {"d": "days", "h": "hours", "m": "minutes"}[ago[2]]
        return now - timedelta(**{unit: int(ago[1])})
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise InvalidRequest(
            "--since must be like 2027-01-15T19:30, or 3d", field="since"
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _declare_tickets(commands: _Commands) -> None:
    tickets_ = commands.add_parser("tickets", help="print the list for a show's door, as CSV")
    tickets_.add_argument("--show", metavar="ID", required=True, help="of a show or season ticket")
    tickets_.set_defaults(run=_print_door_list)


def _print_door_list(container: Container, args: argparse.Namespace) -> None:
    """Print a line for each ticket, the replaced ones too; raises InvalidRequest without any."""
    container.database.require_current_schema()
    found = door_list(container, args.show)
    if found is None:
        raise InvalidRequest("--show has no tickets: it is like lakers-warriors.", field="show")
    sys.stdout.write(found)


def _declare_privacy(commands: _Commands) -> None:
    privacy_ = commands.add_parser("privacy", help="export or erase what is held about one buyer")
    actions = privacy_.add_subparsers(title="actions", metavar="ACTION", required=True)
    for name, run, text in (
        ("export", _export, "print all that is held about a buyer, as one JSON document"),
        ("erase", _erase, "forget a buyer for good; the books stay whole"),
    ):
        action = actions.add_parser(name, help=text)
        action.add_argument("--sender", metavar="CHANNEL:SENDER_ID", required=True)
        action.set_defaults(run=run)
    action.add_argument("--yes", action="store_true", help="do not ask; for scripts")
    cards = actions.add_parser("scrub-cards", help="take card data out of stored conversations")
    cards.set_defaults(run=_scrub_cards)


def _export(container: Container, args: argparse.Namespace) -> None:
    """Print the document on stdout, and what is missing in it on stderr, too."""
    container.database.require_current_schema()
    document = export_buyer(container, _buyer(args.sender))
    for gap in document["gaps"]:
        print(gap, file=sys.stderr)
    print(json.dumps(document, indent=2, ensure_ascii=False))


def _erase(container: Container, args: argparse.Namespace) -> None:
    """Erase after a yes; raises NotErasable, and InvalidRequest where nobody can say yes."""
    container.database.require_current_schema()
    buyer = _buyer(args.sender)
    of_buyer = require_erasable(container, buyer)
    if not args.yes and not _is_agreed(container, args.sender, of_buyer):
        print("Nothing was erased.")
        return
    count = erase_buyer(container, buyer)
    print(f"Erased: {args.sender}, {_orders(count)}, the customer at Stripe, the conversation.")


def _scrub_cards(container: Container, _args: argparse.Namespace) -> None:
    """Take card data out of the conversations in TRACKER_DB, as today's guard would have."""
    count = scrub_cards(container.settings.tracker_db)
    print(f"Card data was removed from {count} of the stored conversations.")


def _buyer(text: str) -> Buyer:
    channel, _, sender_id = text.partition(":")
    if not channel or not sender_id:
        raise InvalidRequest("--sender must be like web:web-0f3a, a channel and its sender's id.")
    return Buyer(channel, sender_id)


def _is_agreed(container: Container, sender: str, of_buyer: list[Order]) -> bool:
    if not sys.stdin.isatty():
        raise InvalidRequest("Nobody is there to confirm it: add --yes.")
    coming = sum(product_of(order).is_upgradable(order, container.now()) for order in of_buyer)
    print(f"{sender} has {_orders(len(of_buyer))}, {coming} of them for what is still to come.")
    print("Tickets stay valid; the buyer can no longer see or return them in the chat.")
    print("Erase this buyer for good? [y/N] ", end="", flush=True)
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _orders(count: int) -> str:
    return "1 order" if count == 1 else f"{count} orders"


if __name__ == "__main__":
    sys.exit(main())
