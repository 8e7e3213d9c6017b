"""``make audit``: compares known advisories about our packages with those that were reviewed.

pip-audit asks the advisory service. Where that does not answer, it skips every package and ends
well; here nothing passes that was not looked up.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ticket_clerk.cli.environment import ROOT
from ticket_clerk.cli.errors import LaunchError

REQUIREMENTS = ("requirements.txt", "requirements-dev.txt")
REVIEWED = ROOT / "tools" / "advisories.yml"
_FIELDS = {"id", "package", "why", "reviewed"}


@dataclass(frozen=True)
class Advisory:
    """A known advisory about an installed package."""

    package: str
    version: str
    ids: frozenset[str]
    fixed_in: tuple[str, ...]

    def __str__(self) -> str:
        fix = f", fixed in {', '.join(self.fixed_in)}" if self.fixed_in else ", not fixed"
        return f"{self.package} {self.version}: {' '.join(sorted(self.ids))}{fix}"


def audit() -> int:
    """Run the audit, and print the required actions; return 1 if there are any."""
    problems, summary = judge(ask(), read_reviews(REVIEWED))
    for problem in problems:
        print(f"audit: {problem}")
    print(f"audit: {summary}")
    return 1 if problems else 0


def ask(files: Iterable[str] = REQUIREMENTS) -> dict[str, Any]:
    """Look up every pinned package with pip-audit.

    ``PIP_AUDIT_VULNERABILITY_SERVICE`` and ``PIP_AUDIT_OSV_URL`` in the environment choose another
    service. Raises LaunchError when pip-audit gives none.
    """
    subprocess.run(["sh", "tools/isolated.sh", "pip-audit"], cwd=ROOT, check=True)  # noqa: S607
    command = [str(ROOT / ".pip-audit" / "bin" / "pip-audit"), "--disable-pip", "--require-hashes"]
    command += ["--format", "json", "--desc", "off", "--progress-spinner", "off"]
    command += [part for file in files for part in ("--requirement", file)]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False
    )
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        raise LaunchError(f"pip-audit gave no answer, so nothing was looked up: {last}") from None
    return dict(answer)


def read_reviews(path: Path) -> list[Mapping[str, Any]]:
    """Read the reviewed advisories; raises LaunchError for an incomplete one."""
    reviews = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    for review in reviews:
        if set(review) != _FIELDS or not all(review.values()):
            raise LaunchError(f"{path.name}: each entry has {', '.join(sorted(_FIELDS))}: {review}")
    return list(reviews)


def judge(answer: Mapping[str, Any], reviews: Iterable[Mapping[str, str]]) -> tuple[list[str], str]:
    """List the required actions, and summarize the reviewed advisories."""
    packages = answer.get("dependencies", [])
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    found = [
        Advisory(
            package["name"],
            package["version"],
            frozenset({known["id"], *known.get("aliases", [])}),
            tuple(known["fix_versions"]),
        )
        for package in packages
        for known in package.get("vulns", [])
    ]
    reviews = list(reviews)
    problems = [
        f"{advisory}: update it, or say in {REVIEWED.name} why it does not reach us"
        for advisory in found
        if not any(_is_about(review, advisory) for review in reviews)
    ]
    if skipped or not packages:
        names = ", ".join([*skipped[:3], "…"] if len(skipped) > 3 else skipped) or "all"
        problems.append(f"not looked up: {names} ({len(skipped)} packages); the service is away")
    else:
        problems += [
            f"{review['id']} of {review['package']} is known of it no more: "
            f"take it out of {REVIEWED.name}"
            for review in reviews
            if not any(_is_about(review, advisory) for advisory in found)
        ]
    looked_up = len(packages) - len(skipped)
    return problems, f"{looked_up} packages looked up, {len(found)} advisories"


def _is_about(review: Mapping[str, str], advisory: Advisory) -> bool:
    return review["package"] == advisory.package and review["id"] in advisory.ids


if __name__ == "__main__":
    try:
        sys.exit(audit())
    except LaunchError as error:
        sys.exit(f"audit: {error}")
