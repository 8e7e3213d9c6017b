"""``rasa run`` with arguments made here, so that ``ps`` never shows the token."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import yaml

from ticket_clerk.cli.environment import ROOT

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
    argv += ["--enable-api", "--auth-token", environ["RASA_TOKEN"]]
    argv += ["--interface", environ["BIND_HOST"], "--port", environ["RASA_PORT"]]
    return [*argv, "--endpoints", str(endpoints), "--credentials", "credentials.yml"]


if __name__ == "__main__":
    sys.argv = arguments(os.environ, write_endpoints(ROOT / os.environ["VAR_DIR"]))
    from rasa.__main__ import main

    main()
