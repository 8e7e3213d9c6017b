"""``make doctor``: a line for each setting and service that says whether it works.

It changes nothing without a yes, so it may be run at any time, beside a running clerk above all.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from ticket_clerk.cli import environment
from ticket_clerk.project import BOT
from ticket_clerk.ticketing import envfile
from ticket_clerk.ticketing.domain.errors import ConfigError

from .registration import consent, offer_registration
from .result import Result, Verdict, broken, note, ok
from .services import check_services

# What the start of a program can't know, and whoever mends it should.
_ALSO = {
    "TICKETS_SIGNING_KEY": " If tickets were sold, take the key that signed them from a copy of "
    ".env: with another one they don't scan."
}


def doctor(*, as_json: bool = False, register: bool = False) -> int:
    """Print the results; returns 1 if something that is needed does not work.

    Before that it offers to register the webhook endpoint where that is missing or wrong, to
    whoever sits there; ``register`` says yes beforehand, except where real money moves.

    ``as_json`` prints one object at the end: ``ok`` and ``results``, each with ``verdict``,
    ``thing`` and ``detail``. Things and verdicts stay; details are sentences and may change.
    """
    results = []
    written = environment.read()
    if offer_registration(written, consent(is_given=register, as_json=as_json)):
        written = environment.read()
    for result in _check_all(written):
        results.append(result)
        if not as_json:
            print(result, flush=True)
    broken = sum(result.verdict is Verdict.BROKEN for result in results)
    if as_json:
        print(json.dumps({"ok": not broken, "results": [each.as_json() for each in results]}))
    else:
        print(f"doctor: {broken} to mend" if broken else "doctor: all is well")
    return 1 if broken else 0


def _check_all(written: Mapping[str, str]) -> Iterator[Result]:
    settings = list(check_settings(written))
    yield from settings
    # With wrong settings the services' checks would only repeat the same in other words.
    if not any(result.verdict is Verdict.BROKEN for result in settings):
        yield from check_services(environment.derive(written))


def check_settings(written: Mapping[str, str]) -> Iterator[Result]:
    """A line for ``.env``, for each setting that is set, and for each that is wrong."""
    yield _env_file(environment.ROOT / ".env")
    wrong = dict(_wrong(written))
    for name, sentence in wrong.items():
        yield broken(name, f"{sentence}{_ALSO.get(name, '')}")
    names = envfile.setting_names(BOT / ".env.example")
    is_set = [name for name in names if written.get(name, "").strip() and name not in wrong]
    for name in is_set:
        yield ok(name, "set in the environment" if os.environ.get(name) else "set in .env")
    yield ok("other settings", f"{len(names) - len(is_set) - len(wrong)} have their defaults")
    yield from _modes(written)
    if not wrong:
        yield from _public_url(environment.derive(written))


def _modes(written: Mapping[str, str]) -> Iterator[Result]:
    """Secret and publishable key must be of one mode, or payments are looked for in the other."""
    secret = written.get("STRIPE_SECRET_KEY", "").strip()
    publishable = written.get("STRIPE_PUBLISHABLE_KEY", "").strip()
    if not secret:
        yield ok("stripe's keys", "none: the stand-in is used, no real money moves")
        return
    modes = [key.split("_")[1] for key in (secret, publishable) if key.count("_") >= 2]
    if len(modes) < 2:
        return
    if modes[0] == modes[1]:
        yield ok("stripe's keys", f"both are {modes[0]} keys")
    else:
        yield broken(
            "stripe's keys",
            f"one is a {modes[0]} key, the other a {modes[1]} key: copy both from one mode of "
            "Stripe's dashboard",
        )


def _env_file(path: Path) -> Result:
    if not path.exists():
        return note(".env", "there is none yet; `make run` writes one")
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        return note(".env", "others may read it: chmod 600 .env")
    return ok(".env", "there, and readable by its owner only")


def _wrong(written: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """List every wrong setting with its error: fix each in memory, and check again."""
    trial = dict(written)
    stand_ins = dict.fromkeys(envfile.GENERATED, "a-token-of-the-right-length-0123")
    stand_ins["STRIPE_WEBHOOK_SECRET"] = "whsec_of_the_right_shape"  # noqa: S105
    # Half a channel is made whole, whichever half it is.
    halves = ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "TELEGRAM_SECRET_TOKEN")
    stand_ins |= {**dict.fromkeys(halves, "a-token"), "TELEGRAM_ACCESS_TOKEN": "1:a-token"}
    for _ in range(len(trial)):
        try:
            # Derived again each time: what follows from a wrong setting is wrong, too.
            return environment.check(environment.derive(trial))
        except ConfigError as error:
            name = str(error).partition(" ")[0]
            yield name, str(error)
            trial[name] = stand_ins.get(name, "")
    return None


def _public_url(environ: Mapping[str, str]) -> Iterator[Result]:
    host = urlsplit(environ["PUBLIC_URL"]).hostname or ""
    is_local = host == "localhost" or host.startswith("127.")
    if is_local and not environment.uses_standin(environ):
        yield note(
            "PUBLIC_URL",
            "Stripe cannot reach this machine under it: set the public address, or for tests run "
            f"`stripe listen --forward-to {environ['PUBLIC_URL']}/payments/webhook`",
        )
