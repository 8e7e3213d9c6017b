"""Where an action finds the shop: this process's own, or the one that a test hands in."""

from __future__ import annotations

from ticket_clerk.ticketing.bootstrap import get_shop
from ticket_clerk.ticketing.container import Shop


class WithShop:
    """A part of each action's class; Rasa's SDK makes actions without arguments."""

    def __init__(self, shop: Shop | None = None) -> None:
        """Keep the shop, if there is one; otherwise it is made at the first use."""
        self._shop = shop

    @property
    def shop(self) -> Shop:
        """The shop; raises ConfigError when settings are wrong."""
        return self._shop or get_shop()
