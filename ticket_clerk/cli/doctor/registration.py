"""The webhook endpoint at Stripe: whether it delivers what is handled, and registering it.

Its secret is kept in ``.env``, after a yes. The endpoint is made under a key that is written into
it. So a run that was cut off between Stripe's answer and the file is made up for by the next:
within a day the same key gets the same answer, and with it the secret, which Stripe tells nobody
otherwise.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

from ticket_clerk.cli import environment
from ticket_clerk.cli.tracked import is_kept_by_git
from ticket_clerk.project import COMMAND
from ticket_clerk.ticketing import envfile
from ticket_clerk.ticketing.container import Container, build_container
from ticket_clerk.ticketing.domain.errors import ConfigError, StripeError
from ticket_clerk.ticketing.domain.stripe_objects import WebhookEndpoint
from ticket_clerk.ticketing.events.webhooks import HANDLERS
from ticket_clerk.ticketing.settings import Settings

from .result import RESTART, Result, broken, note, ok

_SETTING = "STRIPE_WEBHOOK_SECRET"
# Stripe forgets keys after a day.
_KEY_LIFETIME = timedelta(hours=23)
_BY_HAND = "see docs/operations.md, Going to Stripe"
_THING = "webhook endpoint"
_MEND = f"`{COMMAND} doctor --register` mends it"


@dataclass(frozen=True)
class Consent:
    """Who agrees, and where what is done is said.

    ``is_given`` is a yes beforehand, which is none where real money moves; ``ask`` is None where
    nobody is there to be asked.
    """

    is_given: bool
    ask: Callable[[str], bool] | None
    say: Callable[[str], object]


def consent(*, is_given: bool, as_json: bool) -> Consent:
    """Give the consent of a command: lines beside a JSON object go to stderr."""
    is_there = sys.stdin.isatty() and not as_json
    out = sys.stderr if as_json else sys.stdout
    return Consent(
        is_given, _ask if is_there else None, lambda line: print(f"register: {line}", file=out)
    )


def offer_registration(written: Mapping[str, str], agreed: Consent) -> bool:
    """Register what the settings name, if somebody agrees; tells whether anything was changed.

    Safe to repeat. Asks Stripe nothing where nobody could agree.
    """
    if not agreed.is_given and agreed.ask is None:
        return False
    try:
        container = build_container(Settings.from_env(environment.derive(written)))
    except ConfigError:
        # Which setting is wrong is a line of the doctor's.
        return False
    try:
        return register(container, environment.ROOT / ".env", agreed)
    finally:
        container.database.close()


def register(container: Container, path: Path, agreed: Consent) -> bool:
    """The same for a container, with the file that keeps the secret."""
    settings = container.settings
    if settings.uses_standin or is_loopback(settings.public_url):
        if agreed.is_given:
            agreed.say(_what_is_missing(settings))
        return False
    try:
        return _Registration(container, path, agreed).make()
    except (StripeError, ConfigError) as exc:
        advice = "let the key write Webhook Endpoints"
        agreed.say(f"Stripe does not do it ({exc.code}): {advice}, or {_BY_HAND}")
        return False


def _what_is_missing(settings: Settings) -> str:
    if settings.uses_standin:
        return "needs a key of Stripe's: STRIPE_SECRET_KEY is not set, and the stand-in has no need"
    return f"needs a PUBLIC_URL that Stripe can reach: {settings.public_url} is this machine only"


class _Registration:
    """One look at what is registered, and what follows."""

    def __init__(self, container: Container, path: Path, agreed: Consent) -> None:
        self._container, self._path, self._agreed = container, path, agreed
        self._url = endpoint_url(container.settings)

    def make(self) -> bool:
        listed = self._container.stripe.list_webhook_endpoints()
        known = [each for each in listed if each.url.rstrip("/") == self._url]
        if len(known) > 1:
            self._agreed.say(f"{self._url} is registered {len(known)} times: remove all but one")
            return False
        if not known:
            return self._create()
        is_changed = self._correct(known[0])
        return self._recover(known[0]) or is_changed

    def _create(self) -> bool:
        question = (
            f"Stripe has no webhook endpoint {self._url}. Register it for the {len(HANDLERS)} "
            f"events that are handled, and keep its secret in {self._path.name}?"
        )
        if not self._can_keep() or not self._is_agreed(question):
            return False
        _, secret = self._container.stripe.create_webhook_endpoint(
            self._url, HANDLERS, idempotency_key=f"endpoint-{uuid4().hex}"
        )
        self._agreed.say(f"{self._url} is registered for {len(HANDLERS)} events")
        self._keep(secret)
        return True

    def _correct(self, endpoint: WebhookEndpoint) -> bool:
        """Have an endpoint that is there deliver what is handled; its secret stays."""
        if endpoint.is_enabled and endpoint.events == HANDLERS.keys():
            return False
        how = "is registered for other events" if endpoint.is_enabled else "is switched off"
        question = f"{self._url} {how}. Have Stripe deliver the {len(HANDLERS)} that are handled?"
        if not self._is_agreed(question):
            return False
        self._container.stripe.update_webhook_endpoint(endpoint.id, HANDLERS)
        self._agreed.say(f"{self._url} delivers {len(HANDLERS)} events")
        return True

    def _recover(self, endpoint: WebhookEndpoint) -> bool:
        """Get the secret of an endpoint that was made before the file could be written."""
        if _secrets_kept(self._container.settings) or not self._can_keep():
            return False
        is_young = self._container.now() - endpoint.created_at < _KEY_LIFETIME
        if endpoint.key is None or not is_young:
            self._agreed.say(
                f"{self._url} is registered, and {_SETTING} is not set: copy the secret from the "
                "endpoint's page in Stripe's dashboard"
            )
            return False
        if not self._is_agreed(f"Keep the secret of {self._url} in {self._path.name}?"):
            return False
        _, secret = self._container.stripe.create_webhook_endpoint(
            self._url, HANDLERS, idempotency_key=endpoint.key
        )
        self._keep(secret)
        return True

    def _keep(self, secret: str) -> None:
        """Put the secret first; another one that was there goes on to count, as while rolling."""
        others = [each for each in _secrets_kept(self._container.settings) if each != secret]
        envfile.keep(self._path, _SETTING, ",".join([secret, *others]))
        also = ", before the one that was there" if others else ""
        self._agreed.say(f"its secret is in {self._path.name} as {_SETTING}{also}: {RESTART}")

    def _can_keep(self) -> bool:
        """Look before Stripe is asked: what can't be kept must not be made."""
        if _SETTING in os.environ:
            why = f"{_SETTING} is set in the environment, which beats {self._path.name}"
        elif is_kept_by_git(self._path):
            why = f"git keeps {self._path.name}, so no secret is written into it"
        elif not os.access(self._path.parent, os.W_OK):
            why = f"{self._path.name} can't be written"
        else:
            return True
        self._agreed.say(f"{why}: nothing was registered, {_BY_HAND}")
        return False

    def _is_agreed(self, question: str) -> bool:
        if self._agreed.is_given and not self._container.settings.livemode:
            return True
        if self._agreed.ask is None:
            self._agreed.say(f"{question} In live mode only somebody at a terminal can agree.")
            return False
        return self._agreed.ask(question)


