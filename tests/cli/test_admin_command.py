"""``admin``: the desk's accounts on the command line."""

from __future__ import annotations

import io

import pytest

from ticket_clerk.cli.operators.main import _parser, main
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.desk import accounts, sessions
from ticket_clerk.ticketing.domain.errors import InvalidRequest
from ticket_clerk.ticketing.settings import Settings

pytestmark = pytest.mark.sqlite_only

PASSWORD = "correct horse battery staple"


def _run(container: Container, *words: str) -> int:
    args = _parser().parse_args(["admin", *words])
    return args.run(container, args) or 0


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A password that is piped in, with the end of its line."""
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))


def test_the_hash_is_a_line_for_env_that_opens_the_desk(
    typed: None, capsys: pytest.CaptureFixture[str]
) -> None:
    """In single quotes, without a database, and without the password."""
    assert main(["admin", "hash"]) == 0

    printed = capsys.readouterr().out
    name, _, value = printed.strip().partition("=")
    assert name == "ADMIN_PASSWORD_HASH"
    assert value[0] == value[-1] == "'"
    assert PASSWORD not in printed
    settings = Settings.from_env({name: value.strip("'")})
    assert accounts.is_password(PASSWORD, settings.admin_password_hash)


def test_a_short_password_is_a_sentence_and_no_hash(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 1."""
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))

    assert main(["admin", "hash"]) == 1

    out, err = capsys.readouterr()
    assert out == ""
    assert "12 to 200 characters" in err


def test_an_account_is_made_listed_logged_out_and_removed(
    container: Container, typed: None, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each says what it did; the password is never an argument."""
    assert _run(container, "add", "jo", "--role", "act") == 0
    token = sessions.log_in(container, "jo", PASSWORD)
    assert token is not None
    assert _run(container, "list") == 0
    assert _run(container, "logout", "jo") == 0
    assert sessions.find_session(container, token) is None
    assert _run(container, "remove", "jo") == 0
    assert sessions.log_in(container, "jo", PASSWORD) is None
    assert _run(container, "remove", "jo") == 1

    assert capsys.readouterr().out.splitlines() == [
        "jo may act.",
        "jo  act",
        "1 of jo's sessions ended.",
        "jo was removed.",
        "There is no account jo.",
    ]


def test_an_account_may_only_look_unless_it_is_said(
    container: Container, typed: None, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever forgets the role gives nothing away."""
    _run(container, "add", "jo")

    assert capsys.readouterr().out == "jo may look.\n"


def test_the_name_admin_is_the_settings(container: Container, typed: None) -> None:
    """Nobody makes a second one."""
    with pytest.raises(InvalidRequest, match="admin"):
        _run(container, "add", "admin", "--role", "act")
