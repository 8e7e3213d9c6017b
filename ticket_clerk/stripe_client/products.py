"""Products, prices and promotion codes that a merchant keeps at Stripe.

https://docs.stripe.com/api/products, https://docs.stripe.com/api/promotion_codes
"""

from __future__ import annotations

from collections.abc import Iterator

from ticket_clerk.ticketing.domain.promotions import Promotion
from ticket_clerk.ticketing.domain.stripe_objects import StripePrice, StripeProduct

from .connection import Connected, given
from .error_translation import translated

# Codes that read alike are one a customer at most, so few are enough.
_MOST_CODES = 20


class ProductCalls(Connected):
    """Reading what is for sale, and what a code takes off it."""

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

    def find_promotion_codes(self, code: str, *, is_active: bool | None = None) -> list[Promotion]:
        """Find the codes that read so in any case, newest first, active ones or all."""
        params = {
            "code": code,
            "limit": _MOST_CODES,
            "expand": ["data.promotion.coupon"],
            **given(active=is_active),
        }
        with translated():
            page = self._client.v1.promotion_codes.list(params)  # type: ignore[arg-type]
        return [Promotion.from_json(found.to_dict()) for found in page.data]
