"""Where a catalog comes from: a few functions that a host may write itself.

``CATALOG=module:function`` names a callable without arguments, which is called once a process and
gives an object with these functions. They run in threads of the action server, several at once.
What they say is copied into the clerk's tables, and there each seat is sold by one conditional
statement: a source says what there is, and never who gets it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

Document = Mapping[str, Any]


class CatalogSource(ABC):
    """A catalog. Only :meth:`shows` must be written; the others are for who has many shows."""

    # How errors name it.
    name = "CATALOG"
    # Asked again every minute, and of a show before each order of it.
    is_live = True

    @abstractmethod
    def shows(self) -> Document:
        """Give all that is for sale, in the shape of ``shows.yml``.

        ``seats`` of a section are those that the clerk may sell in all: what it sold is counted
        in, what is sold elsewhere is not.
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
