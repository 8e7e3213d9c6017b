"""``python -m tests.journeys.desk_pictures``: pictures of the operators' desk after a month."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from tests.channels.chromium import Chromium
from tests.http.desk import log_in_by_keyboard, operators_desk
from tests.http.ticket_desk import TicketDesk
from tests.journeys import browsing
from tests.journeys.pictures import IMAGES, PHONE
from tests.plugin.host import pay
from tests.rasa_double import RasaDouble
from tests.servers import standin_server
from ticket_clerk.cli.environment import ROOT
from ticket_clerk.ticketing.catalog import load_shows
from ticket_clerk.ticketing.catalog.shows_file import ShowsFile
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.tables import figures
from ticket_clerk.ticketing.desk.catalog import close_sale, put_fact
from ticket_clerk.ticketing.domain.errors import SoldOut
from ticket_clerk.ticketing.domain.facts import Place, Scope
from ticket_clerk.ticketing.domain.models import Buyer, Order
from ticket_clerk.ticketing.fulfilment import settlement
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import refresh_order, start_checkout

WIDE = {"width": 1000, "height": 860}
ANN = Buyer("web", "ann")
DISPUTED = "4000000000000259"
SALES, DAYS = 150, 30


def main() -> None:
    """Sell for a month, and photograph the desk by light, in the dark and on a phone."""
    with _desk() as desk:
        dispute_id, order_id = _sell(desk)
        browser = Chromium()
        try:
            log_in_by_keyboard(browser, desk.url)
            _keep(browser, desk, "desk", "/", **WIDE)
            _keep(browser, desk, "desk-phone", "/", dark=True, **PHONE)
            _keep(browser, desk, "desk-order", f"/orders/{order_id}", dark=True, **WIDE)
            _keep(browser, desk, "desk-catalog", "/catalog", **WIDE)
            at = f"/disputes/{dispute_id}#files"
            _keep(browser, desk, "desk-dispute", at, **PHONE)
        finally:
            browser.close()


@contextmanager
def _desk() -> Iterator[TicketDesk]:
    rasa = RasaDouble(lambda *_: [])
    said = [
        ("user", "two tickets for swan lake"),
        ("bot", "2 × Swan Lake, Loge: $196.00. Shall I?"),
    ]
    said += [("user", "yes please"), ("bot", "Pay here within 30 minutes.")]
    at = datetime.now().timestamp()
    rasa.conversations["ann"] = [
        {"event": by, "text": text, "timestamp": at + number, "metadata": {}}
        for number, (by, text) in enumerate(said)
    ]
    with (
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryDirectory() as of_stripe,
        standin_server(Path(of_stripe)) as stripe_url,
        operators_desk(Path(folder), stripe_url, RASA_URL=rasa.url) as desk,
    ):
        load_shows(desk.shop.database, ShowsFile(ROOT / "shows.yml"), now=desk.shop.now())
        yield desk
    rasa.close()


def _sell(desk: TicketDesk) -> tuple[str, str]:
    """Make up sales; returns a dispute's id, and that of its order."""
    shop, dice = desk.shop, random.Random(7)  # noqa: S311  no secret
    shows = queries.catalog(shop).shows
    for number in range(SALES):
        show = dice.choice(shows)
        section, buyer = dice.choice(show.sections), Buyer("rest", f"buyer-{number}")
        wanted = {"show_id": show.id, "section_id": section.id, "quantity": dice.randint(1, 4)}
        try:
            order = start_checkout(shop, buyer, **wanted)
        except SoldOut:
            continue
        at = shop.now() - timedelta(days=0.2 + DAYS * dice.random() ** 1.2)
        _date(desk, order, at, is_paid=dice.random() < 0.85, is_refunded=dice.random() < 0.06)
    put_fact(shop, "kim", Place(Scope.SHOW, "swan-lake"), "age", {"": "from 6"})
    close_sale(shop, "kim", "priya-nair")
    order = start_checkout(shop, ANN, show_id="swan-lake", section_id="loge", quantity=2)
    pay(str(order.checkout_url), DISPUTED)
    refresh_order(shop, ANN, order.id)
    dispute = next(iter(shop.stripe.list_disputes(order.created_at)))
    return dispute.id, order.id


def _date(
    desk: TicketDesk, order: Order, at: datetime, *, is_paid: bool, is_refunded: bool
) -> None:
    """Have an order made at a moment, and paid and refunded a little later, or not."""
    orders, ledger, changed = schema.orders, schema.ledger, {"created_at": at}
    with desk.shop.database.begin() as conn:
        for stage in ("talked", "linked", *(["paid"] if is_paid else [])):
            figures.count_talk(conn, stage, at.date())
        if is_paid:
            paid = {"amount": order.amount_total, "currency": order.currency}
            settlement.settle_native(conn, order.id, f"charge_{order.id}", **paid, now=at)
        else:
            changed["status"] = "expired"
        conn.execute(sa.update(orders).where(orders.c.id == order.id).values(changed))
        if is_paid and is_refunded:
            row = {"id": f"refund:{order.id}", "kind": "refund", "amount": -order.amount_total}
            row |= {"fee": 0, "currency": order.currency, "order_id": order.id}
            conn.execute(sa.insert(ledger).values({**row, "at": at + timedelta(minutes=1)}))
            conn.execute(sa.update(orders).where(orders.c.id == order.id).values(status="refunded"))


def _keep(
    browser: Chromium,
    desk: TicketDesk,
    name: str,
    path: str,
    *,
    width: int,
    height: int,
    dark: bool = False,
) -> None:
    browsing.look(browser, width=width, height=height, dark=dark, zoom=1)
    browser.read("window.isOld = true")
    browser.open(f"{desk.url}/payments/admin{path}")
    browser.wait_for("!window.isOld && document.readyState === 'complete'")
    browsing.photograph(browser, IMAGES / f"{name}.png")


if __name__ == "__main__":
    main()
