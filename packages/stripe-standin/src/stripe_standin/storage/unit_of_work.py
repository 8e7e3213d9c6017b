"""Unit of work: one request, page action or scheduler pass, in one transaction."""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from stripe_standin.api.errors import no_such
from stripe_standin.http.messages import Json
from stripe_standin.webhooks import deliveries

from .store import Store

# The API version whose shapes the objects have.
API_VERSION = "2026-05-27.dahlia"
# The name on the pages, unless a session brings its own.
MERCHANT = "Demo Box Office"


@dataclass
class Work:
    """The context of one transaction; `now` stands still while the work lasts, except
    that the clock's tasks set it to when they fell due.
    """

    store: Store
    now: int
    base_url: str
    has_webhook: bool
    request_id: str | None = None
    idempotency_key: str | None = None
    emitted: list[str] = field(default_factory=list)
    # What becomes of a subscription after the last try to collect: canceled, or left unpaid.
    ends_unpaid: bool = True
    # What automatic_tax adds, in percent, wherever the buyer is.
    tax_rate: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        self._told_at = self.now

    def load(self, kind: str, object_id: str, param: str = "id", status: int = 404) -> Json:
        """The object; raises `ApiError` resource_missing where there is none."""
        found = self.store.find(kind, object_id)
        if found is None:
            raise no_such(kind, object_id, param, status)
        return found

    def emit(self, type: str, subject: Json, previous: Json | None = None) -> str:
        """Records an event about `subject` as it is now and queues its delivery."""
        data: Json = {"object": subject}
        if previous is not None:
            data["previous_attributes"] = previous
        event: Json = {
            "id": new_id("evt"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self._told_at,
            "data": data,
            "livemode": False,
            "pending_webhooks": 1 if self.has_webhook else 0,
            "request": {"id": self.request_id, "idempotency_key": self.idempotency_key},
            "type": type,
        }
        self.store.insert(event)
        if self.has_webhook:
            deliveries.enqueue(self.store, event["id"])
        self.emitted.append(event["id"])
        return str(event["id"])


@dataclass(frozen=True)
class Call:
    """One call of an API endpoint: the work, the parameters, the ids of the address, the files.

    A file's contents are by its parameter, which has its name.
    """

    work: Work
    params: dict[str, Any]
    ids: dict[str, str]
    files: Mapping[str, bytes] = field(default_factory=dict)


Endpoint = Callable[[Call], Json]


_ALPHABET = string.ascii_letters + string.digits


def new_id(prefix: str, length: int = 24) -> str:
    """A fresh identifier such as `cus_9vTq…`; `length` counts the characters after the prefix."""
    return f"{prefix}_" + "".join(secrets.choice(_ALPHABET) for _ in range(length))
