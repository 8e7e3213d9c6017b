"""The doctor's checks of a broken database, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command

from ticket_clerk.cli.doctor.services import check_database, check_shows
from ticket_clerk.ticketing.container import Container, build_container
from ticket_clerk.ticketing.database.engine import Database, alembic_config

PASSWORD = "secret-of-the-database"


def _output(container: Container) -> str:
    (result,) = check_database(container)
    return str(result)


def _at(container: Container, url: str) -> Container:
    return build_container(replace(container.settings, database_url=url), stripe=container.stripe)


def test_a_database_that_is_well_is_unchanged_by_the_question(container: Container) -> None:
    """At the code's revision and writable; nothing is written to find out."""
    assert _output(container).startswith("ok      database ")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_database_that_is_not_there_is_not_made(container: Container, tmp_path: Path) -> None:
    """The line says which command makes it; neither file nor folder appears by asking."""
    output = _output(_at(container, f"sqlite:///{tmp_path}/none/payments.db"))

    assert output.startswith("BROKEN  database ")
    assert "integrations.payments migrate" in output
    assert not (tmp_path / "none").exists()


def test_a_database_of_an_older_revision_is_found(container: Container) -> None:
    """The line says how to bring it up; it is put back for the next test."""
    with container.database.engine.connect() as conn:
        config = alembic_config()
        config.attributes["connection"] = conn
        command.downgrade(config, "-1")
    try:
        output = _output(container)
    finally:
        container.database.migrate()

    assert output.startswith("BROKEN  database ")
    assert "another revision" in output
    assert "integrations.payments migrate" in output


def test_a_locked_database_is_found_though_it_can_be_read(container: Container) -> None:
    """Somebody holds it and does not let go: no payment could be stored."""
    with _held(container.database):
        output = _output(container)

    assert output.startswith("BROKEN  database ")
    assert ("fuser" if "sqlite" in container.settings.database_url else "PostgreSQL") in output


def test_reading_alone_would_not_find_the_lock(container: Container) -> None:
    """The control: the revision is read past the writer, as if all were well."""
    with _held(container.database):
        container.database.require_current_schema()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_file_that_is_no_database_is_a_sentence(container: Container, tmp_path: Path) -> None:
    """Not a stack trace."""
    (tmp_path / "letter.db").write_text("Dear Sir or Madam, " * 100)

    output = _output(_at(container, f"sqlite:///{tmp_path}/letter.db"))

    assert output.startswith("BROKEN  database ")
    assert "no SQLite" in output


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_postgresql_that_is_away_is_found_and_its_password_kept(container: Container) -> None:
    """The address is in DATABASE_URL and stays there."""
    output = _output(_at(container, f"postgresql+psycopg2://clerk:{PASSWORD}@127.0.0.1:9/clerk"))

    assert output.startswith("BROKEN  database ")
    assert "DATABASE_URL" in output
    assert PASSWORD not in output


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_database_that_may_only_be_read_is_found(container: Container) -> None:
    """As a replica after a failover."""
    with _setting(container.database, "on"):
        output = _output(container)

    assert output.startswith("BROKEN  database ")
    assert "may only be read" in output


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("text", "word"), [("shows: [", "BROKEN"), ("", "BROKEN"), (None, "BROKEN")]
)
def test_a_file_of_shows_that_cannot_be_read_is_found(
    container: Container, tmp_path: Path, text: str | None, word: str
) -> None:
    """Broken, empty or not there: the line says which."""
    path = tmp_path / "shows.yml"
    if text is not None:
        path.write_text(text)

    (result,) = check_shows(_selling(container, path))

    assert str(result).startswith(f"{word:<7} shows ")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_catalog_of_yesterday_is_noted(
    make_container: Callable[[], Container], tmp_path: Path
) -> None:
    """The clerk works, and has nothing to sell."""
    path = tmp_path / "shows.yml"
    path.write_text(
        "currency: usd\nmax_tickets_per_order: 8\nshows:\n"
        "  - id: opera\n    name: Tosca\n    venue: Met\n    city: New York\n"
        "    starts_at: 2020-01-15T19:30:00-05:00\n"
        '    sections: [{id: "1", name: Stalls, price: "90.00", seats: 4}]\n'
    )

    (result,) = check_shows(_selling(make_container(), path))

    assert str(result).startswith("note    shows ")


def _selling(container: Container, path: Path) -> Container:
    return replace(container, settings=replace(container.settings, shows_file=path))


@contextmanager
def _held(database: Database) -> Iterator[None]:
    """Write and do not commit, as a program that hangs."""
    other = Database(database.url.render_as_string(hide_password=False))
    with other.begin() as conn:
        if conn.dialect.name == "postgresql":
            conn.execute(sa.text("LOCK TABLE orders IN EXCLUSIVE MODE"))
        yield
    other.close()


@contextmanager
def _setting(database: Database, value: str) -> Iterator[None]:
    name = f'"{database.url.database}"'
    with database.begin() as conn:
        conn.execute(sa.text(f"ALTER DATABASE {name} SET default_transaction_read_only = {value}"))
    database.close()
    try:
        yield
    finally:
        database.close()
        with database.engine.connect() as conn:
            conn.execute(sa.text("SET TRANSACTION READ WRITE"))
            conn.execute(sa.text(f"ALTER DATABASE {name} RESET default_transaction_read_only"))
            conn.commit()
        database.close()
