"""Marks, and fixtures that many tests share: databases, a container, a clock that tests can move.

Every test has one mark, and each can be run alone with ``-m``: ``unit`` tests run in this process,
on SQLite where they need a database; ``database`` tests are about SQL and run on SQLite and
PostgreSQL, or about Redis; ``live`` tests start programs. Where a test's cases differ in what is
asked of the same statements, they take turns on the databases (``takes_turns``).
"""

from __future__ import annotations

import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from tests.channels.slack_double import SlackDouble
from tests.channels.telegram_double import TelegramDouble
from tests.databases import create_database, spare_the_disk
from tests.moving_clock import MovableClock
from tests.redis_server import RedisServer
from tests.stripe_wire import StripeWire
from ticket_clerk.stripe_client import StripePaymentManager
from ticket_clerk.ticketing.catalog.shows_file import read_shows_file
from ticket_clerk.ticketing.container import Container, build_container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.engine import Database
from ticket_clerk.ticketing.database.tables.shows import load_catalog
from ticket_clerk.ticketing.domain.models import Catalog
from ticket_clerk.ticketing.settings import Settings

# Hundreds of buyers of the tests share one address. Tests of the limits set their own.
LIMITS = (
    "SESSIONS_PER_ADDRESS",
    "MESSAGES_PER_ADDRESS",
    "MESSAGES_PER_SENDER",
    "MESSAGES_IN_TOTAL",
    "REST_MESSAGES_IN_TOTAL",
    "STREAMS_PER_ADDRESS",
    "UNPAID_SEATS_PER_ADDRESS",
)
UNLIMITED = dict.fromkeys(LIMITS, "0")
os.environ.update(UNLIMITED)

SHOWS = Path(__file__).parent / "data" / "shows.yml"
WEBHOOK_SECRET = "whsec_of_the_tests"


MARKS = ("live", "database", "unit")
DATABASES = ("sqlite", "postgresql")
# Whose tests all start programs, and fixtures that do.
LIVE_FOLDERS = {"journeys", "matrix", "crashes"}
LIVE_FIXTURES = {"api", "server", "process", "verdicts"}
DATABASE_FIXTURES = {"postgresql_url", "redis_server", "own_server"}
_STARTS_OF_PROGRAMS = {"subprocess.Popen", "os.fork", "os.posix_spawn"}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let who is in a hurry run a few cases of each test."""
    parser.addoption("--of-each", type=int, metavar="N", help="run N cases of each test at most")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark every test, and keep with one worker what shares a running clerk or a server.

    Before pytest deselects by marks, and pytest-xdist looks at the groups. The longest come first.
    """
    if most := config.getoption("--of-each"):
        kept = list(_some_of_each(items, most))
        chosen = set(kept)
        config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
        items[:] = kept
    turns = _Turns()
    items[:] = [
        item
        for item in items
        if not (_is_sqlite_only(item) and _runs_on(item, "postgresql")) and turns.has(item)
    ]
    for item in items:
        mark = _mark(item)
        item.add_marker(mark)
        if mark == "live":
            item.add_marker(pytest.mark.xdist_group(_group(item)))
    items.sort(key=lambda item: MARKS.index(_mark(item)))


class _Turns:
    """Lets the cases of a test that ``takes_turns`` take turns on the databases, or all on both.

    Of several parameters each value has its turn on each database.
    """

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str], dict[tuple[int, ...], int]] = {}

    def has(self, item: pytest.Item) -> bool:
        if item.get_closest_marker("takes_turns") is None or os.environ.get("TEST_LONG"):
            return True
        params: dict[str, object] = getattr(item, "callspec").params  # noqa: B009 - in no type
        numbers = [
            self._number(item, mark.args[0], params) for mark in item.iter_markers("parametrize")
        ]
        return DATABASES[sum(numbers) % len(DATABASES)] == params["database_url"]

    def _number(
        self, item: pytest.Item, names: str | tuple[str, ...], params: dict[str, object]
    ) -> int:
        listed = names.split(",") if isinstance(names, str) else names
        # A value is the same object in all cases that have it.
        case = tuple(id(params[name.strip()]) for name in listed)
        numbers = self._numbers.setdefault((item.nodeid.partition("[")[0], str(names)), {})
        return numbers.setdefault(case, len(numbers))


def _some_of_each(items: list[pytest.Item], most: int) -> Iterator[pytest.Item]:
    """The first cases of each test function."""
    seen = Counter[str]()
    for item in items:
        function = item.nodeid.partition("[")[0]
        seen[function] += 1
        if seen[function] <= most:
            yield item


def _mark(item: pytest.Item) -> str:
    fixtures = set(getattr(item, "fixturenames", ()))
    if item.get_closest_marker("live") or _is_live(item.path) or fixtures & LIVE_FIXTURES:
        return "live"
    is_about_sql = _runs_on(item, "sqlite", "postgresql") and not _is_sqlite_only(item)
    return "database" if is_about_sql or fixtures & DATABASE_FIXTURES else "unit"


def _is_sqlite_only(item: pytest.Item) -> bool:
    return item.get_closest_marker("sqlite_only") is not None


