"""dj-stripe 2.11 on gunicorn, which stores the event, pays the order and enqueues a message.

    var/djstripe/bin/python -m benchmarks.floors.djstripe --port 8003

in an environment of its own (``benchmarks/webhook.py`` makes it), on DATABASE_URL with orders of
``benchmarks.orders``. Its own view and models, in one transaction of its own; of its handlers of a
session, which read it from Stripe again while Stripe waits, only ours is left.
"""

# Of another environment.
# mypy: ignore-errors

from __future__ import annotations

import argparse
import os
import sys
import uuid
from typing import Any
from urllib.parse import urlsplit

import django
from django.conf import settings

_ENDPOINT = uuid.UUID(int=1)
# Of the shape that it wants, and never sent anywhere.
_KEY = "sk_test_" + 24 * "0"
_TYPE = "checkout.session.completed"
# As many at a time as the others take.
_THREADS = 8


def configure(url: str) -> None:
    """Set Django up for one app and one database, both durable."""
    settings.configure(
        ALLOWED_HOSTS=["*"],
        DATABASES={"default": _database(url)},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        DJSTRIPE_FOREIGN_KEY_TO_FIELD="id",
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "djstripe"],
        LOGGING_CONFIG=None,
        # Its tables as they are today; through its migrations they would take a minute.
        # Says how long an answer is.
        MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
        MIGRATION_MODULES=dict.fromkeys(("auth", "contenttypes", "djstripe")),
        ROOT_URLCONF=__name__,
        SECRET_KEY="of the benchmark",  # noqa: S106  nothing is signed with it
        STRIPE_LIVE_MODE=False,
        STRIPE_TEST_SECRET_KEY=_KEY,
        USE_TZ=True,
    )
    django.setup()


def _database(url: str) -> dict[str, Any]:
    if url.startswith("sqlite:///"):
        pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL"
        options = {"init_command": pragmas, "transaction_mode": "IMMEDIATE", "timeout": 5}
        name = url[len("sqlite:///") :]
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": name, "OPTIONS": options}
    at = urlsplit(url)
    named = {"NAME": at.path.strip("/"), "USER": at.username, "PASSWORD": at.password or ""}
    place = {"HOST": at.hostname or "", "PORT": str(at.port or "")}
    for pair in at.query.split("&"):
        key, _, value = pair.partition("=")
        if key == "host":
            place["HOST"] = value.replace("%2F", "/")
    return {"ENGINE": "django.db.backends.postgresql", **named, **place, "CONN_MAX_AGE": None}


def prepare(secret: str) -> None:
    """Make dj-stripe's tables and its endpoint, and have it pay our orders."""
    from django.core.management import call_command
    from django.db import connection
    from djstripe.models import Account, APIKey, WebhookEndpoint
    from djstripe.signals import WEBHOOK_SIGNALS

    from .paying import for_psycopg, pay

    call_command("migrate", run_syncdb=True, verbosity=0)
    account, _ = Account.objects.get_or_create(id="acct_benchmark", livemode=False)
    owned = {"type": "secret", "livemode": False, "djstripe_owner_account": account}
    APIKey.objects.get_or_create(secret=_KEY, defaults=owned)
    WebhookEndpoint.objects.get_or_create(
        id="we_benchmark",
        defaults={
            "djstripe_uuid": _ENDPOINT,
            "enabled_events": ["*"],
            "livemode": False,
            "secret": secret,
            "status": "enabled",
            "url": "http://127.0.0.1/payments/webhook",
        },
    )

    def settle(event: Any, **_: Any) -> None:
        message = {"id": event.id, "data": event.data}
        with connection.cursor() as cursor:
            pay(cursor, message, for_psycopg)

    signal = WEBHOOK_SIGNALS[_TYPE]
    signal.receivers = []
    signal.sender_receivers_cache.clear()
    signal.connect(settle, weak=False)


def _urls() -> list[Any]:
    from django.http import HttpResponse
    from django.urls import path
    from djstripe.views import ProcessWebhookView

    def health(_request: Any) -> HttpResponse:
        return HttpResponse("ok")

    webhook = ProcessWebhookView.as_view()
    return [
        path("payments/webhook", webhook, {"uuid": _ENDPOINT}),
        path("health", health),
    ]


def serve(port: int) -> None:
    """Run it in one process with threads, as the others are run."""
    from django.core.wsgi import get_wsgi_application
    from gunicorn.app.base import BaseApplication

    class Server(BaseApplication):
        def load_config(self) -> None:
            self.cfg.set("bind", f"127.0.0.1:{port}")
            self.cfg.set("threads", _THREADS)
            self.cfg.set("keepalive", 60)
            self.cfg.set("control_socket_disable", True)

        def load(self) -> Any:
            return get_wsgi_application()

    sys.argv = sys.argv[:1]
    Server().run()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    chosen = parser.parse_args()
    sys.modules["benchmarks.floors.djstripe"] = sys.modules[__name__]
    configure(os.environ["DATABASE_URL"])
    prepare(os.environ["STRIPE_WEBHOOK_SECRET"])
    urlpatterns = _urls()
    serve(chosen.port)
