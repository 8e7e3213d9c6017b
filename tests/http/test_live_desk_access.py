"""Who gets into the operators' desk, and who doesn't: attacks on a real server."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
import requests

from tests.http.desk import ADMIN_HASH, PASSWORD, Browser, operators_desk
from tests.http.ticket_desk import TicketDesk
from tests.servers import payments_process
from ticket_clerk.http.blueprint import make_blueprint
from ticket_clerk.http.rate_limits import RateLimiter
from ticket_clerk.project import PACKAGE
from ticket_clerk.ticketing.container import build_container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.desk import accounts, sessions
from ticket_clerk.ticketing.domain.operators import Role
from ticket_clerk.ticketing.settings import Settings

FILES = {
    f"/{at}/{path.name}"
    for at, folder in (("door-page", "door_page"), ("files", "files"))
    for path in (PACKAGE / "http" / "desk" / folder).iterdir()
    if path.suffix in {".js", ".css"}
}
OPEN_TO_ALL = {"/login", *FILES}
# What operators who only look may send: it is about their own login, or a look.
_NUMBERS = count()
OWN = {"/logout", "/door/x/check", "/account/sessions/x/end", "/account/sessions/end"}


def _routes(method: str) -> list[str]:
    """Every address of the desk, as the blueprint has them."""
    container = build_container(Settings.from_env({"ADMIN_PASSWORD_HASH": ADMIN_HASH}))
    bp = make_blueprint(container, lambda: None, RateLimiter(container.settings))
    found = [route.uri for route in bp._future_routes if method in route.methods]
    desk = [uri.removeprefix("/admin") for uri in found if uri.startswith("/admin")]
    return sorted({re.sub("<[^>]*>", "x", uri) for uri in desk} - OPEN_TO_ALL)


PAGES, FORMS = _routes("GET"), _routes("POST")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TicketDesk]:
    """A server with the desk; its proxy says who asks, so that tests don't share one limit."""
    with operators_desk(tmp_path_factory.mktemp("desk"), TRUSTED_PROXIES="1") as desk:
        yield desk


@pytest.fixture
def browser(desk: TicketDesk) -> Browser:
    """Somebody who is not logged in."""
    return _browser(desk)


def _browser(desk: TicketDesk) -> Browser:
    """Somebody at an address that nobody else has, nor had."""
    number, made = next(_NUMBERS), Browser(desk.url)
    made.headers["X-Forwarded-For"] = f"10.{number // 250}.{number % 250}.1"
    return made


@pytest.fixture
def account(desk: TicketDesk) -> str:
    """The name of somebody who may act, in this test only: one account may log in 100 times."""
    name = f"kim-{next(_NUMBERS)}"
    accounts.add_account(desk.shop, name, Role.ACT, PASSWORD)
    return name


def test_there_is_something_to_attack() -> None:
    """The lists below are not empty."""
    assert "/acts" in PAGES
    assert "/logout" in FORMS


def test_without_a_password_hash_there_is_no_desk(tmp_path: Path) -> None:
    """Not even a login: 404, as anywhere else."""
    with payments_process(tmp_path) as (url, _):
        for path in ["/", "/login", *PAGES]:
            assert Browser(url).page(path).status_code == 404
        assert Browser(url).submit("/login", name="admin", password="").status_code == 404


@pytest.mark.parametrize("path", PAGES)
def test_no_page_without_a_login(browser: Browser, path: str) -> None:
    """It leads to the login, and says nothing else."""
    answer = browser.page(path)

    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/payments/admin/login?next={path}"
    assert answer.text == ""


@pytest.mark.parametrize("path", FORMS)
def test_no_act_without_a_login(browser: Browser, path: str) -> None:
    """Whatever the form says."""
    answer = browser.submit(path, token="0" * 64, key="0" * 32)
    browser.headers["HX-Request"] = "true"
    of_part = browser.submit(path, token="0" * 64, key="0" * 32)

    assert (answer.status_code, answer.text) == (303, "")
    assert answer.headers["Location"] == "/payments/admin/login"
    assert (of_part.status_code, of_part.text) == (401, "")


