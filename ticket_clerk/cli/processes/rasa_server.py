"""``rasa run`` with its arguments made here, so that ``ps`` never shows the token."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping


def arguments(environ: Mapping[str, str]) -> list[str]:
    """Rasa's command line: all channels of credentials.yml, the HTTP API behind RASA_TOKEN."""
    argv = ["rasa", "run", "--model", environ["RASA_MODEL"]]
    argv += ["--enable-api", "--auth-token", environ["RASA_TOKEN"]]
    argv += ["--interface", environ["BIND_HOST"], "--port", environ["RASA_PORT"]]
    return [*argv, "--endpoints", "endpoints.yml", "--credentials", "credentials.yml"]


if __name__ == "__main__":
    sys.argv = arguments(os.environ)
    from rasa.__main__ import main

    main()
