"""The doctor's look at the settings: all that are wrong, not only the first."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from integrations.payments.errors import ConfigError

from . import envfile, environment
from .findings import Finding, broken, note, ok


def setting_findings(environ: Mapping[str, str]) -> Iterator[Finding]:
    """A line for ``.env``, for each setting that is set, and for each that is wrong."""
    yield _env_file(environment.ROOT / ".env")
    wrong = dict(_wrong(environ))
    yield from (broken(name, sentence) for name, sentence in wrong.items())
    written = environment.read()
    names = envfile.setting_names(environment.ROOT / ".env.example")
    is_set = [name for name in names if written.get(name, "").strip() and name not in wrong]
    for name in is_set:
        yield ok(name, "set in the environment" if os.environ.get(name) else "set in .env")
    yield ok("other settings", f"{len(names) - len(is_set) - len(wrong)} have their defaults")
    yield from _public_url(environ)


def _env_file(path: Path) -> Finding:
    if not path.exists():
        return note(".env", "there is none yet; `make run` writes one")
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        return note(".env", "others may read it: chmod 600 .env")
    return ok(".env", "there, and readable by its owner only")


def _wrong(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each wrong setting with its sentence: set right what was found, and ask again."""
    trial = dict(environ)
    defaults = environment.derive({"STRIPE_SECRET_KEY": ""})
    stand_ins = dict.fromkeys(envfile.GENERATED, "a-token")
    stand_ins["STRIPE_WEBHOOK_SECRET"] = "whsec_of_the_right_shape"  # noqa: S105
    for _ in range(len(environ)):
        try:
            return environment.check(trial)
        except ConfigError as error:
            name = str(error).partition(" ")[0]
            yield name, str(error)
            trial[name] = stand_ins.get(name) or defaults.get(name, "")
    return None


def _public_url(environ: Mapping[str, str]) -> Iterator[Finding]:
    host = urlsplit(environ["PUBLIC_URL"]).hostname or ""
    is_local = host == "localhost" or host.startswith("127.")
    if is_local and not environment.uses_standin(environ):
        yield note(
            "PUBLIC_URL",
            "Stripe cannot reach this machine under it: set the public address, or for tests run "
            f"`stripe listen --forward-to {environ['PUBLIC_URL']}/payments/webhook`",
        )
