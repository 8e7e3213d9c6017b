"""``python -m integrations.payments``: the payments server alone, and the operator's commands."""

from __future__ import annotations

import argparse
import inspect
import logging
import subprocess
import sys
from pathlib import Path

from sanic import Sanic
from sanic.response import HTTPResponse, json

from ticket_clerk.http.mount import mount, prepare, quiet_libraries
from ticket_clerk.http.rate_limits import RateLimiter
from ticket_clerk.ticketing.catalog.loading import load_shows
from ticket_clerk.ticketing.container import Container, get_container
from ticket_clerk.ticketing.domain.errors import PaymentError
from ticket_clerk.ticketing.events.failed_events import is_all_done
from ticket_clerk.ticketing.events.reconciliation import reconcile
from ticket_clerk.ticketing.notifications.delivery import retry_parked
from ticket_clerk.ticketing.worker import Worker

from . import failed_events, privacy

ROOT = Path(__file__).resolve().parents[3]


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns the exit code. An error of ours is one sentence on stderr."""
    args = _parser().parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    quiet_libraries()
    if args.command == "doctor":
        return _doctor()
    try:
        return args.run(get_container(), args) or 0
    except PaymentError as exc:
        print(exc, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m integrations.payments",
        description="The payments server alone, and the operator's commands.",
    )
    parser.set_defaults(run=_serve, port=8000)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command")

    serve = commands.add_parser("serve", help="serve /payments/* alone (the default)")
    serve.add_argument("--port", type=int, default=8000)
    serve.set_defaults(run=_serve)

    worker = commands.add_parser(
        "worker", help="notify buyers and poll Stripe, without serving HTTP"
    )
    worker.set_defaults(run=_work)

    once = commands.add_parser("reconcile", help="compare everything with Stripe, once")
    once.set_defaults(run=_reconcile)

    inbox_ = commands.add_parser("inbox", help="webhook events that failed or need manual review")
    which = inbox_.add_mutually_exclusive_group()
    which.add_argument("--failed", action="store_true", help="process every failed event again")
    which.add_argument("--id", metavar="EVT", help="process one event (again), as Stripe has it")
    which.add_argument(
        "--since", metavar="WHEN", help="process all that was missed; ISO 8601, or 3d"
    )
    which.add_argument("--close", metavar="EVT", help="mark an event as reviewed")
    inbox_.set_defaults(run=failed_events.run)

    privacy_ = commands.add_parser("privacy", help="export or erase what is held about one buyer")
    privacy.add_arguments(privacy_)

    commands.add_parser("doctor", help="check each setting and service")

    migrate = commands.add_parser("migrate", help="bring the database to the code's revision")
    migrate.set_defaults(run=_migrate)

    shows = commands.add_parser("shows", help="the catalog")
    actions = shows.add_subparsers(title="actions", metavar="ACTION", required=True)
    load = actions.add_parser("load", help="load SHOWS_FILE into the database")
    load.set_defaults(run=_load)
    return parser


def _serve(container: Container, args: argparse.Namespace) -> None:
    prepare(container)
    app = Sanic("payments_server", configure_logging=False)

    @app.get("/health")
    async def health(_request: object) -> HTTPResponse:
        return json({"status": "ok"})

    mount(app, container, RateLimiter(container.settings))
    # Later Sanics start a manager and workers of their own; here one process is the server.
    alone = "single_process" in inspect.signature(app.run).parameters
    options = {"single_process": True} if alone else {}
    app.run(host=container.settings.bind_host, port=args.port, access_log=False, **options)


def _work(container: Container, _args: argparse.Namespace) -> None:
    container.settings.require("RASA_TOKEN")
    container.database.require_current_schema()
    Worker(container).run_forever()


def _reconcile(container: Container, _args: argparse.Namespace) -> int:
    container.database.require_current_schema()
    outcomes = reconcile(container)
    outcomes["retried"] = retry_parked(container)
    summary = ", ".join(f"{count} {name}" for name, count in outcomes.items() if count)
    print(summary or "nothing to reconcile")
    return 0 if is_all_done(outcomes) else 1


def _doctor() -> int:
    # The doctor checks the whole installation from outside, also where settings are wrong.
    command = [sys.executable, "-m", "ticket_clerk.cli", "doctor"]
    ended = subprocess.run(command, cwd=ROOT, check=False)  # noqa: S603  no input in it
    return int(ended.returncode)


def _migrate(container: Container, _args: argparse.Namespace) -> None:
    container.database.migrate()
    print("The database is at the code's revision.")


def _load(container: Container, _args: argparse.Namespace) -> None:
    container.database.require_current_schema()
    loaded = load_shows(container.database, container.settings.shows_file, now=container.now())
    print(f"{loaded} shows are for sale.")


if __name__ == "__main__":
    sys.exit(main())
