"""Logins and acts of operators, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillWaiting
from dataclasses import replace
from threading import Event

import pytest
import sqlalchemy as sa

from tests.moving_clock import MovableClock
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.desk import accounts, acts, sessions
from ticket_clerk.ticketing.domain.errors import (
    InvalidRequest,
    KeyReused,
    StripeUnavailable,
    WrongState,
)
from ticket_clerk.ticketing.domain.operators import Operator, OperatorSession, Role

PASSWORD = "correct horse battery staple"
KIM = Operator("kim", Role.ACT)


@pytest.fixture
def shop(container: Container) -> Container:
    """A shop whose operator is kim."""
    accounts.add_account(container, "kim", Role.ACT, PASSWORD)
    return container


def _log_in(shop: Container, name: str = "kim", password: str = PASSWORD) -> str:
    token = sessions.log_in(shop, name, password)
    assert token is not None
    return token


def _session(shop: Container) -> OperatorSession:
    session = sessions.find_session(shop, _log_in(shop))
    assert session is not None
    return session


def test_the_right_password_opens_and_no_other(shop: Container) -> None:
    """Nor one that only begins alike, nor none."""
    assert sessions.find_session(shop, _log_in(shop)).operator == KIM  # type: ignore[union-attr]
    for wrong in ("", PASSWORD[:-1], PASSWORD + "!", PASSWORD.upper()):
        assert sessions.log_in(shop, "kim", wrong) is None
    assert sessions.log_in(shop, "nobody", PASSWORD) is None
    # Without ADMIN_PASSWORD_HASH there is no admin, whatever the database says.
    assert sessions.log_in(shop, "admin", PASSWORD) is None


def test_the_table_opens_nothing(shop: Container) -> None:
    """Neither the token nor the password is in it, so a copy of the database is no login."""
    token = _log_in(shop)

    with shop.database.read() as conn:
        rows = str(conn.execute(sa.select(schema.operator_sessions)).all())
        rows += str(conn.execute(sa.select(schema.operator_accounts)).all())
    assert token not in rows
    assert PASSWORD not in rows
    (digest,) = {word for word in rows.split("'") if len(word) == 64 and word in _digests(shop)}
    assert sessions.find_session(shop, digest) is None


def _digests(shop: Container) -> set[str]:
    with shop.database.read() as conn:
        return set(conn.execute(sa.select(schema.operator_sessions.c.token_digest)).scalars())


def test_a_session_ends_after_half_an_hour_without_a_click(
    shop: Container, clock: MovableClock
) -> None:
    """And goes on as long as somebody clicks, but for twelve hours at most."""
    token = _log_in(shop)
    for _ in range(24):
        clock.move(minutes=29)
        assert sessions.find_session(shop, token) is not None

    clock.move(minutes=29)
    assert sessions.find_session(shop, token) is None

    token = _log_in(shop)
    clock.move(minutes=31)
    assert sessions.find_session(shop, token) is None


def test_another_password_ends_the_sessions(
    shop: Container, make_container: Callable[[], Container]
) -> None:
    """Of ``admin``, whose hash is a setting: whoever stole the old one is out."""
    before, after = (
        replace(shop, settings=replace(shop.settings, admin_password_hash=hashed))
        for hashed in (accounts.hash_password(PASSWORD), accounts.hash_password(PASSWORD))
    )
    token = _log_in(before, "admin")
    assert sessions.find_session(before, token) is not None

    assert sessions.find_session(after, token) is None


def test_sessions_that_are_over_are_forgotten(shop: Container, clock: MovableClock) -> None:
    """With the next login; the table doesn't grow."""
    for _ in range(3):
        _log_in(shop)
    clock.move(hours=1)
    _log_in(shop)

    assert len(_digests(shop)) == 1


