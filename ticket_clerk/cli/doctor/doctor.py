"""``make doctor``: a line for each setting and service that says whether it works.

It changes nothing here, so it may be run at any time, beside a running clerk above all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ticket_clerk.cli import environment

from .result import Result, Verdict
from .services import check_services
from .settings import check_settings


def doctor() -> int:
    """Print the results; returns 1 if something that is needed does not work."""
    broken = 0
    for result in _check_all(environment.read()):
        print(result, flush=True)
        broken += result.verdict is Verdict.BROKEN
    print(f"doctor: {broken} to mend" if broken else "doctor: all is well")
    return 1 if broken else 0


def _check_all(written: Mapping[str, str]) -> Iterator[Result]:
    settings = list(check_settings(written))
    yield from settings
    # With wrong settings the services' checks would only repeat the same in other words.
    if not any(result.verdict is Verdict.BROKEN for result in settings):
        yield from check_services(environment.derive(written))
