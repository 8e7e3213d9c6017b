"""The desk's pages: what they show, whatever buyers write, and in a real browser."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa

from tests.channels.chromium import Chromium, needs_browser
from tests.conftest import SHOWS
from tests.http.desk import Browser, log_in_by_keyboard
from tests.http.ticket_desk import TicketDesk
from tests.plugin.host import pay
from tests.rasa_double import RasaDouble
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.tables import handoffs
from ticket_clerk.ticketing.desk.catalog import put_fact
from ticket_clerk.ticketing.domain.facts import Place, Scope
from ticket_clerk.ticketing.domain.models import Buyer, Handoff, HandoffReason, Order, PaidElsewhere
from ticket_clerk.ticketing.orders.box_office import sell_elsewhere
from ticket_clerk.ticketing.orders.checkout import refresh_order, start_checkout
from ticket_clerk.ticketing.show_changes import call_off_show

DISPUTED = "4000000000000259"
DOOR = "swan-lake-evening"
OFF = "last-seat"
# Scripts of the desk are its own files.
OWN_SCRIPT = re.compile(r'<script [a-z="]+ src="/payments/admin/[\w./?=-]+"></script>')
MARKUP = "<script>document.title='owned'</script>\"'><img src=x onerror=alert(1)>"
ANN = Buyer("web", "ann")
# On REST a program names its senders itself.
MALLORY = Buyer("rest", MARKUP)


@pytest.fixture(scope="module")
def rasa() -> Iterator[RasaDouble]:
    """Rasa, with the conversation of a buyer who writes markup."""
    double = RasaDouble(lambda *_: [])
    double.conversations["ann"] = double.conversations[MARKUP] = [
        {"event": "user", "text": f"hello {MARKUP}", "timestamp": 1790000000.0},
        {"event": "bot", "text": "Hi, which show?", "timestamp": 1790000001.0, "metadata": {}},
    ]
    yield double
    double.goes_on.set()
    double.close()


@pytest.fixture(scope="module")
def order(desk: TicketDesk) -> Order:
    """An order of Ann's, of a show whose name is markup."""
    order = desk.sell(2, ANN)
    # It loads the catalog, and with it the names that it has.
    source = replace(desk.shop, settings=replace(desk.shop.settings, shows_file=SHOWS))
    put_fact(source, "kim", Place(Scope.SHOW, order.show_id), "age", {"": MARKUP})
    with desk.shop.database.begin() as conn:
        name = {"show_name": f"Lakers {MARKUP}"}
        conn.execute(sa.update(schema.orders).where(schema.orders.c.id == order.id).values(name))
        conn.execute(sa.update(schema.shows).values(name=f"Lakers {MARKUP}"))
    return order


@pytest.fixture(scope="module")
def operator(desk: TicketDesk) -> Browser:
    """Somebody who is logged in and may only look."""
    browser = Browser(desk.url)
    browser.log_in("jo")
    return browser


