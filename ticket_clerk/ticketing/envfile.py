"""The ``.env`` file: written with random secrets where there is none, completed where some lack.

Only the secrets by which the services know each other are generated. In a file that exists they
fill their own blank lines (a copy of ``.env.example`` has them) or are appended; nothing that
somebody wrote is changed, but for the one value that they agreed to have kept there (``keep``).
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from dotenv import dotenv_values

GENERATED = {
    "RASA_TOKEN": "Opens Rasa's HTTP API.",
    "ACTION_SERVER_TOKEN": "Opens the action server's /webhook; `make run` tells both servers.",
    "PAYMENTS_API_TOKEN": "Opens /payments/*: Authorization: Bearer <token>.",
    "TICKETS_SIGNING_KEY": "Signs tickets: with another one, those that were sold don't scan.",
    "STRIPE_WEBHOOK_SECRET": "Signs webhooks; with Stripe's own keys, the endpoint's secret.",
}
# Tells a generated signing secret from one of Stripe's, should real keys be set later.
STANDIN_SECRET_PREFIX = "whsec_standin_"  # noqa: S105 - a prefix, not a secret
HEADER = "# Written by `make run`. .env.example lists every setting.\n"


def complete(path: Path, environ: Mapping[str, str], names: tuple[str, ...]) -> list[str]:
    """Write those of ``names`` that neither file nor environment has a value for.

    Returns the names that were written. The file is readable by its owner only. Safe to repeat:
    a second call finds nothing to do.
    """
    with _locked(path.parent):
        known = {**dotenv_values(path), **{name: value for name, value in environ.items() if value}}
        missing = [name for name in names if not known.get(name)]
        if missing:
            text = path.read_text(encoding="utf-8") if path.exists() else HEADER
            for name in missing:
                text = _with_value(text, name)
            _replace(path, text)
    return missing


def keep(path: Path, name: str, value: str) -> None:
    """Write one value, in the place of the one that counted, and leave every other byte as it is.

    The file is readable by its owner only. Safe to repeat.
    """
    with _locked(path.parent):
        text = HEADER
        if path.exists():
            with path.open(encoding="utf-8", newline="") as file:
                text = file.read()
        line = f"{name}={value}"
        # Where a name is written twice the last one counts.
        found = list(re.finditer(rf"(?m)^[ \t]*(?:export[ \t]+)?{name}[ \t]*=[^\r\n]*", text))
        if found:
            start, end = found[-1].span()
            text = text[:start] + line + text[end:]
        else:
            text = f"{text.rstrip()}\n\n# {GENERATED[name]}\n{line}\n"
        _replace(path, text)


def setting_names(path: Path) -> list[str]:
    """The names that a file like ``.env.example`` lists, also those that are commented out."""
    return re.findall(r"(?m)^#?\s?([A-Z][A-Z0-9_]+)=", path.read_text(encoding="utf-8"))


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Let one process at a time write: services that start at once must agree on the secrets."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _with_value(text: str, name: str) -> str:
    prefix = STANDIN_SECRET_PREFIX if name == "STRIPE_WEBHOOK_SECRET" else ""
    line = f"{name}={prefix}{secrets.token_hex(24)}"
    filled, count = re.subn(rf"(?m)^{name}=[ \t]*(?:#.*)?$", line, text, count=1)
    if count:
        return filled
    return f"{text.rstrip()}\n\n# {GENERATED[name]}\n{line}\n"


def _replace(path: Path, text: str) -> None:
    """Write at once and privately: a crash leaves the old file, and nobody else ever reads it."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    part.replace(path)