@pytest.mark.parametrize("path", sorted({*FORMS} - OWN))
def test_no_act_by_who_may_only_look(browser: Browser, path: str) -> None:
    """The form is the desk's own and its token right; the role is not."""
    browser.log_in("jo")

    answer = browser.act(path)

    assert answer.status_code == 403
    assert "may look and not act" in answer.text


@pytest.mark.parametrize("path", FORMS)
def test_no_act_from_another_site(browser: Browser, account: str, path: str) -> None:
    """With the cookie and even with the token: the browser says where the form was."""
    browser.log_in(account)
    fields = browser.fields("/account")

    evil = {"Origin": "https://evil.example"}
    for header in ({"Sec-Fetch-Site": "cross-site"}, evil, {**evil, "HX-Request": "true"}):
        browser.headers.update(header)
        assert browser.submit(path, **fields).status_code == 403
        for name in header:
            browser.headers.pop(name)
    assert browser.page("/account").status_code == 200


@pytest.mark.parametrize("path", FORMS)
def test_no_act_without_the_sessions_own_token(
    desk: TicketDesk, browser: Browser, account: str, path: str
) -> None:
    """None, another session's, or one that is made up."""
    # Somebody else for each form: an address may log in ten times.
    other = _browser(desk)
    other.log_in(account)
    browser.log_in(account)

    for token in ("", other.fields("/account")["token"], "é"):
        assert browser.submit(path, token=token, key="0" * 32).status_code == 403
    assert browser.page("/account").status_code == 200


def test_no_login_from_another_site(browser: Browser) -> None:
    """Nobody is logged in as somebody else without noticing."""
    browser.headers["Origin"] = "https://evil.example"

    answer = browser.log_in("kim")

    assert answer.status_code == 403
    assert not browser.cookies


