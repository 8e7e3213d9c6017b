"""``rasa run`` with arguments made here, so that ``ps`` never shows the token."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, MutableMapping
from pathlib import Path

import yaml

from ticket_clerk.cli.environment import ROOT
from ticket_clerk.secrets import first_secret

# Rasa replaces the names when it reads the file, so that no secret is written into it.
ACTION_ENDPOINT = {
    "url": "${ACTIONS_URL}/webhook",
    "headers": {"Authorization": "Bearer ${ACTION_SERVER_TOKEN}"},
}


def write_endpoints(folder: Path) -> Path:
    """Write endpoints.yml with the address and the token of this run's action server."""
    endpoints = yaml.safe_load((ROOT / "endpoints.yml").read_text(encoding="utf-8"))
    file = folder / "endpoints.yml"
    content = yaml.safe_dump({**endpoints, "action_endpoint": ACTION_ENDPOINT}, sort_keys=False)
    file.write_text(content, encoding="utf-8")
    return file


def arguments(environ: Mapping[str, str], endpoints: Path) -> list[str]:
    """Rasa's command line: all channels of credentials.yml, the HTTP API behind RASA_TOKEN."""
    argv = ["rasa", "run", "--model", environ["RASA_MODEL"]]
    argv += ["--enable-api", "--auth-token", first_secret(environ["RASA_TOKEN"])]
    argv += ["--interface", environ["BIND_HOST"], "--port", environ["RASA_PORT"]]
    return [*argv, "--endpoints", str(endpoints), "--credentials", "credentials.yml"]


def use_first_token(environ: MutableMapping[str, str]) -> None:
    """Leave the ACTION_SERVER_TOKEN that is sent, of several that action servers take."""
    if "ACTION_SERVER_TOKEN" in environ:
        environ["ACTION_SERVER_TOKEN"] = first_secret(environ["ACTION_SERVER_TOKEN"])


if __name__ == "__main__":
    use_first_token(os.environ)
    sys.argv = arguments(os.environ, write_endpoints(ROOT / os.environ["VAR_DIR"]))
    # First, as rasa_program.py says; in an image this module is started by itself.
    import skops.io  # noqa: F401
    from rasa.__main__ import main

    main()
