"""The desk's cookie: signed, good for half an hour, and refused before the database is asked."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

import pytest
from sanic import Blueprint

from tests.http.desk import ADMIN_HASH, PASSWORD
from tests.moving_clock import MovableClock
from ticket_clerk.http.desk.access import COOKIE, Desk, Visit
from ticket_clerk.http.desk.cookies import SessionCookies
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.desk import accounts, sessions

pytestmark = pytest.mark.sqlite_only


@dataclass
class Asked:
    """What the desk reads of a request before it knows whose it is."""

    cookies: dict[str, str]
    headers: dict[str, str] = field(default_factory=dict)


class Unused:
    """A database that nobody may ask."""

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"The database is asked: {name}")


@pytest.fixture
def shop(container: Container) -> Container:
    """A shop with a desk."""
    return replace(container, settings=replace(container.settings, admin_password_hash=ADMIN_HASH))


def _log_in(shop: Container) -> str:
    token = sessions.log_in(shop, "admin", PASSWORD)
    assert token is not None
    return token


def _visit(shop: Container, cookie: str, **headers: str) -> Visit | None:
    asked = Asked({COOKIE: cookie}, headers)
    return asyncio.run(Desk(Blueprint("desk"), shop).find_visit(asked))  # type: ignore[arg-type]


def test_a_cookie_opens_the_session_that_it_is_of(shop: Container) -> None:
    """The control: it asks the database, which has the session."""
    token = _log_in(shop)

    visit = _visit(shop, SessionCookies(shop).write(token))

    assert visit is not None
    assert (visit.session.operator.name, visit.token) == ("admin", token)
    with pytest.raises(AssertionError, match="database is asked"):
        _visit(replace(shop, database=Unused()), SessionCookies(shop).write(token))  # type: ignore[arg-type]


def test_a_cookie_that_is_not_ours_is_refused_before_the_database_is_asked(
    shop: Container,
) -> None:
    """Unsigned, changed anywhere, signed with another key, cut off, or anything else."""
    token = _log_in(shop)
    good = SessionCookies(shop).write(token)
    other = replace(shop.settings, admin_password_hash=accounts.hash_password(PASSWORD))
    changed = [
        good[:n] + ("A" if good[n] != "A" else "B") + good[n + 1 :] for n in range(len(good))
    ]
    foreign = SessionCookies(replace(shop, settings=other)).write(token)
    # The last character of base64 has bits that count for nothing.
    bad = [
        token,
        foreign,
        good[:-1],
        good + "x",
        f"{good}.x",
        "",
        ".",
        "..",
        "é\udcff",
        *changed[:-1],
    ]

    for cookie in bad:
        assert _visit(replace(shop, database=Unused()), cookie) is None, cookie  # type: ignore[arg-type]


def test_an_outdated_cookie_is_refused_before_the_database_is_asked(
    shop: Container, clock: MovableClock
) -> None:
    """Half an hour after it was signed, whatever the session's row says."""
    cookie = SessionCookies(shop).write(_log_in(shop))
    clock.move(minutes=29)
    assert _visit(shop, cookie) is not None

    clock.move(minutes=2)

    assert _visit(replace(shop, database=Unused()), cookie) is None  # type: ignore[arg-type]


def test_a_cookie_of_the_future_is_refused_but_clocks_may_differ(
    shop: Container, clock: MovableClock
) -> None:
    """By some seconds between two servers, not by hours."""
    token = _log_in(shop)
    clock.move(seconds=20)
    near = SessionCookies(shop).write(token)
    clock.move(hours=2)
    far = SessionCookies(shop).write(token)
    clock.move(hours=-2, seconds=-20)

    assert _visit(shop, near) is not None
    assert _visit(replace(shop, database=Unused()), far) is None  # type: ignore[arg-type]


def test_a_click_has_the_cookie_renewed_and_nothing_else_has(
    shop: Container, clock: MovableClock
) -> None:
    """After a minute; what a page asks by itself is no click."""
    cookie = SessionCookies(shop).write(_log_in(shop))
    renewed = [_visit(shop, cookie)]
    clock.move(minutes=2)
    renewed += [_visit(shop, cookie, **{"desk-refresh": "1"}), _visit(shop, cookie)]

    assert [visit and visit.is_to_renew for visit in renewed] == [False, False, True]


def test_a_stolen_cookie_is_worth_nothing_once_its_session_has_ended(shop: Container) -> None:
    """It is still signed and in time; the row is gone."""
    cookie = SessionCookies(shop).write(_log_in(shop))
    sessions.end_sessions(shop, "admin", by="admin")

    assert SessionCookies(shop).read(cookie) is not None
    assert _visit(shop, cookie) is None