def test_a_login_leads_back_to_a_page_of_the_desk_only(browser: Browser) -> None:
    """Not to where an address that somebody was sent says."""
    for then, to in (
        ("/acts", "/acts"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
    ):
        answer = browser.submit("/login", name="kim", password=PASSWORD, next=then)
        assert answer.headers["Location"] == f"/payments/admin{to}"


def test_the_cookie_is_for_the_desk_alone(browser: Browser) -> None:
    """No script reads it, no other site's form sends it, no other page gets it."""
    cookie = browser.log_in().headers["Set-Cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/payments/admin;" in cookie


def test_the_cookie_is_never_sent_in_the_clear_where_there_is_tls(tmp_path: Path) -> None:
    """PUBLIC_URL says so."""
    url = "https://tickets.example.com/shop"
    with operators_desk(tmp_path, PUBLIC_URL=url) as desk:
        answer = Browser(desk.url).log_in()

        assert "; Secure" in answer.headers["Set-Cookie"]
        assert "Path=/shop/payments/admin;" in answer.headers["Set-Cookie"]
        assert answer.headers["Location"] == "/shop/payments/admin/"


def test_a_stolen_session_is_ended_by_its_owner(desk: TicketDesk, browser: Browser) -> None:
    """They see it in their list, end all, and whoever stole it is out; so are they."""
    browser.log_in("kim")
    thief = _browser(desk)
    thief.cookies.update(browser.cookies)
    assert thief.page("/acts").status_code == 200

    browser.act("/account/sessions/end")

    assert thief.page("/acts").status_code == 303
    assert browser.page("/acts").status_code == 303


def test_a_session_that_was_logged_out_is_over_on_the_server(
    desk: TicketDesk, browser: Browser
) -> None:
    """A cookie that was kept opens nothing."""
    browser.log_in("kim")
    kept = dict(browser.cookies)
    browser.act("/logout")

    browser.cookies.update(kept)

    assert browser.page("/account").status_code == 303


def test_a_session_s_cookie_is_signed_for_half_an_hour(browser: Browser) -> None:
    """What a click gets anew; a changed or unsigned one opens nothing."""
    answer = browser.log_in("kim")
    assert "Max-Age=1800;" in answer.headers["Set-Cookie"]
    cookie = browser.cookies["clerk_desk"]
    token, signed_at, _ = cookie.split(".")

    for wrong in (token, cookie[:-2], "A" + cookie[1:], f"{token}.{signed_at}.{'A' * 43}"):
        browser.cookies.clear()
        browser.cookies.set("clerk_desk", wrong)
        assert browser.page("/account").status_code == 303, wrong
    browser.cookies.clear()
    browser.cookies.set("clerk_desk", cookie)
    assert browser.page("/account").status_code == 200


def test_logging_in_again_ends_the_session_before(desk: TicketDesk, browser: Browser) -> None:
    """Nobody goes on with what a browser had before."""
    browser.log_in("jo")
    before = _browser(desk)
    before.cookies.update(browser.cookies)

    browser.log_in("kim")

    assert before.page("/account").status_code == 303
    assert "You are kim" in browser.page("/account").text


def test_one_session_is_ended_and_the_other_goes_on(desk: TicketDesk, browser: Browser) -> None:
    """From the list of one's own; nobody ends somebody else's."""
    lost, foreign = _browser(desk), _browser(desk)
    desk_sessions = schema.operator_sessions
    with desk.shop.database.begin() as conn:
        conn.execute(desk_sessions.delete())
    lost.log_in("kim")
    foreign.log_in("admin")
    with desk.shop.database.read() as conn:
        ids = {row.operator: row.id for row in conn.execute(desk_sessions.select())}
    browser.log_in("kim")

    for name in ("kim", "admin"):
        browser.act(f"/account/sessions/{ids[name]}/end")

    assert lost.page("/account").status_code == 303
    assert browser.page("/account").status_code == 200
    assert foreign.page("/account").status_code == 200


def test_an_account_that_is_removed_is_out_at_once(desk: TicketDesk, browser: Browser) -> None:
    """On the command line, and the password no longer opens either."""
    accounts.add_account(desk.shop, "lee", accounts.Role.ACT, PASSWORD)
    browser.log_in("lee")
    assert browser.page("/acts").status_code == 200

    accounts.remove_account(desk.shop, "lee")

    assert browser.page("/acts").status_code == 303
    assert browser.log_in("lee").status_code == 401


def test_a_thousand_wrong_passwords_from_one_address(desk: TicketDesk, browser: Browser) -> None:
    """About ten are looked at; then not even the right one, until the time has passed."""
    began = time.monotonic()
    statuses = [browser.log_in("kim", f"wrong-{n}").status_code for n in range(1000)]

    assert set(statuses) == {401, 429}
    assert statuses.count(401) <= 11 + (time.monotonic() - began) / 30
    # One more try is allowed in half a minute, and a wrong one takes it.
    assert 429 in {browser.log_in("kim", "wrong").status_code for _ in range(2)}
    refused = browser.log_in("kim")
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    # Who comes from elsewhere is not locked out by them.
    assert _browser(desk).log_in("kim").status_code == 303


def test_wrong_passwords_from_three_hundred_addresses(desk: TicketDesk) -> None:
    """A botnet gets a hundred tries at one account, and one in five seconds from then on."""
    accounts.add_account(desk.shop, "sam", accounts.Role.LOOK, PASSWORD)
    began, statuses = time.monotonic(), []
    for n in range(300):
        bot = Browser(desk.url)
        bot.headers["X-Forwarded-For"] = f"11.0.{n // 250}.{n % 250}"
        statuses.append(bot.log_in("sam", f"wrong-{n}").status_code)

    assert set(statuses) == {401, 429}
    assert statuses.count(401) <= 101 + (time.monotonic() - began) / 5


def test_names_that_exist_and_names_that_don_t_take_as_long(
    desk: TicketDesk, browser: Browser
) -> None:
    """Nobody finds out who has an account here."""
    took: dict[str, list[float]] = {"kim": [], "nobody": []}
    texts = set()
    # In turns, and the least of each: others use the machine, too.
    for name in [*took] * 4:
        began = time.perf_counter()
        answer = browser.log_in(name, "wrong")
        took[name].append(time.perf_counter() - began)
        texts.add(answer.text.replace(name, ""))

    assert len(texts) == 1
    quickest = [min(times) for times in took.values()]
    assert min(quickest) > 0.02
    assert max(quickest) < 10 * min(quickest)


def test_a_form_that_no_browser_sends_is_refused(browser: Browser) -> None:
    """Not UTF-8, or a thousand fields."""
    for body in (b"name=%FF&password=x", b"&".join([b"a=b"] * 1000), b"\xff\xfe"):
        answer = browser.post(f"{browser.desk}/login", data=body, timeout=60)
        assert answer.status_code == 400
        assert "malformed" in answer.text


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"token=x"),
        ("multipart/form-data; boundary=b", b"--b\r\nnonsense\r\n--b--"),
        ("multipart/form-data; boundary=b", b"--b\r\n" * 10_000),
        ("multipart/form-data; boundary=\xe9", b"--\xff\r\n"),
    ],
)
def test_a_form_with_files_that_no_browser_sends_is_refused(
    browser: Browser, kind: str, body: bytes
) -> None:
    """Whatever is in it."""
    browser.log_in("kim")
    sent = {"data": body, "headers": {"Content-Type": kind}}
    answer = browser.post(browser.desk + "/disputes/x/files", timeout=60, **sent)
    assert answer.status_code in {400, 403}