@pytest.mark.parametrize("name", ["", "Kim", "a b", "<b>", "kim", "admin", "x" * 41])
def test_a_name_that_is_none_or_taken_is_refused(shop: Container, name: str) -> None:
    """Names stand in logs and on pages."""
    with pytest.raises(InvalidRequest):
        accounts.add_account(shop, name, Role.LOOK, PASSWORD)


def test_a_short_password_is_refused(shop: Container) -> None:
    """Before it is anywhere."""
    with pytest.raises(InvalidRequest):
        accounts.add_account(shop, "lee", Role.LOOK, "elevenchars")


def _carry_out(
    shop: Container, session: OperatorSession, do: Callable[[str], object], **values: str
) -> None:
    acts.carry_out(shop, session, "cancel", "ord_1", do, key="k" * 16, values=values)


def test_a_form_that_is_sent_twice_does_it_once(shop: Container) -> None:
    """A double click, a reload, a replay; with other values it is refused."""
    session, done = _session(shop), []

    for _ in range(3):
        _carry_out(shop, session, done.append, amount="5")
    with pytest.raises(KeyReused):
        _carry_out(shop, session, done.append, amount="50")

    assert len(done) == 1
    act = acts.latest_acts(shop)[0]
    assert (act.operator, act.kind, act.subject, act.outcome) == ("kim", "cancel", "ord_1", "done")


def test_what_failed_is_tried_again_under_the_same_key(shop: Container) -> None:
    """Services find the first try by it; the outcome is that of the last."""
    session, keys = _session(shop), []

    def fail(key: str) -> None:
        keys.append(key)
        raise StripeUnavailable("Stripe does not answer.")

    with pytest.raises(StripeUnavailable):
        _carry_out(shop, session, fail)
    assert acts.latest_acts(shop)[0].outcome == StripeUnavailable.code
    _carry_out(shop, session, keys.append)

    assert len(keys) == 2
    assert len(set(keys)) == 1
    assert acts.latest_acts(shop)[0].outcome == "done"


def test_a_repetition_waits_for_the_first(shop: Container) -> None:
    """Two under one key at the same moment would have Stripe refuse the second."""
    session, begun, may_end, done = _session(shop), Event(), Event(), []

    def take_long(key: str) -> None:
        begun.set()
        may_end.wait(120)
        done.append(key)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(_carry_out, shop, session, take_long)
        begun.wait(120)
        second = pool.submit(_carry_out, shop, session, done.append)
        with pytest.raises(StillWaiting):
            second.result(timeout=0.5)
        may_end.set()
        first.result(120)
        second.result(120)

    assert len(done) == 1


def test_a_repetition_waits_for_no_process_that_must_have_ended(
    shop: Container, clock: MovableClock
) -> None:
    """The control: what was begun eleven seconds ago and has no outcome is done again."""
    session, begun, may_end, done = _session(shop), Event(), Event(), []

    def never_end(_key: str) -> None:
        begun.set()
        may_end.wait(120)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(_carry_out, shop, session, never_end)
        begun.wait(120)
        clock.move(seconds=11)
        _carry_out(shop, session, done.append)
        may_end.set()

    assert len(done) == 1


def test_of_two_at_once_the_one_that_was_late_doesn_t_undo_the_note(
    shop: Container, clock: MovableClock
) -> None:
    """It finds the thing done and fails; the act was done all the same."""
    session = _session(shop)

    def be_late(_key: str) -> None:
        clock.move(seconds=11)
        _carry_out(shop, session, lambda _: None)
        raise WrongState("It is done already.")

    with pytest.raises(WrongState):
        _carry_out(shop, session, be_late)

    assert [act.outcome for act in acts.latest_acts(shop) if act.kind == "cancel"] == ["done"]


def test_it_is_written_down_before_it_is_done(shop: Container) -> None:
    """So a crash in between leaves the act, without an outcome."""
    session, seen = _session(shop), []

    _carry_out(shop, session, lambda _: seen.append(acts.latest_acts(shop)[0]))

    assert (seen[0].operator, seen[0].outcome) == ("kim", None)
