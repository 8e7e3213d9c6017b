"""The operator's view of the inbox: ids and codes, and one word for what was done."""

from __future__ import annotations

import argparse

import pytest

from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import receive
from ticket_clerk.cli.operators.main import _parser
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import InvalidRequest, StripeUnavailable
from ticket_clerk.ticketing.domain.models import Buyer
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.ticketing.subscriptions.season_tickets import start_season_ticket

ANN = Buyer("rest", "ann")


def _run(container: Container, *words: str, command: str = "inbox") -> int:
    args: argparse.Namespace = _parser().parse_args([command, *words])
    return int(args.run(container, args))


def test_what_failed_is_listed_and_taken_again(
    container: Container, stripe_wire: StripeWire, capsys: pytest.CaptureFixture[str]
) -> None:
    """Listed with its error, replayed, and then there is nothing left."""
    order = start_season_ticket(container, ANN, season_ticket_id="lakers-season")
    stripe_wire.standin.pay(order.checkout_session_id)
    event = stripe_wire.events("checkout.session.completed")[0]
    stripe_wire.cut()
    with pytest.raises(StripeUnavailable):
        receive(container, event)
    stripe_wire.mend()

    _run(container)
    assert f"{event['id']}  checkout.session.completed  stripe_unavailable  -  1 tried" in (
        capsys.readouterr().out
    )
    _run(container, "--failed")
    assert capsys.readouterr().out == f"{event['id']}  paid\n"
    _run(container, "--failed")
    assert capsys.readouterr().out == "No event has failed.\n"
    _run(container, "--id", event["id"])
    assert capsys.readouterr().out == f"{event['id']}  duplicate\n"
    _run(container)
    assert capsys.readouterr().out == "0 failed\n0 need somebody\n"


@pytest.mark.parametrize("since", ["2d", "36h", "3000m"])
def test_what_was_missed_is_made_up_for(
    container: Container,
    stripe_wire: StripeWire,
    clock: MovableClock,
    capsys: pytest.CaptureFixture[str],
    since: str,
) -> None:
    """From a moment on, or from so long ago."""
    order = start_checkout(container, ANN, show_id="last-seat", section_id="front", quantity=1)
    stripe_wire.standin.pay(order.checkout_session_id)
    clock.move(hours=30)

    _run(container, "--since", since)
    assert "1 paid" in capsys.readouterr().out
    _run(container, "--since", container.now().isoformat())
    assert capsys.readouterr().out == "nothing missed\n"


def test_a_moment_that_is_none_is_a_sentence(container: Container) -> None:
    """It says how one is written."""
    with pytest.raises(InvalidRequest, match="2027-01-15T19:30, or 3d"):
        _run(container, "--since", "yesterday")


def test_closing_what_does_not_wait_says_so(
    container: Container, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is invented."""
    assert _run(container, "--close", "evt_unknown") == 1
    assert capsys.readouterr().out == "evt_unknown  does not wait for anybody\n"


@pytest.mark.parametrize(
    "words", [["--failed"], ["--since", "2d"], ["--id", "evt_1"]], ids=lambda words: words[0]
)
def test_what_could_not_be_asked_has_failed(
    container: Container,
    stripe_wire: StripeWire,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
) -> None:
    """Whoever repairs by a script must not take an outage for an answer."""
    order = start_season_ticket(container, ANN, season_ticket_id="lakers-season")
    stripe_wire.standin.pay(order.checkout_session_id)
    stripe_wire.cut()
    with pytest.raises(StripeUnavailable):
        receive(container, stripe_wire.events("checkout.session.completed")[0])

    assert _run(container, *words) == 1
    assert _run(container, command="reconcile") == 1
    stripe_wire.mend()

    assert _run(container, command="reconcile") == 0
    assert _run(container, *words) == (1 if words == ["--id", "evt_1"] else 0)
    assert "unreachable" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["", "1", "evt_", "evt_' OR 1=1", "../events"])
def test_an_id_that_is_none_is_a_sentence(container: Container, text: str) -> None:
    """And not a list of everything, as an empty one would be to Stripe."""
    with pytest.raises(InvalidRequest, match="an event's id at Stripe"):
        _run(container, "--id", text)
