"""Checks of the machine and of all services, each after those that it depends on."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from pathlib import Path

import requests

from ticket_clerk.cli import environment
from ticket_clerk.cli.train import model_path
from ticket_clerk.project import IS_INSTALLED
from ticket_clerk.secrets import first_secret
from ticket_clerk.ticketing.catalog import read_catalog
from ticket_clerk.ticketing.container import Container, build_container
from ticket_clerk.ticketing.domain.errors import ConfigError, DatabaseUnavailable, PaymentError
from ticket_clerk.ticketing.settings import Settings

from .payments import check_backlog, check_payment
from .registration import check_endpoint
from .result import RESTART, START, Result, Verdict, broken, note, ok
from .server import TIMEOUT_S, check_action_server, content, local_session

# Below it SQLite's log may have no room for a transaction; above, a log file or two still fit.
LEAST_MB = 100
ENOUGH_MB = 1000
# Stripe refuses, and we refuse, what is signed further away than this.
FARTHEST_S = 300
NOTED_S = 30

Check = Callable[[], Iterator[Result]]


def check_services(environ: Mapping[str, str], root: Path = environment.ROOT) -> Iterator[Result]:
    """Check every service, also after one that does not answer.

    ``root`` is where the bot's files and models are.
    """
    container = build_container(Settings.from_env(environ))
    passed: set[str] = set()

    def run(thing: str, check: Check) -> Iterator[Result]:
        for result in checked(thing, check):
            if result.verdict is Verdict.OK:
                passed.add(result.thing)
            yield result

    try:
        yield from run("machine", lambda: check_machine(environ))
        yield from run("shows", lambda: check_shows(container))
        yield from run("database", lambda: check_database(container))
        yield from run("redis", lambda: check_redis(container.settings))
        yield from run("stripe", lambda: check_stripe(container, environ))
        yield from run("rasa", lambda: check_rasa(environ, root))
        reached = frozenset(passed & {"database", "stripe", "rasa"})
        secret = container.settings.stripe_webhook_secrets[0]
        yield from run("action server", lambda: check_action_server(environ, secret, reached))
        if "stripe" in passed:
            yield from run("webhook endpoint", lambda: check_endpoint(container))
            expects_event = {"database", "webhook"} <= passed
            yield from run(
                "test payment", lambda: check_payment(container, expects_event=expects_event)
            )
        if "database" in passed:
            yield from run("books", lambda: check_backlog(container))
    finally:
        container.database.close()


def check_stripe(container: Container, environ: Mapping[str, str]) -> Iterator[Result]:
    """Stripe, or the stand-in: whether it answers and knows the key."""
    is_standin = environment.uses_standin(environ)
    try:
        container.stripe.ping()
    except ConfigError as error:
        yield broken("stripe", str(error))
    except PaymentError as error:
        advice = START if is_standin else "see whether this machine reaches api.stripe.com"
        yield broken("stripe", f"{str(error).rstrip('.')}: {advice}")
    else:
        mode = "live: real money moves" if container.settings.livemode else "test mode"
        detail = "the stand-in answers" if is_standin else f"answers, and knows the key ({mode})"
        yield ok("stripe", detail)


def checked(thing: str, check: Check) -> Iterator[Result]:
    """Run one check; an unexpected error is a result, too, and the other checks go on."""
    try:
        yield from check()
    except Exception as error:  # the doctor is for what nobody thought of
        # Its text may hold an address with a password in it.
        yield broken(thing, f"could not be checked ({type(error).__name__}): see var/log/")


_LOCAL = "see whether another program holds it (fuser), the disk is full, or the file is no SQLite"
_SERVER = "see whether PostgreSQL runs, and knows the user, password and name in DATABASE_URL"


def check_database(container: Container) -> Iterator[Result]:
    """Check that the database exists, has the code's revision and is writable."""
    try:
        container.database.require_current_schema()
        container.database.require_writable()
    except ConfigError as error:
        yield broken("database", str(error))
    except DatabaseUnavailable as error:
        advice = _LOCAL if container.database.url.get_backend_name() == "sqlite" else _SERVER
        yield broken("database", f"{str(error).rstrip('.')}: {advice}")
    else:
        yield ok("database", "at the code's revision, and can be written to")


def check_shows(container: Container) -> Iterator[Result]:
    """Check that the catalog is readable and has future shows."""
    try:
        catalog = read_catalog(container.catalog)
    except ConfigError as error:
        yield broken("shows", str(error))
        return
    coming = sum(show.starts_at > container.now() for show in catalog.shows)
    if coming:
        yield ok("shows", f"{coming} still to come")
    else:
        yield note("shows", "all have begun, nothing is for sale: write new ones into the catalog")


_ANSWERS_WITHIN_S = 2


