"""Mounts ``/payments/*`` on a Sanic app: rasa-sdk's action server, or one of its own.

rasa-sdk calls the plugin hook after it made its app (``rasa_sdk/endpoint.py``), so the standard
command ``rasa run actions`` serves both. Its own routes are open to everybody as they come; here
they want ACTION_SERVER_TOKEN, and its error handler, which echoes requests, is replaced.
"""

from __future__ import annotations

import inspect
import json
import logging
import os
import zlib
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

import pluggy
from rasa_sdk import Action
from rasa_sdk.plugin import plugin_manager
from rasa_sdk.utils import all_subclasses
from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse

from ticket_clerk.logs import get_logger, use_format
from ticket_clerk.project import COMMAND
from ticket_clerk.ticketing import envfile
from ticket_clerk.ticketing.catalog import load_at_start
from ticket_clerk.ticketing.container import Container, get_container
from ticket_clerk.ticketing.database.engine import Database
from ticket_clerk.ticketing.domain.errors import ConfigError
from ticket_clerk.ticketing.settings import Settings, read_environ
from ticket_clerk.ticketing.worker import Worker

from .blueprint import make_blueprint
from .connections import is_headless, limit_bodies, limit_requests
from .rate_limits import RateLimiter
from .request_bodies import BODY_LIMIT
from .responses import answer_own_errors, name_requests, refuse, take_over_errors

log = get_logger(__name__)

_TOKENS = ("RASA_TOKEN", "PAYMENTS_API_TOKEN", "STRIPE_WEBHOOK_SECRET", "TICKETS_SIGNING_KEY")
_PUBLIC = ("/payments", "/health")
_PACKAGE = "ticket_clerk."

# Python's default is the number of cores plus four: as many buyers waiting for a Stripe that hangs
# would block webhooks and everybody else.
THREADS = 64

_hook = pluggy.HookimplMarker("rasa_sdk")


class PaymentsPlugin:
    """rasa-sdk calls its hook once, with the finished app, before the server listens.

    A guest leaves to the host what isn't its own: routes, error handlers, address and threads.
    """

    def __init__(self, *, is_guest: bool, warm_up: Callable[[], None] | None) -> None:
        self._is_guest = is_guest
        self._warm_up = warm_up

    @_hook
    def attach_sanic_app_extensions(self, app: Sanic) -> None:
        """Mount payments on the action server; a wrong setting ends the start with a sentence."""
        try:
            _prepare_development()
            container = get_container()
            if not self._is_guest:
                # The SDK listens on every address unless told otherwise.
                os.environ.setdefault("SANIC_HOST", container.settings.bind_host)
            # How a host writes its own text is the host's to say.
            if not self._is_guest or container.settings.log_format == "json":
                use_format(container.settings.log_format)
            prepare(container)
        except ConfigError as exc:
            raise SystemExit(str(exc)) from None
        # Rasa reads no .env, so it doesn't know a token that is set there only.
        is_shared = bool(os.environ.get("ACTION_SERVER_TOKEN", "").strip())
        limiter = RateLimiter(container.settings, trusts_loopback=not is_shared)
        if self._warm_up:
            _start_with(app, self._warm_up)
        if self._is_guest:
            mount_as_guest(app, container, limiter)
            return
        mount(app, container, limiter)
        _guard_actions(app, limiter)


def register(*, is_guest: bool = False, warm_up: Callable[[], None] | None = None) -> None:
    """Have rasa-sdk mount payments on its action server. Safe to repeat.

    ``warm_up`` runs in a thread of its own when the server listens.
    """
    manager = plugin_manager()
    if not manager.has_plugin("payments"):
        manager.register(PaymentsPlugin(is_guest=is_guest, warm_up=warm_up), name="payments")


def _start_with(app: Sanic, warm_up: Callable[[], None]) -> None:
    @app.listener("after_server_start")
    async def start(_app: Sanic, _loop: Any) -> None:
        Thread(target=warm_up, name="warm-up", daemon=True).start()


def quiet_libraries() -> None:
    """Keep libraries from logging each request; our own lines say what happened, with ids."""
    for name in ("alembic", "stripe", "urllib3"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _prepare_development() -> None:
    """Generate missing secrets where there is no Stripe key; raises ConfigError."""
    settings = Settings.from_env(read_environ())
    if not settings.uses_standin:
        return
    names = tuple(name for name in envfile.GENERATED if name != "ACTION_SERVER_TOKEN")
    try:
        written = envfile.complete(Path(".env"), os.environ, names)
    except OSError:
        raise ConfigError(f".env cannot be written: set {', '.join(names)}.") from None
    if written:
        log.warning(f"settings: wrote {', '.join(written)} to .env")
    log.warning(
        "No STRIPE_SECRET_KEY is set, so payments go to the stand-in Stripe at "
        f"{settings.stripe_api_base}. If it doesn't run: `{COMMAND} standin` in another terminal."
    )


def prepare(container: Container) -> None:
    """Check what serving needs, migrate a SQLite file, load the catalog; raises ConfigError."""
    quiet_libraries()
    container.settings.require(*_TOKENS)
    _require_schema(container.database)
    load_at_start(container.database, container.catalog, now=container.now())
    # Sanic may fork now; a forked connection would be used by two processes.
    container.database.close()


def _require_schema(database: Database) -> None:
    try:
        database.require_current_schema()
    except ConfigError:
        if database.url.get_backend_name() != "sqlite":
            raise
        database.migrate()


def mount(app: Sanic, container: Container, limiter: RateLimiter) -> None:
    """Add the limits, the routes, the error answers and the worker to an app of ours."""
    name_requests(app)
    limit_requests(app, partial(_largest_body, limiter))
    take_over_errors(app)
    app.on_request(limiter.limit)

    @app.listener("before_server_start")
    async def make_threads(_app: Sanic, loop: Any) -> None:
        loop.set_default_executor(ThreadPoolExecutor(THREADS, thread_name_prefix="payments"))

    _add_routes(app, container, limiter)


def mount_as_guest(app: Sanic, container: Container, limiter: RateLimiter) -> None:
    """Add the same to a host's app, for our own addresses and actions only."""
    name_requests(app, _is_payments)
    limit_bodies(app, _largest_body_of_guest)
    answer_own_errors(app, _is_payments)
    own_actions = _own_actions()

    @app.on_request
    async def limit_own(request: Request) -> HTTPResponse | None:
        return limiter.limit(request) if _is_payments(request) else None

    @app.on_request
    async def guard_own_actions(request: Request) -> HTTPResponse | None:
        if not _is_for_actions(request) or limiter.may_run_actions(request):
            return None
        return refuse(401) if _called_action(request) in own_actions else None

    _add_routes(app, container, limiter)


def _add_routes(app: Sanic, container: Container, limiter: RateLimiter) -> None:
    worker = Worker(container)
    app.blueprint(make_blueprint(container, worker.wake, limiter))

    @app.listener("after_server_start")
    async def start_worker(_app: Sanic, _loop: Any) -> None:
        worker.start()

    @app.listener("before_server_stop")
    async def stop_worker(_app: Sanic, _loop: Any) -> None:
        worker.stop(timeout_s=1.0)


def _largest_body_of_guest(request: Request) -> int:
    return BODY_LIMIT if _is_payments(request) else int(request.app.config.REQUEST_MAX_SIZE)


def _own_actions() -> frozenset[str]:
    """The names of our actions, which the host's package has imported."""
    classes = [kind for kind in all_subclasses(Action) if kind.__module__.startswith(_PACKAGE)]
    return frozenset(kind().name() for kind in classes if not inspect.isabstract(kind))


def _called_action(request: Request) -> str | None:
    try:
        call = json.loads(_unpacked(request))
    except (ValueError, RecursionError, zlib.error):
        return None
    name = call.get("next_action") if isinstance(call, Mapping) else None
    return name if isinstance(name, str) else None


def _is_payments(request: Request) -> bool:
    path = str(request.path)
    return path == "/payments" or path.startswith("/payments/")


def _largest_body(limiter: RateLimiter, request: Request) -> int:
    """An action call contains the whole conversation; everything else is short."""
    may_be_long = _is_for_actions(request) and limiter.may_run_actions(request)
    return int(request.app.config.REQUEST_MAX_SIZE) if may_be_long else BODY_LIMIT


def _guard_actions(app: Sanic, limiter: RateLimiter) -> None:
    @app.on_request
    async def check_token(request: Request) -> HTTPResponse | None:
        is_public = any(
            request.path == path or request.path.startswith(path + "/") for path in _PUBLIC
        )
        is_allowed = is_public or is_headless(request) or limiter.may_run_actions(request)
        return None if is_allowed else refuse(401)

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


def is_action_call(request: Request) -> bool:
    """Whether the body is a call that rasa-sdk can work with (``rasa_sdk/executor.py``).

    Rasa sends it deflated when COMPRESS_ACTION_SERVER_REQUEST is set; unpacked it may be as large
    as one that was not.
    """
    try:
        call = json.loads(_unpacked(request))
    except (ValueError, RecursionError, zlib.error):
        return False
    if not isinstance(call, Mapping) or not isinstance(call.get("next_action"), str):
        return False
    return _is_tracker(call.get("tracker")) and isinstance(call.get("domain", {}), Mapping)


def _is_tracker(tracker: Any) -> bool:
    if not isinstance(tracker, Mapping) or not isinstance(tracker.get("sender_id"), str):
        return False
    mappings = (tracker.get(name) or {} for name in ("slots", "latest_message", "active_loop"))
    return all(isinstance(value, Mapping) for value in mappings) and isinstance(
        tracker.get("events") or [], list
    )


def _unpacked(request: Request) -> bytes:
    body: bytes = request.body
    if request.headers.get("content-encoding") != "deflate":
        return body
    unpacking = zlib.decompressobj()
    unpacked = unpacking.decompress(body, request.app.config.REQUEST_MAX_SIZE)
    if unpacking.unconsumed_tail:
        raise ValueError("it is larger unpacked than a call may be")
    return unpacked
