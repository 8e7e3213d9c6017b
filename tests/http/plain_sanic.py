"""``python -m tests.http.plain_sanic PORT [limited]``: Sanic as it comes, or with our limits.

The negative controls of test_slow_clients.py and test_framing.py run against it. Its own timeouts
are a second, so that nobody has to wait for them.
"""

from __future__ import annotations

import inspect
import sys

from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, text

from ticket_clerk.http.connections import limit_requests


def main(port: int, is_limited: bool) -> None:
    """Serve until it is stopped."""
    app = Sanic("plain", configure_logging=False)
    app.config.REQUEST_TIMEOUT = app.config.KEEP_ALIVE_TIMEOUT = app.config.RESPONSE_TIMEOUT = 1

    @app.get("/health")
    async def health(_request: Request) -> HTTPResponse:
        return text("ok")

    @app.post("/body")
    async def body(request: Request) -> HTTPResponse:
        return text(str(len(request.body)))

    if is_limited:
        limit_requests(app, lambda _: 1024)
    # Later Sanics start a manager and workers of their own; here one process is the server.
    is_later = "single_process" in inspect.signature(app.run).parameters
    options = {"single_process": True} if is_later else {}
    app.run(host="127.0.0.1", port=port, access_log=False, motd=False, **options)


if __name__ == "__main__":
    main(int(sys.argv[1]), "limited" in sys.argv)
