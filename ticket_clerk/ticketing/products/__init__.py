"""What is sold: one class a kind, which says what each step of a sale means for it."""

from __future__ import annotations

from ticket_clerk.ticketing.domain.models import Order

from .product import Product
from .renewals import apply_snapshot
from .season_ticket import SeasonTicketProduct
from .seats import SeatsProduct
from .upgrade import UpgradeProduct

__all__ = ["SEASON", "SEATS", "UPGRADE", "Product", "apply_snapshot", "product_of"]

SEATS = SeatsProduct()
UPGRADE = UpgradeProduct()
SEASON = SeasonTicketProduct()

_BY_KIND = {product.kind: product for product in (SEATS, UPGRADE, SEASON)}


def product_of(order: Order) -> Product:
    """Return the product that an order is for."""
    return _BY_KIND[order.kind]
