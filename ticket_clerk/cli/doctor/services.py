"""Checks of all services, each after those that it depends on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from ticket_clerk.cli import environment
from ticket_clerk.ticketing.container import Container, build_container
from ticket_clerk.ticketing.domain.errors import ConfigError, PaymentError
from ticket_clerk.ticketing.settings import Settings

from .backlog import check_backlog
from .database import check_database, check_shows
from .payment import check_payment
from .rasa import check_rasa
from .redis import check_redis
from .result import START, Result, Verdict, broken, ok
from .server import check_action_server

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
        yield from run("shows", lambda: check_shows(container))
        yield from run("database", lambda: check_database(container))
        yield from run("redis", lambda: check_redis(container.settings))
        yield from run("stripe", lambda: check_stripe(container, environ))
        yield from run("rasa", lambda: check_rasa(environ, root))
        reached = frozenset(passed & {"database", "stripe", "rasa"})
        secret = container.settings.stripe_webhook_secrets[0]
        yield from run("action server", lambda: check_action_server(environ, secret, reached))
        if "stripe" in passed:
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
