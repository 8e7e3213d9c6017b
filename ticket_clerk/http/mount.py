"""Puts ``/payments/*`` on a Sanic app: rasa-sdk's action server, or one of its own.

rasa-sdk calls the plugin hook after it made its app (``rasa_sdk/endpoint.py``), so the standard
command ``rasa run actions`` serves both. Its own routes are open to anybody as they come; here
they want ACTION_SERVER_TOKEN, and its error handler, which echoes requests, is replaced.
"""

from __future__ import annotations

import logging
import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pluggy
from rasa_sdk.plugin import plugin_manager
from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse

from ticket_clerk.ticketing.catalog.loading import load_shows
from ticket_clerk.ticketing.container import Container, get_container
from ticket_clerk.ticketing.domain.errors import ConfigError
from ticket_clerk.ticketing.worker import Worker

from .action_requests import is_action_call
from .blueprint import make_blueprint
from .rate_limits import Doorkeeper
from .request_bodies import BODY_LIMIT
from .request_timeouts import is_headless, limit_requests
from .responses import refuse, take_over_errors

_TOKENS = ("RASA_TOKEN", "PAYMENTS_API_TOKEN", "STRIPE_WEBHOOK_SECRET")
_PUBLIC = ("/payments", "/health")

# Python's own number is the cores' plus four: that many buyers at a Stripe that hangs would keep
# webhooks and everybody else out for as long as it does.
THREADS = 64

_hook = pluggy.HookimplMarker("rasa_sdk")


class PaymentsPlugin:
    """rasa-sdk's hook: called once, with the finished app, before the server listens."""

    @_hook
    def attach_sanic_app_extensions(self, app: Sanic) -> None:
        """Mount payments on the action server; a wrong setting ends the start with a sentence."""
        try:
            container = get_container()
            container.settings.require("ACTION_SERVER_TOKEN")
            # The SDK listens on every address unless told otherwise.
            os.environ.setdefault("SANIC_HOST", container.settings.bind_host)
            prepare(container)
        except ConfigError as exc:
            raise SystemExit(str(exc)) from None
        _guard_actions(app, mount(app, container))


def register() -> None:
    """Have rasa-sdk mount payments on its action server. Safe to repeat."""
    manager = plugin_manager()
    if not manager.has_plugin("payments"):
        manager.register(PaymentsPlugin(), name="payments")


def quiet_libraries() -> None:
    """Keep libraries from logging each request; our own lines say what happened, with ids."""
    for name in ("alembic", "stripe", "urllib3"):
        logging.getLogger(name).setLevel(logging.WARNING)


def prepare(container: Container) -> None:
    """Check what serving needs and load the catalog; raises ConfigError."""
    quiet_libraries()
    container.settings.require(*_TOKENS)
    container.database.require_current_schema()
    load_shows(container.database, container.settings.shows_file, now=container.now())
    # Sanic may fork now; a forked connection would be used by two processes.
    container.database.close()


def mount(app: Sanic, container: Container) -> Doorkeeper:
    """Add the limits, the routes, the error answers and the worker to an app."""
    worker = Worker(container)
    doorkeeper = Doorkeeper(container.settings)
    limit_requests(app, partial(_largest_body, doorkeeper))
    take_over_errors(app)
    app.on_request(doorkeeper.count_stranger)
    app.blueprint(make_blueprint(container, worker.wake, doorkeeper))

    @app.listener("before_server_start")
    async def make_threads(_app: Sanic, loop: Any) -> None:
        loop.set_default_executor(ThreadPoolExecutor(THREADS, thread_name_prefix="payments"))

    @app.listener("after_server_start")
    async def start_worker(_app: Sanic, _loop: Any) -> None:
        worker.start()

    @app.listener("before_server_stop")
    async def stop_worker(_app: Sanic, _loop: Any) -> None:
        worker.stop(timeout_s=1.0)

    return doorkeeper


def _largest_body(doorkeeper: Doorkeeper, request: Request) -> int:
    """A call of Rasa's has the whole conversation in it; everything else is short."""
    may_be_long = _is_for_actions(request) and doorkeeper.may_run_actions(request)
    return int(request.app.config.REQUEST_MAX_SIZE) if may_be_long else BODY_LIMIT


def _guard_actions(app: Sanic, doorkeeper: Doorkeeper) -> None:
    @app.on_request
    async def check_token(request: Request) -> HTTPResponse | None:
        is_public = any(
            request.path == path or request.path.startswith(path + "/") for path in _PUBLIC
        )
        is_let_in = is_public or is_headless(request) or doorkeeper.may_run_actions(request)
        return None if is_let_in else refuse(401)

    @app.on_request
    async def check_call(request: Request) -> HTTPResponse | None:
        is_malformed = _is_for_actions(request) and not is_action_call(request)
        return refuse(400) if request.method == "POST" and is_malformed else None

    @app.on_response
    async def hide_unknown_action(request: Request, response: HTTPResponse) -> HTTPResponse | None:
        # The SDK repeats the name that was asked for. Rasa reads bodies of 200 and 400 only.
        is_unknown = _is_for_actions(request) and response.status == 404
        return refuse(404) if is_unknown else None


def _is_for_actions(request: Request) -> bool:
    # Sanic takes an address with a slash at its end for the same route.
    return str(request.path).rstrip("/") == "/webhook"
