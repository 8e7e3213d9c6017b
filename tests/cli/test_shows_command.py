"""``shows call-off`` asks first, and ``shows progress`` says how far it is."""

from __future__ import annotations

import pytest

from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import buy, status
from ticket_clerk.cli.operators.main import _parser
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import InvalidRequest, ShowNotFound
from ticket_clerk.ticketing.domain.models import OrderStatus
from ticket_clerk.ticketing.refunds.submission import submit_requests
from ticket_clerk.ticketing.show_changes import apply_changes

pytestmark = pytest.mark.sqlite_only
SHOW = "lakers-warriors"


def run(container: Container, *words: str) -> int:
    """Give the command; returns its exit code."""
    args = _parser().parse_args(["shows", *words])
    return args.run(container, args) or 0


def test_a_show_is_called_off_and_its_progress_counted(
    container: Container, stripe_wire: StripeWire, capsys: pytest.CaptureFixture[str]
) -> None:
    """One while the worker is at it, and zero when all money is back."""
    order = buy(container, stripe_wire)
    assert run(container, "progress", SHOW) == 0
    assert "was neither called off nor moved" in capsys.readouterr().out

    assert run(container, "call-off", SHOW, "--yes") == 0
    assert "0 of 1 payments refunded, $0.00 of $400.00" in capsys.readouterr().out
    assert run(container, "progress", SHOW) == 1
    apply_changes(container)
    submit_requests(container)
    assert run(container, "progress", SHOW) == 0
    assert "1 of 1 payments refunded, $400.00 of $400.00" in capsys.readouterr().out
    assert status(container, order) is OrderStatus.REFUNDED


def test_nothing_is_called_off_without_a_yes(container: Container) -> None:
    """Where nobody is there to say it, the command says what to write; and no show is guessed."""
    with pytest.raises(InvalidRequest, match="--yes"):
        run(container, "call-off", SHOW)
    with pytest.raises(ShowNotFound):
        run(container, "call-off", "lakers", "--yes")

    assert run(container, "progress", SHOW) == 0
