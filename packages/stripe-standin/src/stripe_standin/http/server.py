"""The Sanic server: hands every request to `StandIn.handle`, in a thread, or fails as asked to."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sanic import Sanic
from sanic.exceptions import InvalidUsage
from sanic.request import Request
from sanic.response import HTTPResponse, raw

from stripe_standin.api.errors import ApiError
from stripe_standin.http.controls import LONGEST_S, PREFIX, Failure
from stripe_standin.http.messages import Response
from stripe_standin.standin import StandIn
from stripe_standin.webhooks.sender import Sender

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
# A buyer who just paid waits up to 10 s in a thread; the others must not wait with them.
_THREADS = 64
# A file of 5 MB, and what is around it.
_LARGEST_BODY = 6 * 1024 * 1024


class MeasuredRequest(Request):
    """Refuses an invalid Content-Length: of a negative one Sanic would read for ever."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if not self.headers.get("content-length", "0").strip().isdecimal():
            raise InvalidUsage("Content-Length is no length.")


def create_app(standin: StandIn) -> Sanic:
    """The server's application, with the sender of webhooks beside it."""
    app = Sanic("stripe_standin", configure_logging=False, request_class=MeasuredRequest)
    app.config.REQUEST_MAX_SIZE = _LARGEST_BODY
    app.config.RESPONSE_TIMEOUT = LONGEST_S + 60
    app.config.GRACEFUL_SHUTDOWN_TIMEOUT = 1.0
    sender = Sender(standin)
    threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="request")

    async def answer(request: Request, path: str = "") -> HTTPResponse:
        failure = _failure_for(standin, request)
        if failure and failure.when == "before":
            return await _inject(request, failure)
        status, headers, body = await asyncio.get_running_loop().run_in_executor(
            threads,
            standin.handle,
            "GET" if request.method == "HEAD" else request.method,
            request.raw_url.decode("latin-1"),
            dict(request.headers),
            request.body or b"",
        )
        if failure:
            return await _inject(request, failure)
        kind = headers.pop("Content-Type", "text/plain; charset=utf-8")
        return raw(body, status=status, headers=headers, content_type=kind)

    app.add_route(answer, "/", methods=_METHODS, name="root")
    app.add_route(answer, "/<path:path>", methods=_METHODS, name="anything")

    async def begin(*_: Any) -> None:
        sender.start()

    async def end(*_: Any) -> None:
        await asyncio.to_thread(sender.stop)
        threads.shutdown(wait=False, cancel_futures=True)
        standin.close()

    app.register_listener(begin, "before_server_start")
    app.register_listener(end, "after_server_stop")
    return app


def _failure_for(standin: StandIn, request: Request) -> Failure | None:
    """The failure injected for this request; the controls and /health always work."""
    if request.path.startswith(PREFIX) or request.path == "/health":
        return None
    return standin.failures.take(request.method, request.path)


async def _inject(request: Request, failure: Failure) -> HTTPResponse:
    if failure.how == "error":
        broken = ApiError(500, "A test asked for this error.", type="api_error")
        answer = Response.json(500, broken.body("req_failed"))
        return raw(answer.body, status=500, content_type="application/json")
    if failure.how == "time_out":
        await asyncio.sleep(failure.seconds)
    # Reset and not closed politely, as by a network that fails; nothing can be sent afterwards.
    request.transport.abort()
    return raw(b"")