@pytest.fixture(scope="module")
def handoff(desk: TicketDesk, order: Order) -> Handoff:
    """A conversation that waits, and one thing of each kind that needs somebody."""
    now = desk.shop.now()
    with desk.shop.database.begin() as conn:
        handoffs.open_once(conn, MALLORY, HandoffReason.ASKED, now=now)
        outbox = schema.outbox
        of_order = sa.update(outbox).where(outbox.c.order_id == order.id)
        conn.execute(of_order.values(parked_at=now, last_error="rasa_unavailable"))
        for number, outcome in enumerate(("failed", "foreign_intent")):
            event = {
                "webhook_event_id": f"evt_{number}",
                "type": "payment_intent.succeeded",
                "object_id": "pi_of_somebody",
                "livemode": False,
                "created_at": now,
                "received_at": now,
                "source": "webhook",
                "attempts": 1,
                "outcome": outcome,
                "error": "database_unavailable",
            }
            conn.execute(sa.insert(schema.webhook_events).values(event))
        found = handoffs.find_open(conn, MALLORY)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def paths(desk: TicketDesk, order: Order, handoff: Handoff) -> dict[str, str]:
    """Pages with something on them."""
    sale = {"how": PaidElsewhere.FREE, "holder": None, "request_key": "of the pages"}
    sell_elsewhere(desk.shop, "kim", show_id=OFF, section_id="front", quantity=1, **sale)
    call_off_show(desk.shop, OFF)
    return {
        "shows": "/shows",
        "show": f"/shows/{order.show_id}",
        "show_off": f"/shows/{OFF}",
        "login": "/login",
        "missing": "/orders/ord_0000000000000000",
        "overview": "/",
        "year": "/?days=365",
        "questions": "/questions",
        "review": "/review",
        "handoff": f"/handoffs/{handoff.id}",
        "refund": f"/payments/{order.payment_intent_id}/refund",
        "doors": "/door",
        "sell": "/sell",
        "dispute": f"/disputes/{_dispute(desk)}",
        "catalog": "/catalog",
        "add_show": "/catalog/show",
        "question": f"/catalog/question?scope=show&place={order.show_id}",
        "facts": f"/catalog/facts?scope=show&place={order.show_id}&key=age",
        "door": f"/door/{DOOR}",
        "account": "/account",
        "acts": "/acts",
        "orders": "/orders",
        "search": "/orders?q=nobody",
        "order": f"/orders/{order.id}",
    }


def _dispute(desk: TicketDesk) -> str:
    """Have a bank dispute what Mallory has paid; returns the dispute's id."""
    order = start_checkout(
        desk.shop, MALLORY, show_id="lakers-warriors", section_id="101", quantity=1
    )
    pay(str(order.checkout_url), DISPUTED)
    refresh_order(desk.shop, MALLORY, order.id)
    return next(iter(desk.shop.stripe.list_disputes(order.created_at))).id


PAGES = [
    *("account", "acts", "orders", "search", "order", "review", "handoff", "refund"),
    *("overview", "year", "questions", "login", "missing", "doors", "door", "sell"),
    *("shows", "show", "show_off", "catalog", "add_show", "facts", "question", "dispute"),
]


def test_an_order_has_its_story_on_one_page(operator: Browser, order: Order) -> None:
    """Status, tickets, ledger, notifications, and what was said."""
    page = operator.page(f"/orders/{order.id}").text

    for part in ("$400.00", "Section 101", "tkt_", "ledger: payment", "notification: payment"):
        assert part in page
    assert "Hi, which show?" in page


def test_a_search_leads_to_the_order(operator: Browser, order: Order) -> None:
    """By its number at once; what is nothing here Stripe is asked for."""
    answer = operator.page(f"/orders?q={order.id}")
    assert answer.headers["Location"] == f"/payments/admin/orders/{order.id}"

    assert "Stripe knows no buyer of that" in operator.page("/orders?q=nobody@example.com").text


@pytest.mark.parametrize("name", PAGES)
def test_what_a_buyer_or_a_catalog_says_is_text(
    operator: Browser, paths: dict[str, str], name: str
) -> None:
    """Not markup, wherever it stands, nor what is searched for."""
    page = OWN_SCRIPT.sub("", operator.page(paths[name]).text)
    searched = operator.page("/orders?q=" + MARKUP).text

    for text in (page, searched):
        assert "<script" not in text
        assert "<img" not in text
    if name in {"order", "review", "handoff", "overview", "shows", "show", "facts", "dispute"}:
        assert "&lt;script&gt;" in page


def test_a_page_doesn_t_wait_for_a_rasa_that_hangs(
    operator: Browser, order: Order, rasa: RasaDouble
) -> None:
    """Two seconds, and it says what is missing; the rest is there."""
    rasa.goes_on.clear()
    began = time.monotonic()
    try:
        page = operator.page_once(f"/orders/{order.id}").text
    finally:
        rasa.goes_on.set()

    assert time.monotonic() - began < 15
    assert "Rasa did not answer within 2 seconds" in page
    assert "ledger: payment" in page


