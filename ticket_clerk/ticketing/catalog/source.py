"""Where a catalog comes from: a few functions that a host may write itself.

``CATALOG=module:function`` names a callable without arguments, which is called once a process and
gives an object with these functions. They run in threads of the action server, several at once.
What they say is copied into the clerk's tables, and there each seat is sold by one conditional
statement: a source says what there is. Who gets a seat it says only where it has ``reserve``, too.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

Document = Mapping[str, Any]


class CatalogSource(ABC):
    """A catalog. Only :meth:`shows` must be written; the others are for who has many shows.

    Whose seats are kept elsewhere, and sold there by others at the same time, also writes

    ``reserve(order_id, show_id, section_id, quantity)``
        Set so many seats aside for an order and say True, or say False and set none aside. The
        same order is asked for again after a crash: it gets the same answer and no further seats.
        An order that was released before is refused.
    ``release(order_id, keep)``
        Hold no more than ``keep`` seats for an order from now on; to say it again, or a larger
        number, changes nothing. An order that was never asked for is noted as released: its
        ``reserve`` may be on its way.
    """

    # How errors name it.
    name = "CATALOG"
    # Asked again every minute, and of a show before each order of it.
    is_live = True

    @abstractmethod
    def shows(self) -> Document:
        """Give all that is for sale, in the shape of ``shows.yml``.

        ``seats`` of a section are those that the clerk may sell in all: what it sold, or has
        reserved, is counted in, what is sold elsewhere is not.
        """

    def find(self, show_id: str) -> Document | None:
        """Give the same document with one show alone, as it is now; None: it is not for sale."""
        document = self.shows()
        found = [one for one in document.get("shows") or () if one.get("id") == show_id]
        rest = {key: document[key] for key in _OF_EACH_SHOW if key in document}
        return {**rest, "shows": found} if found else None

    def availability(self, show_id: str) -> Mapping[str, int]:
        """Give the seats of each section of a show by the section's id; nothing for no show."""
        shows = (self.find(show_id) or {}).get("shows") or ()
        return {part["id"]: part["seats"] for show in shows for part in show["sections"]}


_OF_EACH_SHOW = ("currency", "max_tickets_per_order", "refundable_until_hours", "refund_fee")