def _secrets_kept(settings: Settings) -> list[str]:
    """The secrets that are set, but for the stand-in's."""
    kept = settings.stripe_webhook_secrets
    return [each for each in kept if not each.startswith(envfile.STANDIN_SECRET_PREFIX)]


def _ask(question: str) -> bool:
    print(f"{question} [y/N] ", end="", flush=True)
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def check_endpoint(container: Container) -> Iterator[Result]:
    """Ask Stripe for its endpoints.

    Nothing where there is none: the stand-in delivers to a setting, `stripe listen` to loopback.
    """
    settings = container.settings
    if settings.uses_standin or is_loopback(settings.public_url):
        return
    try:
        registered = container.stripe.list_webhook_endpoints()
    except StripeError:
        advice = "let a restricted key read Webhook Endpoints, or compare them by hand"
        yield note(_THING, f"Stripe does not tell which there are: {advice}")
        return
    yield judge_endpoints(registered, endpoint_url(settings))


def endpoint_url(settings: Settings) -> str:
    """The address that Stripe is to deliver events to."""
    return f"{settings.public_url.rstrip('/')}/payments/webhook"


def is_loopback(url: str) -> bool:
    """Whether an address is this machine's own, which Stripe can't reach."""
    host = urlsplit(url).hostname or ""
    return host in {"localhost", "::1"} or host.startswith("127.")


def judge_endpoints(registered: Sequence[WebhookEndpoint], url: str) -> Result:
    """Compare what is registered for our address with the events that are handled."""
    ours = [each for each in registered if each.url.rstrip("/") == url and each.is_enabled]
    where = "Developers → Webhooks in Stripe's dashboard"
    if not ours:
        off = any(each.url.rstrip("/") == url for each in registered)
        missing = "is switched off" if off else "is not registered"
        return broken(_THING, f"{url} {missing}: {_MEND}, or see {where}")
    events = frozenset().union(*(each.events for each in ours))
    lacks = sorted(HANDLERS.keys() - events) if "*" not in events else []
    if lacks:
        return broken(_THING, f"lacks {', '.join(lacks)}: {_MEND}, or add them under {where}")
    if len(ours) > 1:
        return note(_THING, f"{url} is registered {len(ours)} times: remove all but one")
    if more := sorted(events - HANDLERS.keys()):
        return note(_THING, f"brings {', '.join(more)}, which nothing here needs: {_MEND}")
    return ok(_THING, f"registered for the {len(HANDLERS)} events that are handled")