def test_what_is_not_there_is_said_on_a_page(operator: Browser) -> None:
    """With the way back."""
    answer = operator.page("/orders/ord_0000000000000000")

    assert answer.status_code == 404
    assert "There is no such order." in answer.text


@pytest.fixture(scope="module")
def chromium(desk: TicketDesk) -> Iterator[Chromium]:
    """A browser in which kim has logged in, by the keyboard alone."""
    browser = Chromium()
    log_in_by_keyboard(browser, desk.url)
    yield browser
    browser.close()


# Each page in both schemes and both widths; the pages take turns on which goes with which.
_PAIRS = ((("light", 390), ("dark", 1280)), (("light", 1280), ("dark", 390)))
_LOOKS = [(name, *look) for number, name in enumerate(PAGES) for look in _PAIRS[number % 2]]


@needs_browser
@pytest.mark.parametrize(("name", "scheme", "width"), _LOOKS)
def test_axe_finds_nothing_wrong(
    chromium: Chromium, desk: TicketDesk, paths: dict[str, str], name: str, scheme: str, width: int
) -> None:
    """Headings, contrast, names of fields; nothing runs off a phone's screen, no script runs."""
    _open(chromium, desk, paths[name], width, scheme)

    assert chromium.violations() == []
    assert chromium.read("document.documentElement.scrollWidth") <= width
    assert chromium.read("document.title") != "owned"


def _open(
    browser: Chromium, desk: TicketDesk, path: str, width: int = 1280, scheme: str = "light"
) -> None:
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.call("Emulation.setDeviceMetricsOverride", **size)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.call("Emulation.setEmulatedMedia", features=features)
    browser.read("window.isOld = true")
    browser.open(f"{desk.url}/payments/admin{path}")
    browser.wait_for("!window.isOld && document.readyState === 'complete'")


_REFUSED = "addEventListener('securitypolicyviolation', e => document.title = 'refused')"
_CHARTS = "[...document.querySelectorAll('figure canvas')]"


@needs_browser
def test_charts_are_drawn_of_the_tables_figures(
    chromium: Chromium, desk: TicketDesk, paths: dict[str, str]
) -> None:
    """A bar a row, by a library of ours; the page's policy has nothing to refuse."""
    added = chromium.call("Page.addScriptToEvaluateOnNewDocument", source=_REFUSED)
    _open(chromium, desk, paths["overview"])

    assert chromium.wait_for(f"{_CHARTS}.length") == 2
    assert chromium.read(f"{_CHARTS}.every(one => one.width > 300 && one.height > 100)")
    assert chromium.read("document.querySelectorAll('tr[data-day]').length") == 30
    today = "document.querySelector('tr[data-day]')"
    # The last bar is today's; what is under the mouse is said below the chart.
    edge = "(b => ({x: b.right - 3, y: b.y + 9}))(document.querySelector('.u-over')"
    spot = chromium.read(f"{edge}.getBoundingClientRect())")
    chromium.call("Input.dispatchMouseEvent", type="mouseMoved", **spot)
    said = chromium.wait_for("document.querySelector('.u-value').innerText.replace('--', '')")
    assert said == chromium.read(f"{today}.dataset.day")
    revenue = chromium.read("document.querySelectorAll('.u-value')[1].innerText")
    assert revenue == chromium.read(f"{today}.children[1].textContent")
    assert chromium.read("document.title") != "refused"
    chromium.call("Page.removeScriptToEvaluateOnNewDocument", identifier=added["identifier"])


@needs_browser
def test_without_a_script_the_figures_are_in_the_table(
    chromium: Chromium, desk: TicketDesk, paths: dict[str, str]
) -> None:
    """And the page says so, instead of an empty chart."""
    chromium.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        _open(chromium, desk, paths["overview"])
        shown = chromium.wait_for("document.body.innerText")
        assert "The charts need JavaScript" in shown
        assert chromium.read("document.querySelector('figure').clientHeight") == 0
        assert chromium.read("document.querySelectorAll('tr[data-day]').length") == 30
    finally:
        chromium.call("Emulation.setScriptExecutionDisabled", value=False)
