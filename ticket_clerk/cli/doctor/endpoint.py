"""Whether Stripe delivers what is handled, and no more, to this clerk's address."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from ticket_clerk.project import COMMAND
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import StripeError
from ticket_clerk.ticketing.domain.stripe_objects import WebhookEndpoint
from ticket_clerk.ticketing.events.webhooks import HANDLERS
from ticket_clerk.ticketing.settings import Settings

from .result import Result, broken, note, ok

_THING = "webhook endpoint"
_MEND = f"`{COMMAND} doctor --register` mends it"


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
