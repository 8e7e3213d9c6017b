"""The stand-in behind a server: every request goes to `StandIn.handle`, in a thread."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, raw

from stripe_standin.sender import Sender
from stripe_standin.standin import StandIn

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
# A buyer who just paid waits up to 10 s in his thread; the others must not wait with him.
_THREADS = 64
_LARGEST_BODY = 1024 * 1024


def create_app(standin: StandIn) -> Sanic:
    """The server's application, with the sender of webhooks beside it."""
    app = Sanic("stripe_standin", configure_logging=False)
    app.config.REQUEST_MAX_SIZE = _LARGEST_BODY
    app.config.GRACEFUL_SHUTDOWN_TIMEOUT = 1.0
    sender = Sender(standin)
    threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="request")

    async def answer(request: Request, path: str = "") -> HTTPResponse:
        status, headers, body = await asyncio.get_running_loop().run_in_executor(
            threads,
            standin.handle,
            "GET" if request.method == "HEAD" else request.method,
            request.raw_url.decode("latin-1"),
            dict(request.headers),
            request.body or b"",
        )
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
