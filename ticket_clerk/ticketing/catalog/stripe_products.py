"""Stripe's Products and Prices as the catalog: whoever keeps them in the dashboard writes no file.

A product is for sale if its metadata have ``ticket_clerk``: ``show`` or ``season_ticket``. A show's
other metadata are the keys of ``shows.yml``, its active one-time prices the sections, with
``section``, ``seats`` and the like in theirs.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ticket_clerk.stripe_client import StripePaymentManager
from ticket_clerk.ticketing.domain.errors import ConfigError, StripeNotFound
from ticket_clerk.ticketing.domain.money import to_major
from ticket_clerk.ticketing.domain.stripe_objects import StripePrice, StripeProduct

from .source import CatalogSource, Document

_MARK = "ticket_clerk"
_NUMBERS = frozenset({"seats", "refundable_until_hours"})


class StripeProducts(CatalogSource):
    """The account's products that are marked as tickets."""

    name = "Stripe's products"

    def __init__(self, stripe: StripePaymentManager) -> None:
        """Nothing is asked yet."""
        self._stripe = stripe

    def shows(self) -> Document:
        """Read all products and prices. Raises StripeUnavailable, StripeRejected, ConfigError."""
        products = [one for one in self._stripe.list_products() if _MARK in one.metadata]
        return self._document(products, list(self._stripe.list_prices()))

    def find(self, show_id: str) -> Document | None:
        """Read one product and its prices. Raises as :meth:`shows`."""
        try:
            product = self._stripe.get_product(show_id)
        except StripeNotFound:
            return None
        if not product.is_active or product.metadata.get(_MARK) != "show":
            return None
        return self._document([product], list(self._stripe.list_prices(show_id)))

    def _document(self, products: list[StripeProduct], prices: list[StripePrice]) -> Document:
        ids = {product.id for product in products}
        prices = [price for price in prices if price.product_id in ids]
        currencies = sorted({price.currency for price in prices})
        if len(currencies) != 1:
            raise ConfigError(
                f"Products that are marked {_MARK} need active prices, all in one currency: there "
                f"are {', '.join(currencies) or 'none'}."
            )
        by_kind: dict[str, list[dict[str, Any]]] = {"show": [], "season_ticket": []}
        for product in products:
            own = [price for price in prices if price.product_id == product.id]
            kind = product.metadata[_MARK]
            if kind not in by_kind:
                raise ConfigError(
                    f"{product.id}: the metadata {_MARK} must be show or season_ticket."
                )
            by_kind[kind].append(_season(product, own) if kind != "show" else _show(product, own))
        return {
            "currency": currencies[0],
            "shows": by_kind["show"],
            "season_tickets": by_kind["season_ticket"],
        }


def _show(product: StripeProduct, prices: Iterable[StripePrice]) -> dict[str, Any]:
    entry = {**_written(product.metadata), "id": product.id, "name": product.name}
    if "aliases" in entry:
        entry["aliases"] = [alias.strip() for alias in entry["aliases"].split(",")]
    if product.description:
        entry.setdefault("description", product.description)
    entry["sections"] = [_section(price) for price in prices if price.interval is None]
    return entry


def _section(price: StripePrice) -> dict[str, Any]:
    entry = _written(price.metadata)
    id_ = entry.pop("section", price.id)
    amount = str(to_major(price.unit_amount, price.currency))
    return {**entry, "id": id_, "name": price.nickname or id_, "price": amount}


def _season(product: StripeProduct, prices: Iterable[StripePrice]) -> dict[str, Any]:
    recurring = [price for price in prices if price.interval]
    if len(recurring) != 1:
        raise ConfigError(f"{product.id}: a season ticket needs one active recurring price.")
    (price,) = recurring
    amount = str(to_major(price.unit_amount, price.currency))
    return {"id": product.id, "name": product.name, "price": amount, "interval": price.interval}


def _written(metadata: Any) -> dict[str, Any]:
    """Metadata are texts; what ``shows.yml`` has as a number becomes one."""
    return {
        key: int(value) if key in _NUMBERS and value.isdecimal() else value
        for key, value in metadata.items()
        if key != _MARK
    }
