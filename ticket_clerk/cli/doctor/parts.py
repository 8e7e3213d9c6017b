"""The doctor's look at the parts together: what depends on another part is asked after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from ticket_clerk.cli import environment
from ticket_clerk.ticketing.container import Container, build_container
from ticket_clerk.ticketing.domain.errors import ConfigError, PaymentError
from ticket_clerk.ticketing.settings import Settings

from .books import book_findings
from .database import database_findings, show_findings
from .payment import payment_findings
from .rasa import rasa_findings
from .redis import redis_findings
from .result import START, Finding, Verdict, broken, ok
from .server import server_findings

Question = Callable[[], Iterator[Finding]]


def part_findings(environ: Mapping[str, str], root: Path = environment.ROOT) -> Iterator[Finding]:
    """One line a part; asks them all, also after one that does not answer.

    ``root`` is where the bot's files and models are.
    """
    container = build_container(Settings.from_env(environ))
    well: set[str] = set()

    def ask(thing: str, question: Question) -> Iterator[Finding]:
        for finding in asked(thing, question):
            if finding.verdict is Verdict.OK:
                well.add(finding.thing)
            yield finding

    try:
        yield from ask("shows", lambda: show_findings(container))
        yield from ask("database", lambda: database_findings(container))
        yield from ask("redis", lambda: redis_findings(container.settings))
        yield from ask("stripe", lambda: stripe_findings(container, environ))
        yield from ask("rasa", lambda: rasa_findings(environ, root))
        reached = frozenset(well & {"database", "stripe", "rasa"})
        secret = container.settings.stripe_webhook_secrets[0]
        yield from ask("action server", lambda: server_findings(environ, secret, reached))
        if "stripe" in well:
            hears = {"database", "webhook"} <= well
            yield from ask("test payment", lambda: payment_findings(container, hears=hears))
        if "database" in well:
            yield from ask("books", lambda: book_findings(container))
    finally:
        container.database.close()


def stripe_findings(container: Container, environ: Mapping[str, str]) -> Iterator[Finding]:
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


def asked(thing: str, question: Question) -> Iterator[Finding]:
    """Whatever goes wrong in asking is a finding, too: the other parts are still to be seen."""
    try:
        yield from question()
    except Exception as error:  # the doctor is for what nobody thought of
        # Its text may hold an address with a password in it.
        yield broken(thing, f"could not be examined ({type(error).__name__}): see var/log/")
