"""The ``.env`` file: written with random secrets where there is none, never changed after that.

Only the secrets that the parts need to trust each other are in it. A file that lacks one of them
gets the missing lines appended: what somebody wrote stays as it is, blank values included, so
that a setting can be left empty on purpose and be reported as missing.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

GENERATED = {
    "RASA_TOKEN": "Opens Rasa's HTTP API.",
    "ACTION_SERVER_TOKEN": "Opens the action server's /webhook; endpoints.yml sends it.",
    "PAYMENTS_API_TOKEN": "Opens /payments/*: Authorization: Bearer <token>.",
    "STRIPE_WEBHOOK_SECRET": "Signs webhooks; with Stripe's own keys, the endpoint's secret.",
}
HEADER = (
    "# Written by `make run`. .env.example lists every setting; the environment beats this file.\n"
)


def complete(path: Path, environ: Mapping[str, str]) -> list[str]:
    """Write or append the generated settings that neither file nor environment has.

    Returns their names, none if nothing was missing. The file is readable by its owner only.
    Safe to repeat: a second call finds nothing to do.
    """
    present = set(dotenv_values(path)) | {name for name, value in environ.items() if value}
    missing = [name for name in GENERATED if name not in present]
    if not missing:
        return []
    lines = [f"\n# {GENERATED[name]}\n{name}={_random_value(name)}\n" for name in missing]
    before = path.read_text(encoding="utf-8") if path.exists() else HEADER
    if not before.endswith("\n"):
        before += "\n"
    _replace(path, before + "".join(lines))
    return missing


def _random_value(name: str) -> str:
    # Stripe's signing secrets have a prefix, and the settings insist on it.
    return ("whsec_" if name == "STRIPE_WEBHOOK_SECRET" else "") + secrets.token_hex(24)


def _replace(path: Path, text: str) -> None:
    """Write at once and privately: a crash leaves the old file, and nobody else ever reads it."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    part.replace(path)
