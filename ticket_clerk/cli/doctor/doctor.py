"""``make doctor``: of each setting and each part a line that says whether it works.

It changes nothing here, so it may be run at any time, beside a running clerk above all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ticket_clerk.cli import environment

from .parts import part_findings
from .result import Finding, Verdict
from .settings import setting_findings


def doctor() -> int:
    """Print the findings; returns 1 if something that is needed does not work."""
    broken = 0
    for finding in _findings(environment.read()):
        print(finding, flush=True)
        broken += finding.verdict is Verdict.BROKEN
    print(f"doctor: {broken} to mend" if broken else "doctor: all is well")
    return 1 if broken else 0


def _findings(written: Mapping[str, str]) -> Iterator[Finding]:
    settings = list(setting_findings(written))
    yield from settings
    # Parts that were asked with wrong settings would only say the same again in other words.
    if not any(finding.verdict is Verdict.BROKEN for finding in settings):
        yield from part_findings(environment.derive(written))
