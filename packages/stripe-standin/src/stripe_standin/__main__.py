"""Command line: `stripe-standin`, or `python -m stripe_standin`, set up from the environment."""

from __future__ import annotations

import inspect
import logging
import os
import socket
import sys

from sanic import Sanic

from stripe_standin.http.server import create_app
from stripe_standin.settings import Settings, SettingsError
from stripe_standin.standin import StandIn

_RUN_OPTIONS = inspect.signature(Sanic.run).parameters


def main() -> int:
    """Serves until SIGINT or SIGTERM; returns the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("sanic").setLevel(logging.WARNING)
    try:
        settings = Settings.from_env(os.environ)
        listener = _listen(settings)
    except SettingsError as error:
        print(f"stripe_standin: {error}", file=sys.stderr)
        return 2
    port = listener.getsockname()[1]
    shown = f"[{settings.host}]" if ":" in settings.host else settings.host
    base_url = f"http://{shown}:{port}"
    standin = StandIn(
        settings.database,
        webhook_secrets=settings.webhook_secrets,
        webhook_url=settings.webhook_url,
        base_url=base_url,
        clock_offset_s=settings.clock_offset_s,
        tax_rate=settings.tax_rate,
    )
    print(
        f"stripe_standin: {base_url} (webhooks to {settings.webhook_url or 'nobody'})", flush=True
    )
    # Sanic before 22.9 had one process only, and no name for it.
    single = {"single_process": True} if "single_process" in _RUN_OPTIONS else {}
    create_app(standin).run(sock=listener, access_log=False, motd=False, debug=False, **single)
    return 0


def _listen(settings: Settings) -> socket.socket:
    """Binds the listening socket here, so that port 0 can be any free one."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as exc:
        listener.close()
        raise SettingsError(
            f"port {settings.port} is taken ({exc.strerror}); stop what listens there or set "
            "STRIPE_STANDIN_PORT."
        ) from exc
    return listener


if __name__ == "__main__":
    sys.exit(main())
