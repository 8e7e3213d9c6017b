"""Answers of a process that has no other address, a worker that runs alone: how it is, and what
Prometheus reads.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from ticket_clerk.secrets import equals_any
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import ConfigError
from ticket_clerk.ticketing.metrics import CONTENT_TYPE
from ticket_clerk.ticketing.reports.metrics import export_metrics

PATH = "/payments/metrics"
HEALTH = "/health"
# Whoever connects and says nothing holds a thread no longer.
_SILENCE_S = 5.0


def serve_metrics(
    container: Container, is_working: Callable[[], bool] = lambda: True
) -> ThreadingHTTPServer | None:
    """Answer at WORKER_METRICS_PORT, in threads of its own; None where there is none.

    Metrics want the token of the API, as ``/payments/metrics`` does; ``/health`` is 200 while
    ``is_working()``, 503 otherwise, for whoever starts anew what is stuck. Raises ConfigError where
    the port is taken or the token missing.
    """
    settings = container.settings
    if not settings.worker_metrics_port:
        return None
    settings.require("PAYMENTS_API_TOKEN")
    address = (settings.bind_host, settings.worker_metrics_port)
    try:
        server = _Server(address, _handler(container, is_working))
    except OSError:
        raise ConfigError(
            f"WORKER_METRICS_PORT {settings.worker_metrics_port} is taken: write another one."
        ) from None
    threading.Thread(target=server.serve_forever, name="payments-metrics", daemon=True).start()
    return server


class _Server(ThreadingHTTPServer):
    daemon_threads = True


def _handler(container: Container, is_working: Callable[[], bool]) -> type[BaseHTTPRequestHandler]:
    expected = [f"Bearer {token}" for token in container.settings.payments_api_tokens]

    class Handler(BaseHTTPRequestHandler):
        timeout = _SILENCE_S
        server_version = "ticket-clerk"
        sys_version = ""

        def do_GET(self) -> None:
            path = self.path.split("?")[0]
            if path == HEALTH:
                self._answer(200 if is_working() else 503)
            elif path != PATH:
                self._answer(404)
            elif not equals_any(self.headers.get("Authorization", ""), expected):
                self._answer(401)
            else:
                self._answer(200, export_metrics(container))

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: a scrape comes every few seconds."""

        def _answer(self, status: int, body: bytes = b"") -> None:
            self.send_response(status)
            if status == 401:
                self.send_header("WWW-Authenticate", "Bearer")
            self.send_header("Content-Type", CONTENT_TYPE)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler
