"""Lay the pages out and build the site, if anything changed: ``python -m tools.site``."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from ticket_clerk.cli.environment import ROOT

from .pages import site_pages

_BUILD = ROOT / "build"
_STAMP = _BUILD / "site" / ".built-from"
_INPUTS = ("mkdocs.yml", "tools/docs.txt")


def main() -> int:
    """Build ``build/site`` if anything changed; returns 1 where a page or a link is wrong."""
    pages = site_pages(ROOT)
    digest = _digest(pages)
    if not (_STAMP.is_file() and _STAMP.read_text(encoding="utf-8") == digest):
        if build(pages, _BUILD):
            return 1
        _STAMP.write_text(digest, encoding="utf-8")
    print("docs: build/site/index.html; with search: python3 -m http.server -d build/site")
    return 0


def build(pages: Mapping[str, bytes], folder: Path) -> int:
    """Lay pages into ``folder``/docs and build ``folder``/site; gives mkdocs' exit code.

    A warning ends the build without a site, too.
    """
    for name in ("docs", "site"):
        shutil.rmtree(folder / name, ignore_errors=True)
    for name, content in pages.items():
        target = folder / "docs" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    config = folder / "mkdocs.yml"
    config.write_text(f"INHERIT: {ROOT / 'mkdocs.yml'}\n", encoding="utf-8")
    subprocess.run(["/bin/sh", "tools/isolated.sh", "docs"], cwd=ROOT, check=True)
    # Not --quiet: warnings that are not printed are not counted either.
    command = [".docs/bin/mkdocs", "build", "--strict", "--config-file", str(config)]
    # Not about this site: Material's team tells of a later mkdocs in each build.
    environ = {**os.environ, "NO_MKDOCS_2_WARNING": "true"}
    done = subprocess.run(
        command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    if done.returncode:
        shutil.rmtree(folder / "site", ignore_errors=True)
        print(done.stderr)
    return done.returncode


def _digest(pages: Mapping[str, bytes]) -> str:
    """Fingerprint all that the site is made of."""
    made = hashlib.sha256()
    for name, content in sorted(pages.items()):
        made.update(f"{name} {len(content)}\n".encode() + content)
    for name in _INPUTS:
        made.update((ROOT / name).read_bytes())
    return made.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
