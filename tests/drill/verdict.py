"""What became of the purchases of a drill, and the table of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from tests.drill.buyers import DrillBuyer
from tests.drill.deployment import Deployment
from tests.journeys.books import balanced
from ticket_clerk.cli.demo.demo import QUANTITY
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.engine import Database
from ticket_clerk.ticketing.settings import Settings

BEGIN, END = "<!-- made by make drill -->", "<!-- end of what make drill made -->"
_HEAD = (
    "| what was done | purchases | under way at that moment | lost | told twice "
    "| longest wait for an answer | longest from paying to being told |"
    "\n|---|---|---|---|---|---|---|"
)


@dataclass(frozen=True)
class Row:
    """One act and the purchases that were led around it."""

    name: str
    buyers: list[DrillBuyer]
    under_way: int

    @property
    def lost(self) -> list[DrillBuyer]:
        """Those that did not end with a buyer who was told."""
        return [buyer for buyer in self.buyers if buyer.trouble]

    @property
    def told_twice(self) -> list[DrillBuyer]:
        """Those whose buyer has more than one confirmation."""
        return [buyer for buyer in self.buyers if len(buyer.confirmations()) > 1]

    def line(self) -> str:
        """The row of the table."""
        answer = max(buyer.longest_answer_s for buyer in self.buyers)
        told = max(buyer.told_after_s or 0.0 for buyer in self.buyers)
        counts = (len(self.buyers), self.under_way, len(self.lost), len(self.told_twice))
        return f"| {self.name} | {' | '.join(map(str, counts))} | {answer:.1f} s | {told:.1f} s |"


def check(clerk: Deployment, rows: list[Row]) -> list[str]:
    """Hold orders, seats, conversations and books against what was bought; gives what is wrong."""
    wrong = [f"{row.name}: {buyer.channel}: {buyer.trouble}" for row in rows for buyer in row.lost]
    wrong += [f"{row.name}: {b.channel}: told twice" for row in rows for b in row.told_twice]
    buyers = [buyer for row in rows for buyer in row.buyers]
    wrong += _wrong_sales(clerk, buyers)
    for buyer in (buyer for buyer in buyers if buyer.told_after_s is not None):
        said = clerk.confirmations_in(buyer.sender_id, buyer.order_id)
        wrong += [f"{buyer.order_id} is {len(said)} times in its conversation"] * (len(said) != 1)
    try:
        balanced(clerk)
    except AssertionError as error:
        wrong.append(str(error))
    return wrong


def _wrong_sales(clerk: Deployment, buyers: Sequence[DrillBuyer]) -> list[str]:
    """One paid order a buyer, for what they wanted, and as many seats gone."""
    database = Database(Settings.from_env(clerk.environ).database_url)
    orders, sections = schema.orders.c, schema.sections.c
    try:
        with database.read() as conn:
            paid = conn.execute(
                sa.select(orders.sender_id, orders.quantity).where(orders.status == "paid")
            ).all()
            sold = conn.execute(sa.select(sa.func.sum(sections.sold))).scalar_one()
    finally:
        database.close()
    bought = Counter((order.sender_id, order.quantity) for order in paid)
    wanted = Counter((buyer.sender_id, QUANTITY) for buyer in buyers)
    wrong = [
        f"{who} bought {count} times {what}" for (who, what), count in (bought - wanted).items()
    ]
    wrong += [f"{who} has no paid order" for (who, _) in wanted - bought]
    return wrong + [f"{sold} seats are sold"] * (sold != QUANTITY * len(buyers))


def write_table(
    page: Path,
    lines: Sequence[str],
    words: str,
    *,
    head: str = _HEAD,
    marks: tuple[str, str] = (BEGIN, END),
) -> None:
    """Put a table of such lines between the page's markers, in place of an earlier one."""
    begin, end = marks
    before, _, rest = page.read_text(encoding="utf-8").partition(begin)
    _, _, after = rest.partition(end)
    table = "\n".join([head, *lines])
    page.write_text(f"{before}{begin}\n\n{words}\n\n{table}\n\n{end}{after}", encoding="utf-8")
