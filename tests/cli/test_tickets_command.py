"""The list for a door: every ticket of a show as a line of CSV."""

from __future__ import annotations

import csv
import io

import pytest

from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import buy
from tests.ticketing.ticket_desk import tickets
from ticket_clerk.cli.operators.main import _parser
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.desk.door import as_csv
from ticket_clerk.ticketing.domain.errors import InvalidRequest
from ticket_clerk.ticketing.tickets import replacement

pytestmark = pytest.mark.sqlite_only


def _print(container: Container, show_id: str) -> None:
    args = _parser().parse_args(["tickets", "--show", show_id])
    args.run(container, args)


def test_the_list_for_the_door_has_every_ticket_of_the_show_and_no_code(
    container: Container, stripe_wire: StripeWire, capsys: pytest.CaptureFixture[str]
) -> None:
    """The replaced one too, so that its code is known to have ended."""
    order = buy(container, stripe_wire)
    stolen, _ = tickets(container, order)
    replacement.replace_ticket(container, stolen.id)
    _print(container, "lakers-warriors")

    printed = capsys.readouterr().out
    rows = list(csv.DictReader(printed.splitlines()))
    assert sorted(row["status"] for row in rows) == ["replaced", "valid", "valid"]
    assert {row["order_id"] for row in rows} == {order.id}
    assert next(row for row in rows if row["ticket_id"] == stolen.id)["status"] == "replaced"
    assert "T1:" not in printed


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_the_list_is_a_formula(begin: str) -> None:
    """A section or a name may begin with anything: a spreadsheet reads it as text."""
    cell = f'{begin}HYPERLINK("https://evil.example")'

    ((shown, other),) = csv.reader(io.StringIO(as_csv([[cell, "Row = 4"]]), newline=""))

    assert shown == f"'{cell}"
    assert other == "Row = 4"


def test_a_show_without_tickets_is_a_sentence(container: Container) -> None:
    """As is one that there is not."""
    with pytest.raises(InvalidRequest, match="--show"):
        _print(container, "no-such-show")
