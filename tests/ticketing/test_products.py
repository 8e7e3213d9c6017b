"""Products: one class a kind, and nobody else asks of which kind an order is."""

from __future__ import annotations

import ast
from pathlib import Path

import sqlalchemy as sa

from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import buy
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.domain.models import Buyer, OrderKind
from ticket_clerk.ticketing.products import SEASON, SEATS, UPGRADE, product_of
from ticket_clerk.ticketing.subscriptions.season_tickets import start_season_ticket

PACKAGE = Path(__file__).parents[2] / "ticket_clerk"
PLANTED = """
def price(order, message, table):
    if order.kind is OrderKind.UPGRADE or {OrderKind.PURCHASE: 1}.get(order.kind):
        return 1
    if order.kind.value == "upgrade" or order.kind in _FREE:
        return 2
    return message.kind in _TOLD or table.c.kind == "payment"
"""
# What else has a kind: a notification, a change of a show, a request, and the columns of tables.
_OTHER_KINDS = {"message", "change", "request", "requests", "c", "self"}


def test_nobody_but_the_products_asks_for_the_kind_of_an_order() -> None:
    """A new kind of product is a class, not a hunt for comparisons."""
    found = {
        str(file.relative_to(PACKAGE)): lines
        for file in PACKAGE.rglob("*.py")
        if "products" not in file.parts and (lines := kind_checks(file.read_text()))
    }
    assert found == {}


def test_the_scan_sees_planted_checks() -> None:
    """Identity, membership, a comparison of the value and a table of kinds; nothing else."""
    assert kind_checks(PLANTED) == [3, 5]


def test_every_kind_has_exactly_one_product() -> None:
    """What the database may hold is what is sold."""
    assert [product.kind for product in (SEATS, UPGRADE, SEASON)] == list(OrderKind)


def test_a_season_ticket_has_no_seats_and_no_show(container: Container) -> None:
    """No section, venue, city or start is made up, in the order or in the table."""
    order = start_season_ticket(container, Buyer("rest", "ann"), season_ticket_id="lakers-season")

    names = ("section_id", "section_name", "venue", "city", "starts_at", "refundable_until")
    assert {getattr(order, name) for name in names} == {None}
    with container.database.read() as conn:
        row = conn.execute(sa.select(schema.orders)).one()
    assert row.starts_at_local is None
    assert product_of(order).is_recurring


def test_only_orders_of_seats_have_tickets_of_their_own(
    container: Container, stripe_wire: StripeWire
) -> None:
    """They are returnable and upgradable while they are paid and in time."""
    order = buy(container, stripe_wire)

    assert product_of(order).is_returnable(order, container.now())
    assert product_of(order).is_upgradable(order, container.now())
    until = order.refundable_until
    assert until is not None
    assert not product_of(order).is_returnable(order, until)


def kind_checks(source: str) -> list[int]:
    """List the lines that decide by the kind of an order."""
    tree = ast.parse(source)
    lines = {
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "OrderKind"
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            operands = [node.left, *node.comparators]
            if any(_is_order_kind(one) for one in operands):
                lines.add(node.lineno)
    return sorted(lines)


def _is_order_kind(node: ast.expr) -> bool:
    if isinstance(node, ast.Attribute) and node.attr == "value":
        node = node.value
    if not isinstance(node, ast.Attribute) or node.attr != "kind":
        return False
    owner = node.value.value if isinstance(node.value, ast.Subscript) else node.value
    name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
    return name not in _OTHER_KINDS
