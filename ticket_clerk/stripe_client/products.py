"""Products and prices that a merchant keeps at Stripe. https://docs.stripe.com/api/products"""

from __future__ import annotations

from collections.abc import Iterator

from ticket_clerk.ticketing.domain.stripe_objects import StripePrice, StripeProduct

from .connection import Connected, given
from .error_translation import translated


class ProductCalls(Connected):
    """Reading what is for sale."""

    def list_products(self) -> Iterator[StripeProduct]:
        """List the active products, newest first, page by page."""
        with translated():
            page = self._client.v1.products.list({"active": True, "limit": 100})
            for product in page.auto_paging_iter():
                yield StripeProduct.from_json(product.to_dict())

    def get_product(self, product_id: str) -> StripeProduct:
        """Read a product, active or not; raises StripeNotFound."""
        with translated():
            product = self._client.v1.products.retrieve(product_id)
        return StripeProduct.from_json(product.to_dict())

    def list_prices(self, product_id: str | None = None) -> Iterator[StripePrice]:
        """List the active prices, of one product or of all, newest first, page by page."""
        params = {"active": True, "limit": 100, **given(product=product_id)}
        with translated():
            for price in self._client.v1.prices.list(params).auto_paging_iter():  # type: ignore[arg-type]
                yield StripePrice.from_json(price.to_dict())
