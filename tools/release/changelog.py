"""Whether the files that name a version are ready for its release."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

# What a chart's pods and compose's images are tagged with unless somebody says otherwise.
_TAG = re.compile(r'(?m)^appVersion: "?([\w.]+)|CLERK_VERSION:-([\w.]+)')


class NotReleasable(Exception):
    """One sentence: what is in the way of a release, and what to do."""


def require_section(changelog: Path, version: str) -> str:
    """Give the section of a version; raises NotReleasable where it cannot be released as it is."""
    text = changelog.read_text(encoding="utf-8")
    found = re.findall(r"(?ms)^## (.+?)\n(.*?)(?=^## |\Z)", text)
    sections = {title.split()[0]: body.strip() for title, body in found}
    if not sections.get(version):
        raise NotReleasable(
            f'{changelog.name} has no section "## {version}" with lines in it: move there what is '
            'new in this version, from "## Unreleased".'
        )
    if re.search(r"(?m)^- ", sections.get("Unreleased", "")):
        raise NotReleasable(
            f'{changelog.name} has lines under "Unreleased", and they would be in the release: '
            f'move them to "## {version}", or raise the version in pyproject.toml.'
        )
    return str(sections[version])


def require_tags(files: Iterable[Path], version: str) -> None:
    """Raise NotReleasable where a file of the deployment asks for images of another version."""
    for file in files:
        tags = {one or other for one, other in _TAG.findall(file.read_text(encoding="utf-8"))}
        for other in sorted(tags - {version}):
            raise NotReleasable(
                f"{file.name} asks for images of version {other}, and this is {version}: change it."
            )
