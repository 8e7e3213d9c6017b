"""``admin``: the accounts of the operators' desk."""

from __future__ import annotations

import argparse
import getpass
import sys
from typing import Any

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.desk import accounts, sessions
from ticket_clerk.ticketing.domain.errors import InvalidRequest
from ticket_clerk.ticketing.domain.operators import Role


def declare(commands: Any) -> None:
    """Add the command to the parser's."""
    admin = commands.add_parser("admin", help="accounts of the operators' desk")
    actions = admin.add_subparsers(title="actions", metavar="ACTION", required=True)
    hash_ = actions.add_parser("hash", help="print ADMIN_PASSWORD_HASH for .env")
    hash_.set_defaults(without_container=print_hash)
    add = actions.add_parser("add", help="make an account")
    add.add_argument("name")
    roles = [role.value for role in Role]
    look = Role.LOOK.value
    add.add_argument("--role", choices=roles, default=look, help="look (the default) or act")
    add.set_defaults(run=add_account)
    for name, run, text in (
        ("remove", remove_account, "delete an account and end its sessions"),
        ("logout", log_out, "end all sessions of an account"),
    ):
        action = actions.add_parser(name, help=text)
        action.add_argument("name")
        action.set_defaults(run=run)
    list_ = actions.add_parser("list", help="list the accounts")
    list_.set_defaults(run=list_accounts)


def print_hash(_args: argparse.Namespace) -> None:
    """Print the line for ``.env``; raises InvalidRequest for a password that is too short."""
    print(f"ADMIN_PASSWORD_HASH='{accounts.hash_password(_password())}'")


def add_account(container: Container, args: argparse.Namespace) -> None:
    """Make an account; raises InvalidRequest."""
    container.database.require_current_schema()
    accounts.add_account(container, args.name, Role(args.role), _password())
    print(f"{args.name} may {args.role}.")


def remove_account(container: Container, args: argparse.Namespace) -> int:
    """Delete an account; 1 where there was none."""
    container.database.require_current_schema()
    was_there = accounts.remove_account(container, args.name)
    print(f"{args.name} was removed." if was_there else f"There is no account {args.name}.")
    return 0 if was_there else 1


def log_out(container: Container, args: argparse.Namespace) -> None:
    """End an account's sessions."""
    container.database.require_current_schema()
    ended = sessions.end_sessions(container, args.name, by=accounts.COMMAND_LINE)
    print(f"{ended} of {args.name}'s sessions ended.")


def list_accounts(container: Container, _args: argparse.Namespace) -> None:
    """Print a line an account."""
    container.database.require_current_schema()
    for operator in accounts.list_accounts(container):
        print(f"{operator.name}  {operator.role.value}")


def _password() -> str:
    """Ask for it twice, or read a line of what is piped in; it is never an argument."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise InvalidRequest("These were two different passwords.")
    return password
