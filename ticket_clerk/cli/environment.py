"""The environment that every service is started with: ``.env``, overridden by the environment.

Addresses are derived from the ports here, once, so that no service derives them by itself.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Mapping
from pathlib import Path

from ticket_clerk import project
from ticket_clerk.channels import settings as channel_settings
from ticket_clerk.ticketing import envfile
from ticket_clerk.ticketing.domain.errors import ConfigError
from ticket_clerk.ticketing.settings import STANDIN_KEY, Settings, read_environ

ROOT = project.ROOT
DEFAULT_PORTS = {"RASA_PORT": "5005", "ACTIONS_PORT": "5055", "STRIPE_STANDIN_PORT": "12111"}

# No service may ask the outside world for anything but Stripe and its channels.
_QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "SANIC_WORKERS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "PYTHONUNBUFFERED": "1",
}


def load(path: Path = ROOT / ".env", *, write: bool = True) -> dict[str, str]:
    """Load the environment, complete and checked.

    With ``write``, a missing ``.env`` is written and a line says so. Raises ConfigError at the
    first setting that is wrong or missing.
    """
    environ = derive(read(path))
    if write and (written := envfile.complete(path, os.environ, _generated(environ))):
        print(f"settings: wrote {', '.join(written)} to {path.name}", flush=True)
        environ = derive(read(path))
    check(environ)
    return environ


def check(environ: Mapping[str, str]) -> None:
    """Raise ConfigError, which names the variable, at the first setting that is wrong."""
    Settings.from_env(environ).require(*envfile.GENERATED)
    channel_settings.check(environ)
    _check_signing_secret(environ)
    _check_ports_differ(environ)


def read(path: Path = ROOT / ".env") -> dict[str, str]:
    """The settings as written: the file's, overridden by the environment."""
    return read_environ(path)


def _generated(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The secrets to generate; with real keys the signing secret comes from Stripe."""
    real = not uses_standin(environ)
    return tuple(n for n in envfile.GENERATED if not (real and n == "STRIPE_WEBHOOK_SECRET"))


def _check_signing_secret(environ: Mapping[str, str]) -> None:
    made_up = environ["STRIPE_WEBHOOK_SECRET"].startswith(envfile.STANDIN_SECRET_PREFIX)
    if made_up and not uses_standin(environ):
        raise ConfigError(
            "STRIPE_WEBHOOK_SECRET is still the stand-in's, but STRIPE_SECRET_KEY is not: copy the "
            "one that starts with whsec_ from the webhook endpoint's page in Stripe's dashboard, "
            f"or let `{project.COMMAND} doctor --register` register it and keep its secret."
        )


def _check_ports_differ(environ: Mapping[str, str]) -> None:
    for one, other in itertools.combinations(DEFAULT_PORTS, 2):
        if int(environ[one]) == int(environ[other]):
            raise ConfigError(
                f"{one} and {other} are the same: write another number for one of them."
            )


def derive(environ: Mapping[str, str]) -> dict[str, str]:
    """Fill in what follows from the settings: ports, addresses of each other, state's place.

    Says nothing about whether the settings are right; :meth:`Settings.from_env` does.
    """
    env = dict(environ)

    def default(name: str, value: str) -> None:
        # A blank variable counts as not set, and still hides the one in .env.
        env[name] = env.get(name, "").strip() or value

    for name, port in DEFAULT_PORTS.items():
        default(name, port)
    default("BIND_HOST", "127.0.0.1")
    default("VAR_DIR", "var")
    default("SHOWS_FILE", "shows.yml")
    default("CLERK_LANGUAGE", "en")
    here = own_host(env["BIND_HOST"])
    default("ACTIONS_URL", f"http://{here}:{env['ACTIONS_PORT']}")
    default("RASA_URL", f"http://{here}:{env['RASA_PORT']}")
    default("PUBLIC_URL", env["ACTIONS_URL"])
    default("DATABASE_URL", f"sqlite:///{env['VAR_DIR']}/payments.db")
    default("TRACKER_DB", f"{env['VAR_DIR']}/trackers.db")
    default("STRIPE_STANDIN_DB", f"{env['VAR_DIR']}/stripe_standin.db")
    default("STRIPE_STANDIN_WEBHOOK_URL", f"{env['ACTIONS_URL']}/payments/webhook")
    if uses_standin(env):
        default("STRIPE_API_BASE", f"http://127.0.0.1:{env['STRIPE_STANDIN_PORT']}")
    # rasa-sdk listens on every address unless configured otherwise.
    env["SANIC_HOST"] = env["BIND_HOST"]
    # A proxy of the environment must not see what the services say to each other.
    local = f"127.0.0.1,localhost,{here}"
    for name in ("NO_PROXY", "no_proxy"):
        env[name] = f"{env[name]},{local}" if env.get(name) else local
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    return env | _QUIET


def uses_standin(environ: Mapping[str, str]) -> bool:
    """Return whether Stripe is the stand-in: no key, or the stand-in's own."""
    return environ.get("STRIPE_SECRET_KEY", "").strip() in {"", STANDIN_KEY}


def own_host(bind_host: str) -> str:
    """Return the host by which services that listen on ``bind_host`` reach each other."""
    return "127.0.0.1" if bind_host in {"0.0.0.0", "::", ""} else bind_host  # noqa: S104
