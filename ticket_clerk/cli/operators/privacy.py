"""``python -m integrations.payments privacy export|erase --sender CHANNEL:SENDER_ID``.

``privacy scrub-cards`` cleans what was stored before.
"""

from __future__ import annotations

import argparse
import json
import sys

from ticket_clerk.channels.conversations.card_scrubbing import scrub_cards
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import InvalidRequest
from ticket_clerk.ticketing.domain.models import Buyer, Order
from ticket_clerk.ticketing.privacy.personal_data import erase_buyer, export_buyer, require_erasable
from ticket_clerk.ticketing.products import product_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    for name, run, text in (
        ("export", export, "print all that is held about a buyer, as one JSON document"),
        ("erase", erase, "forget a buyer for good; the books stay whole"),
    ):
        action = actions.add_parser(name, help=text)
        action.add_argument("--sender", metavar="CHANNEL:SENDER_ID", required=True)
        action.set_defaults(run=run)
    action.add_argument("--yes", action="store_true", help="do not ask; for scripts")
    cards = actions.add_parser("scrub-cards", help="take card data out of stored conversations")
    cards.set_defaults(run=scrub_stored_cards)


def export(container: Container, args: argparse.Namespace) -> None:
    """Print the document on stdout, and what is missing in it on stderr, too."""
    container.database.require_current_schema()
    document = export_buyer(container, _buyer(args.sender))
    for gap in document["gaps"]:
        print(gap, file=sys.stderr)
    print(json.dumps(document, indent=2, ensure_ascii=False))


def erase(container: Container, args: argparse.Namespace) -> None:
    """Erase after a yes; raises NotErasable, and InvalidRequest where nobody can say yes."""
    container.database.require_current_schema()
    buyer = _buyer(args.sender)
    of_buyer = require_erasable(container, buyer)
    if not args.yes and not _is_agreed(container, args.sender, of_buyer):
        print("Nothing was erased.")
        return
    count = erase_buyer(container, buyer)
    print(f"Erased: {args.sender}, {_orders(count)}, the customer at Stripe, the conversation.")


def scrub_stored_cards(container: Container, _args: argparse.Namespace) -> None:
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