def check_redis(settings: Settings) -> Iterator[Result]:
    """Check Redis and the settings of several Rasa servers; nothing without REDIS_URL."""
    if not settings.redis_url:
        return
    # The extra `redis`, which one server does without.
    from redis.exceptions import AuthenticationError, RedisError

    try:
        _ping(settings.redis_url)
    except AuthenticationError:
        yield broken("redis", "does not know the user and password in REDIS_URL: write them anew")
        return
    except (RedisError, OSError, ValueError):
        yield broken(
            "redis",
            "does not answer: see whether it runs at the address in REDIS_URL, or leave that empty "
            "while there is one Rasa; without it every message in the chat is answered with sorry",
        )
        return
    yield ok("redis", "answers")
    if settings.tracker_file is not None:
        yield note("redis", "several Rasa servers also need TRACKER_DB=postgresql://…")


def _ping(redis_url: str) -> None:
    from redis import Redis

    with Redis.from_url(
        redis_url,
        socket_timeout=_ANSWERS_WITHIN_S,
        socket_connect_timeout=_ANSWERS_WITHIN_S,
    ) as redis:
        redis.ping()


def check_rasa(environ: Mapping[str, str], root: Path) -> Iterator[Result]:
    """Check Rasa, its token and its model; the model on disk also where Rasa is down."""
    url, loaded = environ["RASA_URL"], None
    with local_session() as http:
        try:
            anonymous = http.get(f"{url}/status", timeout=TIMEOUT_S)
            # The token goes by query, as Rasa wants it; so no address is printed that has one.
            token = {"token": first_secret(environ["RASA_TOKEN"])}
            answer = http.get(f"{url}/status", params=token, timeout=TIMEOUT_S)
        except requests.RequestException:
            yield broken("rasa", f"does not answer at {url}: {START}")
        else:
            loaded = content(answer).get("model_file")
            yield _rasa(url, answer.status_code, loaded)
            if loaded:
                yield _token(anonymous)
    if not IS_INSTALLED:
        # A host trains with `rasa train`, which keeps no record of what it trained from.
        yield _model(root, loaded, environ["CLERK_LANGUAGE"])


def _rasa(url: str, status: int, loaded: str | None) -> Result:
    if status == requests.codes.unauthorized:
        return broken("rasa", f"was started with another RASA_TOKEN: {RESTART}")
    if status == requests.codes.conflict:
        return broken("rasa", f"answers and has no model: {RESTART}")
    if not loaded:
        return broken("rasa", f"is not what answers at {url}: check RASA_URL and RASA_PORT")
    return ok("rasa", "answers, and knows RASA_TOKEN")


def _token(anonymous: requests.Response) -> Result:
    """Check that requests without the token are refused: they could write into conversations."""
    if anonymous.ok:
        return broken("rasa's token", "is open to anybody: start Rasa with --auth-token RASA_TOKEN")
    return ok("rasa's token", "wants RASA_TOKEN")


def _model(root: Path, loaded: str | None, language: str) -> Result:
    model = model_path(root, language)
    if not model.exists():
        return broken(
            "model",
            "the bot's files changed since it was trained: run `make train`, restart `make run`",
        )
    if loaded and Path(loaded).name != model.name:
        return broken("model", "is trained, but Rasa speaks with an older one: restart `make run`")
    return ok("model", "trained from today's files")


def check_machine(environ: Mapping[str, str]) -> Iterator[Result]:
    """Check the disk of ``VAR_DIR``, and the clock if Stripe tells the time."""
    yield check_disk(Path(environ["VAR_DIR"]))
    moved_s = Settings.from_env(environ).clock_offset.total_seconds()
    if moved_s:
        advice = "leave that empty, unless this is a test"
        detail = f"PAYMENTS_CLOCK_OFFSET_S moves the clerk's by {moved_s:.0f} s: {advice}"
        yield note("moved clock", detail)
    told = _time_at_stripe(environ["STRIPE_API_BASE"])
    if told is not None:
        yield check_clock(told, datetime.now(timezone.utc))


def check_disk(folder: Path, free_mb: int | None = None) -> Result:
    """Check how much room is left where database and logs are, or the nearest folder there is."""
    while not folder.exists():
        folder = folder.parent
    left = shutil.disk_usage(folder).free // 2**20 if free_mb is None else free_mb
    detail = f"{left:,} MB are free in {folder}"
    if left < LEAST_MB:
        return broken("disk", f"{detail}: make room, or nothing can be sold soon")
    return ok("disk", detail) if left >= ENOUGH_MB else note("disk", f"{detail}: make room")


def check_clock(stripes: datetime, ours: datetime) -> Result:
    """Check how far our time is from Stripe's, both aware."""
    ahead = (ours - stripes).total_seconds()
    detail = f"is {abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} Stripe's"
    if abs(ahead) > FARTHEST_S:
        return broken("clock", f"{detail}: set it (NTP); webhooks are refused until then")
    verdict = note if abs(ahead) > NOTED_S else ok
    return verdict("clock", detail)


def _time_at_stripe(base: str) -> datetime | None:
    try:
        # Any answer has the time, also a refusal; no key is sent.
        answer = requests.head(base, timeout=TIMEOUT_S, allow_redirects=False)
        told = parsedate_to_datetime(answer.headers["Date"])
    except (requests.RequestException, KeyError, ValueError):
        return None
    return told if told.tzinfo else told.replace(tzinfo=timezone.utc)