def _runs_on(item: pytest.Item, *databases: str) -> bool:
    params = getattr(getattr(item, "callspec", None), "params", {})
    return any(value in databases for value in params.values() if isinstance(value, str))


def _is_live(path: Path) -> bool:
    return path.parent.name in LIVE_FOLDERS or path.stem.startswith("test_live_")


_unit_test_runs = False


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Let a ``unit`` test start no program: it would slow down whoever runs them all the time."""
    yield from _guarded(item)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    """Nor may its fixtures; taking down what others have started may."""
    yield from _guarded(item)


def _guarded(item: pytest.Item) -> Iterator[None]:
    global _unit_test_runs
    _unit_test_runs = item.get_closest_marker("unit") is not None
    yield
    _unit_test_runs = False


def _refuse_programs(event: str, _: object) -> None:
    if _unit_test_runs and event in _STARTS_OF_PROGRAMS:
        raise RuntimeError("A unit test starts a program: mark it with pytest.mark.live.")


sys.addaudithook(_refuse_programs)


def _group(item: pytest.Item) -> str:
    """What one worker runs with one clerk; two halves of the longest, so that two workers can."""
    folder, stem = item.path.parent.name, item.path.stem
    if folder == "channels" and stem.startswith("test_live_"):
        return f"channels/live/{'pages' if stem.startswith(_PAGES) else 'others'}"
    if folder != "journeys":
        return f"{folder}/{stem}"
    callspec = getattr(item, "callspec", None)
    database = callspec.params.get("clerk") if callspec else None
    return f"journeys/{database}/{'attacks' if stem.endswith(_ATTACKS) else 'purchases'}"


_PAGES = ("test_live_page", "test_live_web")
_ATTACKS = ("attacks", "clients")


@pytest.fixture(scope="session")
def postgresql_url(worker_id: str) -> Iterator[str]:
    """A real PostgreSQL server: TEST_DATABASE_URL, or one that a wheel carries."""
    if os.environ.get("TEST_DATABASE_URL"):
        yield create_database(os.environ["TEST_DATABASE_URL"], f"clerk_tests_{worker_id}")
        return
    from tests.postgresql_server import shared_server

    with shared_server() as server:
        _spare_the_disk(server.get_uri())
        yield server.get_uri()


def _spare_the_disk(url: str) -> None:
    """Nobody takes this server's power away; tests that kill one have a server of their own."""
    engine = sa.create_engine(Settings.from_env({"DATABASE_URL": url}).database_url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        for setting in ("fsync", "full_page_writes"):
            conn.execute(sa.text(f"ALTER SYSTEM SET {setting} = off"))
        conn.execute(sa.text("SELECT pg_reload_conf()"))
    engine.dispose()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """A real Redis; who kills it starts it again."""
    server = RedisServer()
    yield server
    server.kill()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file at the code's revision, to be copied: migrating takes a tenth of a second."""
    file = tmp_path_factory.mktemp("migrated") / "payments.db"
    _migrate(f"sqlite:///{file}").close()
    return file


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database at the code's revision, of both kinds one after the other."""
    return str(request.getfixturevalue(f"{request.param}_database"))


@pytest.fixture
def sqlite_database(migrated_sqlite: Path, tmp_path: Path) -> str:
    """The address of an empty SQLite database."""
    file = shutil.copy(migrated_sqlite, tmp_path / "payments.db")
    return Settings.from_env({"DATABASE_URL": f"sqlite:///{file}"}).database_url


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_url: str) -> Iterator[Engine]:
    """A PostgreSQL database at the code's revision, to be emptied for each test."""
    database = _migrate(postgresql_url)
    database.close()
    # Not the product's own engine, which gives a server up that is busy with other tests.
    engine = sa.create_engine(database.url)
    yield engine
    engine.dispose()


@pytest.fixture
def postgresql_database(migrated_postgresql: Engine) -> str:
    """The address of an empty PostgreSQL database."""
    with migrated_postgresql.begin() as conn:
        for table in reversed(schema.metadata.sorted_tables):
            conn.execute(sa.delete(table))
    return str(migrated_postgresql.url.render_as_string(hide_password=False))


def _migrate(url: str) -> Database:
    database = Database(Settings.from_env({"DATABASE_URL": url}).database_url)
    database.migrate()
    return database


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
            "TICKETS_SIGNING_KEY": "signing-key-of-the-tests-0123456789",
        }
    )


@pytest.fixture
def stripe_wire(clock: MovableClock) -> Iterator[StripeWire]:
    """The wire to the stand-in, which a test may cut."""
    wire = StripeWire(clock)
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
        spare_the_disk(made[-1].database)
        return made[-1]

    yield make
    for container in made:
        container.database.close()


@pytest.fixture
def container(make_container: Callable[[], Container]) -> Container:
    """A shop with the catalog of the tests on sale."""
    container = make_container()
    with container.database.begin() as conn:
        load_catalog(conn, _catalog(), now=container.now())
    return container


@cache
def _catalog() -> Catalog:
    return read_shows_file(SHOWS)
