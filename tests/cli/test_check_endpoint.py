"""The doctor's check of what is registered at Stripe."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.stripe_wire import StripeWire
from ticket_clerk.cli.doctor.registration import check_endpoint, judge_endpoints
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.events.webhooks import HANDLERS

pytestmark = pytest.mark.sqlite_only

URL = "https://tickets.example.com/payments/webhook"
ALL = sorted(HANDLERS)


def _register(wire: StripeWire, *events: str, url: str = URL) -> None:
    named = {f"enabled_events[{number}]": event for number, event in enumerate(events)}
    made = wire.post("/v1/webhook_endpoints", url=url, **named)
    assert made["secret"].startswith("whsec_")


def _line(container: Container) -> str:
    return str(judge_endpoints(container.stripe.list_webhook_endpoints(), URL))


def test_an_address_that_is_not_registered_is_broken(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Another program's endpoint is none of ours."""
    _register(stripe_wire, *ALL, url="https://elsewhere.example.com/hook")

    assert _line(container).startswith("BROKEN")
    assert "is not registered" in _line(container)


def test_exactly_what_is_handled_is_well(container: Container, stripe_wire: StripeWire) -> None:
    """No more, no less."""
    _register(stripe_wire, *ALL)

    assert _line(container).startswith("ok")


def test_what_is_missing_or_too_much_is_named(
    container: Container, stripe_wire: StripeWire
) -> None:
    """A missing event costs money, one too many costs traffic; the second endpoint fills in."""
    _register(stripe_wire, *ALL[1:])
    assert _line(container).startswith("BROKEN")
    assert f"lacks {ALL[0]}:" in _line(container)

    _register(stripe_wire, ALL[0])
    assert "is registered 2 times" in _line(container)


@pytest.mark.parametrize("more", ["*", "customer.created"])
def test_an_event_too_many_is_a_note(
    container: Container, stripe_wire: StripeWire, more: str
) -> None:
    """Everything, or one that nobody asked for."""
    _register(stripe_wire, *ALL, more)

    assert _line(container).startswith("note")
    assert f"brings {more}," in _line(container)


@pytest.mark.parametrize(
    ("url", "lines"), [("https://tickets.example.com", 1), ("http://127.0.0.1:5055", 0)]
)
def test_stripe_is_asked_where_it_can_deliver(
    container: Container, stripe_wire: StripeWire, url: str, lines: int
) -> None:
    """With a key of Stripe's and a public address; `stripe listen` registers nothing."""
    _register(stripe_wire, *ALL)
    changed = replace(container.settings, stripe_secret_key="sk_test_a1", public_url=url)

    found = list(check_endpoint(replace(container, settings=changed)))
    assert [str(line).split()[0] for line in found] == ["ok"] * lines


def test_with_the_stand_in_there_is_no_line(container: Container) -> None:
    """It delivers to the address of a setting."""
    assert list(check_endpoint(container)) == []