def test_no_file_is_read_of_who_is_not_logged_in(browser: Browser) -> None:
    """They are sent to the login; of who is, one that is too large is refused from its head."""
    large = ("a.pdf", b"%PDF-" + bytes(4_000_000))
    assert browser.upload("/disputes/x/files", large).headers["Location"].endswith("/login")
    browser.log_in("kim")
    answer = browser.upload("/disputes/x/files", ("a.pdf", bytes(5_000_000)))
    assert answer.status_code == 413


def test_every_login_and_logout_is_written_down(desk: TicketDesk, browser: Browser) -> None:
    """With who; what was typed for a wrong password is nowhere."""
    browser.log_in("nobody-of-that-name", "wrong")
    browser.log_in("kim")
    page = browser.page("/acts").text
    assert re.search(r"<td>kim</td><td>login", page)
    assert "nobody-of-that-name" not in page

    sessions.end_sessions(desk.shop, "kim", by="command line")

    browser.log_in("admin")
    assert re.search(r"<td>command line</td><td>logout", browser.page("/acts").text)


@pytest.mark.parametrize(
    "path", ["/login", "/account", "/sell", "/review", "/orders", "/", "/acts"]
)
def test_no_page_is_kept_framed_or_scripted(browser: Browser, account: str, path: str) -> None:
    """By no cache, no other site, nobody's markup; whose pages have scripts, they are our files."""
    browser.log_in(account)
    answer = browser.page(path)
    policy = answer.headers["Content-Security-Policy"]
    scripts = re.findall("script-src ([^;]*)", policy)

    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert scripts == (["'self'"] if "<script" in answer.text else [])
    assert len(scripts) == (path not in {"/login", "/account", "/sell"})
    assert not re.search(r" on\w+=| style=|<style|<script>", answer.text)


@pytest.mark.parametrize("path", ["/orders", "/review"])
def test_a_part_of_a_page_is_as_closed_as_the_page(browser: Browser, path: str) -> None:
    """Whoever asks as htmx does, without a login, is led to it and reads nothing."""
    browser.headers["HX-Request"] = "true"
    answer = browser.page(path)

    assert (answer.status_code, answer.text) == (401, "")
    assert answer.headers["HX-Redirect"] == f"/payments/admin/login?next={path}"


@pytest.mark.parametrize("path", sorted(FILES))
def test_what_pages_load_is_there(browser: Browser, path: str) -> None:
    """For whoever asks; it is the same for all."""
    answer = requests.get(browser.desk + path, timeout=60)

    kind = "text/css" if path.endswith(".css") else "text/javascript"
    assert answer.headers["Content-Type"] == f"{kind}; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_what_a_page_names_is_kept_until_it_changes(browser: Browser) -> None:
    """Its address says which one it is."""
    page = browser.page("/login").text
    (address,) = re.findall(r'href="/payments/admin(/files/desk.css\?v=[0-9a-f]{12})"', page)

    assert "immutable" in browser.page(address).headers["Cache-Control"]
