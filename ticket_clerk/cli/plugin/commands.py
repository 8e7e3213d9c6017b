"""The commands ``add`` and ``remove``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from ticket_clerk.cli.errors import LaunchError
from ticket_clerk.cli.tracked import is_kept_by_git
from ticket_clerk.flows.warm_up import prepare
from ticket_clerk.ticketing import envfile
from ticket_clerk.ticketing.settings import STANDIN_KEY, read_environ

from .changes import Change, additions, removals

# What is generated; whoever wants the actions behind a token writes it on both sides.
_SECRETS = tuple(name for name in envfile.GENERATED if name != "ACTION_SERVER_TOKEN")
_NEXT = (
    "Next: `rasa train`; then `rasa run actions`, `rasa run --enable-api --auth-token` with the "
    "RASA_TOKEN of .env and, without a key of Stripe's, `ticket-clerk standin`."
)


def declare(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare both commands."""
    for name, run, text in (
        ("add", _add, "have the Rasa assistant in this folder sell tickets"),
        ("remove", _remove, "take back what `add` wrote"),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("--yes", action="store_true", help="do not ask; for scripts")
        command.set_defaults(without_container=run)


def _add(args: argparse.Namespace) -> int:
    root = Path.cwd()
    written = read_environ(root / ".env")
    changes, settings = additions(root, written), _missing_settings(root, written)
    if not changes and not settings:
        print("All of it is there already.")
        return 0
    _show(changes, root)
    if settings:
        print(f".env gets random values for {', '.join(settings)}\n")
    if not _is_agreed(args):
        return 1
    for change in changes:
        change.make()
    envfile.complete(root / ".env", os.environ, settings)
    _prepare(root / "shows.yml")
    print(_NEXT)
    return 0


def _prepare(shows: Path) -> None:
    """Compute what the first buyer would wait for; without it their answer comes late."""
    print("Reading the examples of the understanding, once: a minute or two.", flush=True)
    try:
        prepare(shows)
    except Exception as exc:  # The action server computes what it misses, and says why it can't.
        print(f"They will be read with the first message: {exc}")


def _remove(args: argparse.Namespace) -> int:
    root = Path.cwd()
    changes, changed = removals(root)
    _show(changes, root)
    if not changes:
        print("Nothing of Ticket Clerk is here.")
    elif not _is_agreed(args):
        return 1
    for change in changes:
        change.make()
    left = [path for path in (*changed, root / ".env", root / "var") if path.exists()]
    if left:
        names = ", ".join(path.relative_to(root).as_posix() for path in left)
        print(f"Left as they are, for you to look through: {names}")
    return 1 if changed else 0


def _show(changes: Iterable[Change], root: Path) -> None:
    for change in changes:
        print(change.diff(root))


def _is_agreed(args: argparse.Namespace) -> bool:
    if args.yes:
        return True
    if not sys.stdin.isatty():
        raise LaunchError("Nobody is there to agree: add --yes.")
    print("Write this? [y/N] ", end="", flush=True)
    if sys.stdin.readline().strip().lower() in {"y", "yes"}:
        return True
    print("Nothing was changed.")
    return False


def _missing_settings(root: Path, written: dict[str, str]) -> tuple[str, ...]:
    is_real = written.get("STRIPE_SECRET_KEY", "").strip() not in {"", STANDIN_KEY}
    wanted = [n for n in _SECRETS if not (is_real and n == "STRIPE_WEBHOOK_SECRET")]
    missing = tuple(name for name in wanted if not written.get(name, "").strip())
    if missing and is_kept_by_git(root / ".env"):
        raise LaunchError(
            f"git keeps .env, so no secret is written into it: set {', '.join(missing)} in the "
            "environment."
        )
    return missing
