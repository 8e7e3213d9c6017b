"""The play behind the matrix: everybody orders, then the news comes, to some while they are away
and to some over a restart of Rasa. One clerk, one restart, and one year that passes in the end.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta

import requests

from tests.journeys.buyers import DECLINED, pay
from tests.journeys.standin import later
from tests.journeys.terminal import Shell
from tests.matrix.people import KINDS, Person, World, notifications_of, wait_for_notification
from tests.waiting import wait_until

# What each piece of news says beside the order's number.
NEWS = {
    "confirmation": "is confirmed",
    "decline": "was declined",
    "expiry": "time to pay for order",
    "refund": "refunded the way you paid",
    "renewal": "was renewed until",
}
WHERE = ("present", "absent", "restarted")
_BEFORE_THE_YEAR = tuple(news for news in NEWS if news != "renewal")
_AT_ONCE = 4


@dataclass
class Row:
    """One buyer, where they are when the news comes, and the order that each piece is about."""

    channel: str
    where: str
    person: Person
    orders: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)


def play(world: World) -> list[Row]:
    """Run all scenarios; the rows have what every buyer received."""
    rows = [Row(channel, where, make(world)) for channel, make in KINDS.items() for where in WHERE]
    _each(rows, lambda row: _order(world, row))
    here = [row for row in rows if row.where != "restarted"]
    _tell_while_away(world, here, [row for row in here if row.where == "absent"])
    _tell_over_a_restart(world, [row for row in rows if row.where == "restarted"])
    _tell_after_a_year(world, rows)
    return rows


def _order(world: World, row: Row) -> None:
    """Have an order for each piece of news; those to be renewed and refunded are paid."""
    for number, news in enumerate(("refund", "renewal", *_BEFORE_THE_YEAR[:3]), start=1):
        wish = f"I'd like to buy {number} tickets for the Lakers game"
        wishes = (
            ["I want the Lakers season ticket"] if news == "renewal" else [wish, "the cheapest"]
        )
        row.orders[news], row.links[news] = row.person.order_tickets(*wishes)
        if news in {"refund", "renewal"}:
            pay(row.links[news])
            wait_for_notification(row.person, row.orders[news], "is confirmed")


def _tell_while_away(world: World, rows: list[Row], away: list[Row]) -> None:
    for row in away:
        row.person.leave()
    _each(rows, lambda row: _happen(world, row))
    _each(
        [row for row in rows if row not in away],
        lambda row: _wait_for_notifications(row, _BEFORE_THE_YEAR),
    )
    for row in away:
        row.person.come_back()
    _each(away, lambda row: _wait_for_notifications(row, _BEFORE_THE_YEAR))


def _tell_over_a_restart(world: World, rows: list[Row]) -> None:
    world.clerk.kill("rasa")
    world.terminal.close()
    _each(rows, lambda row: _happen(world, row))
    world.terminal = Shell(world.clerk)
    world.clerk.revive("rasa")
    world.terminal.wait_for("Bot loaded", 300)
    # Rasa was restarted for everybody: whose connection broke makes a new one.
    for row in rows:
        row.person.come_back()
    _each(rows, lambda row: _wait_for_notifications(row, _BEFORE_THE_YEAR))


def _tell_after_a_year(world: World, rows: list[Row]) -> None:
    for row in rows:
        (row.person.leave if row.where == "absent" else row.person.come_back)()
    with later(world.clerk, timedelta(days=366)):
        _each(
            [row for row in rows if row.where != "absent"],
            lambda row: _wait_for_notifications(row, ["renewal"]),
        )
        for row in rows:
            if row.where == "absent":
                row.person.come_back()
        _each(
            [row for row in rows if row.where == "absent"],
            lambda row: _wait_for_notifications(row, ["renewal"]),
        )


def _happen(world: World, row: Row) -> None:
    """Let everything but the renewal happen to a buyer's orders, and be known to the clerk."""
    clerk = world.clerk
    pay(row.links["confirmation"])
    pay(row.links["decline"], DECLINED)
    session_id = clerk.order(row.orders["expiry"])["checkout_session_id"]
    _post(clerk.environ["STRIPE_API_BASE"] + f"/v1/checkout/sessions/{session_id}/expire")
    requests.post(
        f"{clerk.environ['ACTIONS_URL']}/payments/refund",
        json={"payment_intent_id": clerk.order(row.orders["refund"])["payment_intent_id"]},
        headers={"Authorization": f"Bearer {clerk.environ['PAYMENTS_API_TOKEN']}"},
        timeout=60,
    ).raise_for_status()
    for news, status in (("confirmation", "paid"), ("expiry", "expired"), ("refund", "refunded")):
        wait_until(
            lambda n=news, s=status: clerk.order(row.orders[n])["status"] == s,
            f"{news} of {row.channel}",
        )


def _wait_for_notifications(row: Row, news: Iterable[str]) -> None:
    for one in news:
        wait_for_notification(row.person, row.orders[one], NEWS[one])


def _post(address: str) -> None:
    requests.post(address, auth=("sk_test_operator", ""), timeout=60).raise_for_status()


def _each(rows: list[Row], do: object) -> None:
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(do, rows))  # type: ignore[arg-type]


def received_by(rows: list[Row], order_id: str, news: str) -> list[tuple[str, str]]:
    """List who received a notification, once for each time."""
    return [
        (row.channel, row.where)
        for row in rows
        for _ in notifications_of(row.person, order_id, NEWS[news])
    ]
