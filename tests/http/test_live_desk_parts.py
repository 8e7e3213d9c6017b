"""The desk's pages in a browser that replaces their parts: acts, lists, what refreshes itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from tests.channels.chromium import Chromium, needs_browser
from tests.http.desk import Browser, log_in_by_keyboard
from tests.http.ticket_desk import TicketDesk
from tests.rasa_double import RasaDouble
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.tables import handoffs
from ticket_clerk.ticketing.desk import acts, sessions
from ticket_clerk.ticketing.domain.models import Buyer, Handoff, HandoffReason, Order, OrderStatus
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import start_checkout

pytestmark = needs_browser
# What htmx would ask for as soon as the page is there, if a buyer's words were markup.
ATTACK = '<div hx-get="/payments/admin/acts?kind=stolen" hx-trigger="load">look</div>'
MALLORY = Buyer("rest", ATTACK)
_ASKED = (
    "performance.getEntriesByType('resource').filter(e => e.initiatorType === 'xmlhttprequest')"
)
_WATCH = """
addEventListener('securitypolicyviolation', e => (window.refused ||= []).push(e.violatedDirective));
addEventListener('htmx:afterSettle', () => window.settled = (window.settled ?? 0) + 1);
"""


@pytest.fixture(scope="module")
def rasa() -> Iterator[RasaDouble]:
    """Rasa, with the conversation of a buyer who writes htmx's attributes."""
    double = RasaDouble(lambda *_: [])
    double.conversations[ATTACK] = [_said("user", f"hello {ATTACK}", 0)]
    yield double
    double.close()


def _said(by: str, text: str, after: float) -> dict[str, object]:
    return {"event": by, "text": text, "timestamp": 1790000000.0 + after, "metadata": {}}


@pytest.fixture(scope="module")
def chromium(desk: TicketDesk) -> Iterator[Chromium]:
    """A browser in which kim has logged in."""
    browser = Chromium()
    browser.call("Page.enable")
    browser.call("Page.addScriptToEvaluateOnNewDocument", source=_WATCH)
    log_in_by_keyboard(browser, desk.url)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def handoff(desk: TicketDesk) -> Handoff:
    """Mallory wants a person."""
    with desk.shop.database.begin() as conn:
        handoffs.open_once(conn, MALLORY, HandoffReason.ASKED, now=desk.shop.now())
        found = handoffs.find_open(conn, MALLORY)
    assert found is not None
    return found


def _open(browser: Chromium, desk: TicketDesk, path: str) -> None:
    browser.read("window.isOld = true")
    browser.open(f"{desk.url}/payments/admin{path}")
    browser.wait_for("!window.isOld && document.readyState === 'complete'")
    # Gone as soon as a page is loaded instead of a part of it.
    browser.read("window.isSame = true")


def _order(desk: TicketDesk, sender: str) -> Order:
    wanted = {"show_id": "lakers-warriors", "section_id": "101", "quantity": 2}
    return start_checkout(desk.shop, Buyer("web", sender), **wanted)


def _come_back(browser: Chromium) -> None:
    """Look at the page again, after another tab."""
    browser.read("document.dispatchEvent(new Event('visibilitychange'))")


def _hide(browser: Chromium, *, is_hidden: bool = True) -> None:
    hidden = str(is_hidden).lower()
    browser.read(f"Object.defineProperty(document, 'hidden', {{get: () => {hidden}}})")


def test_an_act_replaces_the_page_s_part(chromium: Chromium, desk: TicketDesk) -> None:
    """Done once, said, with the focus on it; the page stays, and nothing breaks its policy."""
    order = _order(desk, "ann")
    _open(chromium, desk, f"/orders/{order.id}")

    chromium.click("form[action$='/cancel'] button")
    said = chromium.wait_for("document.querySelector('.done')?.innerText")

    assert "The order is canceled" in said
    chromium.wait_for("document.activeElement.className === 'done'")
    assert chromium.read("window.isSame")
    assert chromium.read("location.pathname").endswith(f"/orders/{order.id}")
    assert chromium.read("window.refused") is None
    assert queries.any_order(desk.shop, order.id).status is OrderStatus.CANCELED
    done = [act for act in acts.latest_acts(desk.shop) if act.subject == order.id]
    assert [(act.operator, act.kind, act.outcome) for act in done] == [("kim", "cancel", "done")]


def test_axe_finds_nothing_wrong_with_a_replaced_part(chromium: Chromium, desk: TicketDesk) -> None:
    """The part that an act brought, in the page that it was put into."""
    _open(chromium, desk, f"/orders/{_order(desk, 'axel').id}")

    chromium.click("form[action$='/cancel'] button")
    chromium.wait_for("document.querySelector('.done') !== null")

    assert chromium.violations() == []


def test_an_act_that_is_refused_says_why_where_it_was(chromium: Chromium, desk: TicketDesk) -> None:
    """In the page's part; loading the page again loads the order."""
    order = _order(desk, "bea")
    _open(chromium, desk, f"/orders/{order.id}")
    with desk.shop.database.begin() as conn:
        table = schema.orders
        conn.execute(sa.update(table).where(table.c.id == order.id).values(status="paid"))

    chromium.click("form[action$='/cancel'] button")
    said = chromium.wait_for("document.querySelector('.problem:not(#lost)')?.innerText")

    assert "paid" in said
    assert chromium.read("window.isSame")
    assert chromium.read("location.pathname").endswith(f"/orders/{order.id}")


