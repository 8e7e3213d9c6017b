"""Today's clerk on the databases of the clerk as it was before it became a package.

``tests/data/earlier`` has what the processes of commit 52c1ec5 left behind, as SQL: the shop's
database (revision 0007), Rasa's conversations and the stand-in Stripe's own. Seven buyers were in
the middle of something: with tickets of which one went back, with better ones, with a season
ticket, with an unpaid order, with news that nobody had read, on a waiting list, and with a summary
that waited for a yes.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.books import balanced
from tests.journeys.buyers import LINK, RestBuyer, pay
from tests.journeys.clerk import Clerk
from tests.waiting import wait_until

EARLIER = Path(__file__).parents[1] / "data" / "earlier"
ORDERS: dict[str, str] = json.loads((EARLIER / "orders.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def clerk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clerk]:
    """Today's processes, started on what was left behind; migrated by the start itself."""
    folder = tmp_path_factory.mktemp("earlier")
    for file in EARLIER.glob("*.sql"):
        with sqlite3.connect(folder / f"{file.stem}.db") as database:
            database.executescript(file.read_text(encoding="utf-8"))
        database.close()
    # An hour later: what was not paid then is too late, also where the files were made just now.
    later = dict.fromkeys(("PAYMENTS_CLOCK_OFFSET_S", "STRIPE_STANDIN_CLOCK_OFFSET_S"), "3600")
    clerk = Clerk(folder, **later)
    try:
        clerk.start()
        yield clerk
    finally:
        clerk.stop()


def buyer_of_then(clerk: Clerk, name: str) -> RestBuyer:
    """Somebody who comes back to their conversation."""
    buyer = RestBuyer(clerk)
    buyer.sender_id = f"{name}-before-this-round"
    return buyer


def order_of(clerk: Clerk, name: str) -> dict[str, Any]:
    """The order that somebody made then."""
    return clerk.order(ORDERS[name])


def rows(database: Path | None, name: str) -> dict[str, int]:
    """How many rows each table has: of the SQL that is kept, or of a file that was migrated."""
    with sqlite3.connect(database or ":memory:") as opened:
        if database is None:
            opened.executescript((EARLIER / f"{name}.sql").read_text(encoding="utf-8"))
        names = [
            n for (n,) in opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        counts = {n: opened.execute(f'SELECT count(*) FROM "{n}"').fetchone()[0] for n in names}  # noqa: S608
    opened.close()
    return counts


@pytest.mark.parametrize("name", ["payments", "trackers"])
def test_no_row_is_lost(clerk: Clerk, name: str) -> None:
    """Orders, refunds, ledger, events, what was told, and every event of the conversations.

    But the hold of the order whose time was over, which ends with it.
    """
    before, after = rows(None, name), rows(clerk.folder / f"{name}.db", name)
    kept = {table: count for table, count in before.items() if count and table != "holds"}

    assert len(kept) > 1
    assert {
        table: after.get(table) for table, n in kept.items() if (after.get(table) or 0) < n
    } == {}


def test_what_was_left_of_an_order_is_refunded(clerk: Clerk) -> None:
    """One of two tickets went back then; the other one has a page now, and goes back today."""
    ann = buyer_of_then(clerk, "ann")
    order = order_of(clerk, "ann")
    assert (order["status"], order["amount_refunded"]) == ("partially_refunded", 200)
    (left,) = [ticket["id"] for ticket in order["tickets"] if ticket["status"] == "valid"]

    assert left in ann.say("where is my ticket?")
    assert "$200.00 back" in ann.say("refund my ticket")
    assert "was refunded" in ann.say("yes")
    wait_until(lambda: order_of(clerk, "ann")["status"] == "refunded", "the refund")


def test_seats_that_were_upgraded_are_the_better_ones(clerk: Clerk) -> None:
    """Both payments are known, and the tickets are for where the buyer sits now."""
    ben = buyer_of_then(clerk, "ben")

    assert "Dress circle" in ben.say("where is my order?")
    assert [order_of(clerk, name)["status"] for name in ("ben", "ben_upgrade")] == ["paid", "paid"]
    assert len(order_of(clerk, "ben")["tickets"]) == 2


def test_a_season_ticket_can_be_ended(clerk: Clerk) -> None:
    """It was charged then, and is not charged again."""
    cara = buyer_of_then(clerk, "cara")

    cara.say("cancel my season ticket")
    assert "November 29" in cara.say("yes")


def test_an_order_that_was_not_paid_ends(clerk: Clerk) -> None:
    """Its time was over while nothing ran; its seats are for sale again."""
    wait_until(lambda: order_of(clerk, "dan")["status"] == "expired", "the order to expire", 180)
    assert clerk.seats_left("swan-lake-evening", "stalls") == 30


def test_news_that_nobody_had_read_is_told_once(clerk: Clerk) -> None:
    """The payment of then is told with the buyer's next message, and never again."""
    gus = buyer_of_then(clerk, "gus")
    first, second = gus.say("hello"), gus.say("are you there?")

    assert first.count("is confirmed") == 1
    assert "is confirmed" not in second


def test_a_summary_of_then_is_not_agreed_to_unseen(clerk: Clerk) -> None:
    """A yes to it is answered with the sum again, or with its link; then three seats are bought."""
    eve = buyer_of_then(clerk, "eve")
    said = eve.say("yes")
    if not LINK.search(said):
        said += eve.say("yes")
    link = LINK.search(said)

    assert link, said
    assert "$1,050.00" in said
    pay(link[0])
    wait_until(lambda: "confirmed" in eve.say("did it arrive?"), "the confirmation")


def test_who_waited_is_still_on_the_list(clerk: Clerk) -> None:
    """Asked for by the buyer of then."""
    said = buyer_of_then(clerk, "fay").say("am I on the waiting list?")

    assert "You wait for" in said
    assert "The Last Seat" in said


def test_the_books_balance(clerk: Clerk) -> None:
    """Our ledger, with what was written then, is what Stripe's transactions add up to."""
    balanced(clerk)
