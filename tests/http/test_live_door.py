"""The door's page in a real browser: typed codes, a camera, no line, and who may only look."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import segno
import sqlalchemy as sa

from tests.channels.chromium import Chromium, needs_browser
from tests.http.desk import PASSWORD, Browser, operators_desk
from tests.http.ticket_desk import TicketDesk
from ticket_clerk.http.desk.cookies import SessionCookies
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.desk import accounts, acts, sessions
from ticket_clerk.ticketing.domain.operators import Role
from ticket_clerk.ticketing.domain.tickets import Ticket
from ticket_clerk.ticketing.tickets import admission, queries

pytestmark = needs_browser
SHOW = "lakers-warriors"
DOOR = f"/door/{SHOW}"
_COOKIES_AT = "/payments/admin"
_STUCK = "document.querySelector('#stuck')"
# After four seconds the door decides alone; a machine that is busy with other tests answers later.
_PATIENCE = """
const within = AbortSignal.timeout.bind(AbortSignal);
AbortSignal.timeout = (ms) => within(20 * ms);
"""
_LEE = schema.operator_accounts.c.name == "lee"
KEY, AT = "0123456789abcdef", "2027-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TicketDesk]:
    """A server with the desk."""
    with operators_desk(tmp_path_factory.mktemp("desk")) as desk:
        yield desk


@pytest.fixture(scope="module")
def filmed(desk: TicketDesk) -> Ticket:
    """The ticket that is held before the camera."""
    return desk.tickets(desk.sell(1))[0]


@pytest.fixture(scope="module")
def chromium(
    desk: TicketDesk, filmed: Ticket, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Chromium]:
    """A phone with a camera, at which kim has logged in."""
    film = tmp_path_factory.mktemp("film") / "ticket.y4m"
    _film(film, desk.code(filmed))
    browser = Chromium(
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )
    phone = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    browser.call("Emulation.setDeviceMetricsOverride", **phone)
    browser.call("Page.addScriptToEvaluateOnNewDocument", source=_PATIENCE)
    _log_in(browser, desk, "kim")
    yield browser
    browser.close()


@pytest.fixture(autouse=True)
def _opened(chromium: Chromium, desk: TicketDesk) -> None:
    """Each test finds the door with a line and its list."""
    chromium.cut_network(is_cut=False)
    _open(chromium, desk)


def _film(path: Path, text: str) -> None:
    """Write a film of a QR code, in gray, as the browser's camera plays it."""
    size, image = 480, io.BytesIO()
    code = segno.make(text, error="m", micro=False)
    rows = [list(row) for row in code.matrix_iter(border=4)]
    scale = size // len(rows)
    gray = bytearray(b"\xff" * size * size)
    for y in range(scale * len(rows)):
        for x in range(scale * len(rows)):
            gray[y * size + x] = 16 if rows[y // scale][x // scale] else 235
    image.write(f"YUV4MPEG2 W{size} H{size} F10:1 Ip A1:1 C420jpeg\n".encode())
    for _ in range(3):
        image.write(b"FRAME\n" + bytes(gray) + b"\x80" * (size * size // 2))
    path.write_bytes(image.getvalue())


def _log_in(browser: Chromium, desk: TicketDesk, name: str) -> None:
    browser.open(f"{desk.url}/payments/admin/login")
    browser.wait_for("document.querySelector('#name') !== null")
    browser.read("document.querySelector('#name').focus()")
    browser.call("Input.insertText", text=name)
    browser.press("Tab")
    browser.type(PASSWORD)
    browser.wait_for("document.querySelector('nav') !== null")


def _become(browser: Chromium, desk: TicketDesk, name: str) -> None:
    """Log in without the form, of which an address may send ten."""
    token = str(sessions.log_in(desk.shop, name, PASSWORD))
    signed = SessionCookies(desk.shop).write(token)
    cookie = {"name": "clerk_desk", "value": signed, "httpOnly": True, "sameSite": "Lax"}
    browser.call("Network.setCookie", url=desk.url + _COOKIES_AT, path=_COOKIES_AT, **cookie)


def _open(browser: Chromium, desk: TicketDesk) -> None:
    browser.read("window.isOld = true")
    browser.open(f"{desk.url}/payments/admin{DOOR}")
    browser.wait_for("!window.isOld && document.querySelector('#line') !== null")
    browser.wait_for("document.querySelector('#line').textContent.includes('list of')")


def _show(browser: Chromium, code: str) -> str:
    """Type a code; what the page says of it, in one line."""
    browser.read("document.querySelector('#head').textContent = ''")
    browser.read("document.querySelector('#code').focus()")
    browser.read("document.querySelector('#code').value = ''")
    browser.type(code)
    browser.wait_for("document.querySelector('#head').textContent !== ''")
    return str(browser.read("document.querySelector('#answer').innerText"))


def _worth(desk: TicketDesk, ticket: Ticket) -> str:
    return queries.any_ticket(desk.shop, ticket.id).status.value


def _until_reported(browser: Chromium) -> None:
    browser.wait_for("document.querySelector('#line').dataset.waiting === '0'")


def test_a_typed_code_opens_once(chromium: Chromium, desk: TicketDesk) -> None:
    """Green with the seat, then red; the ticket is used, and kim stands behind it."""
    ticket, _ = desk.tickets(order := desk.sell(2))

    said = _show(chromium, desk.code(ticket))
    assert "Come in" in said
    assert "Section 101, 1 of 2" in said
    assert chromium.read("document.querySelector('#answer').className") == "answer yes"
    assert "Already used" in _show(chromium, desk.code(ticket))
    assert chromium.read("document.querySelector('#answer').className") == "answer no"
    assert _worth(desk, ticket) == "used"
    act = next(act for act in acts.latest_acts(desk.shop) if act.subject == order.id)
    assert (act.operator, act.kind) == ("kim", "let_in")


def test_the_camera_lets_in_what_it_sees(
    chromium: Chromium, desk: TicketDesk, filmed: Ticket
) -> None:
    """A film of a QR code, as the phone's camera would see it; once, although it stays there."""
    chromium.click("#start")
    chromium.wait_for("document.querySelector('#head').textContent.includes('Come in')", 90)
    time.sleep(1)

    assert _worth(desk, filmed) == "used"
    assert "Come in" in chromium.read("document.querySelector('#head').textContent")


def test_without_a_line_the_phone_says_it_itself(chromium: Chromium, desk: TicketDesk) -> None:
    """Valid once, used, refunded, forged, another show's; the server learns it afterwards."""
    good, used = desk.tickets(desk.sell(2))
    admission.redeem(desk.shop, desk.code(used))
    _open(chromium, desk)
    chromium.cut_network()

    assert "Come in" in _show(chromium, desk.code(good))
    assert "Already used" in _show(chromium, desk.code(good))
    assert "Already used" in _show(chromium, desk.code(used))
    assert "Not one of our tickets" in _show(chromium, desk.code(good)[:-4] + "AAAA")
    assert "Not one of our tickets" in _show(chromium, "hello")
    assert "1 let in to be reported" in chromium.read("document.querySelector('#line').innerText")
    assert _worth(desk, good) == "valid"

    chromium.cut_network(is_cut=False)
    _until_reported(chromium)
    assert _worth(desk, good) == "used"
    assert chromium.read("document.querySelector('#warnings').hidden") is True


def test_what_was_let_in_offline_outlives_the_page(chromium: Chromium, desk: TicketDesk) -> None:
    """The phone closed the tab: it is reported when the door is opened again."""
    (ticket,) = desk.tickets(desk.sell(1))
    _open(chromium, desk)
    chromium.cut_network()
    assert "Come in" in _show(chromium, desk.code(ticket))
    chromium.open("about:blank")
    chromium.cut_network(is_cut=False)

    _open(chromium, desk)
    _until_reported(chromium)
    assert _worth(desk, ticket) == "used"


def test_a_ticket_used_at_two_doors_is_told(chromium: Chromium, desk: TicketDesk) -> None:
    """Another door had a line meanwhile: the page names the ticket, and so do the acts."""
    (ticket,) = desk.tickets(order := desk.sell(1))
    _open(chromium, desk)
    chromium.cut_network()
    assert "Come in" in _show(chromium, desk.code(ticket))
    admission.redeem(desk.shop, desk.code(ticket))

    chromium.cut_network(is_cut=False)
    _until_reported(chromium)
    chromium.wait_for("!document.querySelector('#warnings').hidden")
    told = chromium.read("document.querySelector('#wrong').innerText")
    assert ticket.id in told
    assert "used twice" in told
    assert ("let_in_twice", order.id) in {
        (act.kind, act.subject) for act in acts.latest_acts(desk.shop)
    }


def test_what_an_account_may_no_longer_report_another_sends(
    chromium: Chromium, desk: TicketDesk
) -> None:
    """lee lost the role: the page says so and leads to the login, after which kim sends it."""
    (ticket,) = desk.tickets(desk.sell(1))
    accounts.add_account(desk.shop, "lee", Role.ACT, PASSWORD)
    _become(chromium, desk, "lee")
    _open(chromium, desk)
    chromium.cut_network()
    assert "Come in" in _show(chromium, desk.code(ticket))
    with desk.shop.database.begin() as conn:
        conn.execute(sa.update(schema.operator_accounts).where(_LEE).values(role="look"))

    chromium.cut_network(is_cut=False)
    chromium.wait_for(f"{_STUCK}.innerText.includes('1 let in by this phone')")
    _open(chromium, desk)
    chromium.wait_for(f"!{_STUCK}.hidden && {_STUCK}.innerText.includes('may only look')")
    assert _worth(desk, ticket) == "valid"

    # From another show's page, too.
    _become(chromium, desk, "kim")
    chromium.open(f"{desk.url}/payments/admin/door/last-seat")
    chromium.wait_for("document.querySelector('#line')?.textContent.includes('list of')")
    assert chromium.read(f"{_STUCK}.hidden") is True
    assert _worth(desk, ticket) == "used"


def test_an_ended_login_is_said_where_something_waits(chromium: Chromium, desk: TicketDesk) -> None:
    """With a link to the login and back to the door."""
    (ticket,) = desk.tickets(desk.sell(1))
    _open(chromium, desk)
    chromium.cut_network()
    assert "Come in" in _show(chromium, desk.code(ticket))
    sessions.end_sessions(desk.shop, "kim", by="admin")

    chromium.cut_network(is_cut=False)
    chromium.wait_for(f"{_STUCK}.innerText.includes('Your login has ended')")
    assert chromium.read(f"{_STUCK}.querySelector('a').href").endswith(f"/login?next={DOOR}")

    _become(chromium, desk, "kim")
    _open(chromium, desk)
    _until_reported(chromium)
    assert _worth(desk, ticket) == "used"


def test_a_browser_without_ed25519_uses_the_library(chromium: Chromium, desk: TicketDesk) -> None:
    """The same answers from noble-ed25519, which is taken where WebCrypto refuses the key."""
    (ticket,) = desk.tickets(desk.sell(1))
    source = (
        "crypto.subtle.importKey = () => { window.refused = true; throw new DOMException('no'); }"
    )
    added = chromium.call("Page.addScriptToEvaluateOnNewDocument", source=source)
    _open(chromium, desk)
    chromium.cut_network()

    assert chromium.read("window.refused") is True
    forged = desk.code(ticket).replace(ticket.id, "tkt_" + "a" * 22)
    assert "Not one of our tickets" in _show(chromium, forged)
    assert "Come in" in _show(chromium, desk.code(ticket))

    chromium.call("Page.removeScriptToEvaluateOnNewDocument", identifier=added["identifier"])
    chromium.cut_network(is_cut=False)
    _until_reported(chromium)


def test_the_browsers_own_reader_is_taken_where_it_has_one(
    chromium: Chromium, desk: TicketDesk
) -> None:
    """Chromium on Linux has none, so one is put there; the camera films another ticket."""
    (ticket,) = desk.tickets(desk.sell(1))
    found = json.dumps(desk.code(ticket))
    source = f"""globalThis.BarcodeDetector = class {{
        static getSupportedFormats() {{ return Promise.resolve(["qr_code"]); }}
        constructor(options) {{ this.is_qr = options.formats.join() === "qr_code"; }}
        detect(image) {{
            const seen = this.is_qr && image ? [{{ rawValue: {found} }}] : [];
            return Promise.resolve(seen);
        }}
    }};"""
    added = chromium.call("Page.addScriptToEvaluateOnNewDocument", source=source)
    _open(chromium, desk)

    chromium.click("#start")
    chromium.wait_for("document.querySelector('#head').textContent.includes('Come in')", 90)

    assert _worth(desk, ticket) == "used"
    chromium.call("Page.removeScriptToEvaluateOnNewDocument", identifier=added["identifier"])


def test_axe_finds_nothing_wrong_with_an_answer(chromium: Chromium, desk: TicketDesk) -> None:
    """Green and red in both color schemes: axe finds nothing, nothing runs off the screen."""
    (ticket,) = desk.tickets(desk.sell(1))
    for said in (_show(chromium, desk.code(ticket)), _show(chromium, "hello")):
        assert said
        for scheme in ("light", "dark"):
            features = [{"name": "prefers-color-scheme", "value": scheme}]
            chromium.call("Emulation.setEmulatedMedia", features=features)
            assert chromium.violations() == []
    assert chromium.read("document.documentElement.scrollWidth") <= 390


def test_who_may_only_look_lets_nobody_in(desk: TicketDesk) -> None:
    """The check says what a ticket is worth; the redeeming form is refused, and nothing changes."""
    (ticket,) = desk.tickets(desk.sell(1))
    jo = Browser(desk.url)
    jo.log_in("jo")

    looked = jo.act(f"{DOOR}/check", code=desk.code(ticket))
    tried = jo.act(f"{DOOR}/redeem", code=desk.code(ticket))

    assert looked.json()["status"] == "valid"
    assert tried.status_code == 403
    assert _worth(desk, ticket) == "valid"


def test_the_list_for_the_door_is_for_operators(desk: TicketDesk) -> None:
    """As CSV, each ticket a line and no code, for who is logged in, whatever they may."""
    (ticket,) = desk.tickets(desk.sell(1))
    jo, nobody = Browser(desk.url), Browser(desk.url)
    jo.log_in("jo")

    answer = jo.page(f"{DOOR}/tickets.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="lakers-warriors-tickets.csv"' in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["status"] for row in rows if row["ticket_id"] == ticket.id] == ["valid"]
    assert "T1:" not in answer.text
    assert jo.page("/door/no-such-show/tickets.csv").status_code == 404
    refused = nobody.page(f"{DOOR}/tickets.csv")
    assert (refused.status_code, ticket.id in refused.text) == (303, False)


@pytest.mark.parametrize(
    "report",
    [
        "",
        "[]",
        '{"device": "d", "entries": []}',
        f'{{"device": "<b>", "entries": [{{"code": "x", "key": "{KEY}", "at": "{AT}"}}]}}',
        f'{{"device": "d", "entries": [{{"code": "x", "key": "short", "at": "{AT}"}}]}}',
        f'{{"device": "d", "entries": [{{"code": "x", "key": "{KEY}", "at": "2027-01-01"}}]}}',
    ],
)
def test_a_report_that_no_page_sends_is_refused(desk: TicketDesk, report: str) -> None:
    """With 400, and nothing is taken from it."""
    kim = Browser(desk.url)
    kim.log_in("kim")
    before = acts.latest_acts(desk.shop)

    assert kim.act(f"{DOOR}/report", report=report).status_code == 400
    assert acts.latest_acts(desk.shop) == before


def test_the_doors_page_runs_our_scripts_only(desk: TicketDesk) -> None:
    """From our own address; a page without scripts may run none."""
    kim = Browser(desk.url)
    kim.log_in("kim")

    assert "script-src 'self'" in kim.page(DOOR).headers["Content-Security-Policy"]
    for path in ("/door", "/sell", "/account"):
        assert "script-src" not in kim.page(path).headers["Content-Security-Policy"]
    assert kim.page("/door/no-such-show").status_code == 404