def test_a_list_is_filtered_and_searched_without_a_load(
    chromium: Chromium, desk: TicketDesk
) -> None:
    """The address says what is shown, and the way back leads back."""
    order = _order(desk, "cleo")
    _open(chromium, desk, "/orders")

    chromium.click(".filter a[href$='status=expired']")
    chromium.wait_for("location.search === '?status=expired'")
    chromium.wait_for("document.querySelector('.filter [aria-current]').innerText === 'expired'")
    # Until then a form that has just come is the browser's own, and loads a page.
    chromium.wait_for("window.settled")
    chromium.click("#q")
    chromium.type(order.id)
    chromium.wait_for(f"document.querySelector('h1').innerText === '{order.id}'")

    assert chromium.read("window.isSame")
    assert chromium.read("location.pathname").endswith(f"/orders/{order.id}")
    assert order.id in chromium.read("document.title")
    assert chromium.read("window.refused") is None
    chromium.read("history.back()")
    chromium.wait_for("location.search === '?status=expired'")
    chromium.wait_for("document.querySelector('.filter [aria-current]')?.innerText === 'expired'")


def test_what_a_buyer_wrote_asks_for_nothing(
    chromium: Chromium, desk: TicketDesk, handoff: Handoff
) -> None:
    """It is text, on each page that has it; and htmx looks at nothing where buyers' words stand."""
    for path in (f"/handoffs/{handoff.id}", "/review", f"/orders?q={ATTACK}"):
        _open(chromium, desk, path)
        assert 'hx-get="/payments/admin/acts' in chromium.read("document.body.innerText"), path
        assert chromium.read("document.querySelectorAll('[hx-get]').length") == 0
        assert chromium.read(f"{_ASKED}.length") == 0

    # Even as markup it would do nothing there; the control, beside it and later, asks.
    _open(chromium, desk, f"/handoffs/{handoff.id}")
    for place, markup in ((".talk p", ATTACK), ("#main", ATTACK.replace("stolen", "control"))):
        put = f"document.querySelector('{place}').insertAdjacentHTML('beforeend', `{markup}`)"
        chromium.read(f"{put}; htmx.process(document.querySelector('{place}'))")
    chromium.wait_for(f"{_ASKED}.length > 0")
    assert [name[-7:] for name in chromium.read(f"{_ASKED}.map(e => e.name)")] == ["control"]


def test_what_needs_somebody_comes_by_itself(
    chromium: Chromium, desk: TicketDesk, handoff: Handoff
) -> None:
    """A buyer who asks for a person is there without a click, unless nobody looks."""
    _open(chromium, desk, "/review")
    waits = "document.querySelector('#fresh').innerText.includes('web: dora')"
    assert not chromium.read(waits)
    with desk.shop.database.begin() as conn:
        handoffs.open_once(conn, Buyer("web", "dora"), HandoffReason.ASKED, now=desk.shop.now())

    _hide(chromium)
    _come_back(chromium)
    assert chromium.read(f"{_ASKED}.length") == 0
    _open(chromium, desk, "/review")
    with desk.shop.database.begin() as conn:
        handoffs.open_once(conn, Buyer("web", "emil"), HandoffReason.ASKED, now=desk.shop.now())
    chromium.wait_for(waits.replace("dora", "emil"))

    assert chromium.read("window.isSame")
    assert chromium.read("window.refused") is None


def test_who_is_at_a_button_keeps_it(chromium: Chromium, desk: TicketDesk) -> None:
    """The part waits until the focus is elsewhere."""
    _open(chromium, desk, "/review")
    chromium.read("document.querySelector('#fresh a').focus()")
    _come_back(chromium)
    assert chromium.read(f"{_ASKED}.length") == 0

    chromium.read("document.activeElement.blur()")
    _come_back(chromium)
    chromium.wait_for(f"{_ASKED}.length > 0")


def test_a_new_message_comes_into_the_conversation(
    chromium: Chromium, desk: TicketDesk, handoff: Handoff, rasa: RasaDouble
) -> None:
    """What is being written meanwhile stays."""
    _open(chromium, desk, f"/handoffs/{handoff.id}")
    chromium.read("document.querySelector('#text').value = 'One moment'")
    rasa.conversations[ATTACK].append(_said("user", "are you there?", 9))

    _come_back(chromium)
    chromium.wait_for("document.querySelector('.talk').innerText.includes('are you there?')")

    assert chromium.read("document.querySelector('#text').value") == "One moment"


def test_a_page_that_looks_by_itself_keeps_no_session_alive(desk: TicketDesk) -> None:
    """Only clicks do: the session that nobody uses ends, whatever page is open."""
    kim, table = Browser(desk.url), schema.operator_sessions
    kim.log_in("kim")
    newest = sa.select(table.c.id).order_by(table.c.created_at.desc()).limit(1).scalar_subquery()
    is_it, before = table.c.id == newest, desk.shop.now() - timedelta(minutes=2)
    with desk.shop.database.begin() as conn:
        conn.execute(sa.update(table).where(is_it).values(seen_at=before))

    def seen_at() -> datetime:
        with desk.shop.database.read() as conn:
            return conn.execute(sa.select(table.c.seen_at).where(is_it)).scalar_one()

    kim.headers["Desk-Refresh"] = "1"
    assert kim.page("/review").status_code == 200
    assert seen_at() == before
    kim.headers.pop("Desk-Refresh")
    assert kim.page("/review").status_code == 200
    assert seen_at() > before


def test_an_ended_session_leads_the_whole_page_to_the_login(
    chromium: Chromium, desk: TicketDesk
) -> None:
    """A part of a page is no place to log in; this is the last test of this browser."""
    order = _order(desk, "fay")
    _open(chromium, desk, f"/orders/{order.id}")
    sessions.end_sessions(desk.shop, "kim", by="admin")

    chromium.click("form[action$='/cancel'] button")

    chromium.wait_for("location.pathname.endsWith('/login')")
    assert queries.any_order(desk.shop, order.id).status is OrderStatus.OPEN
