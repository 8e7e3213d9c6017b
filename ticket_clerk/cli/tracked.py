"""Whether git keeps a file, into which no secret may be written then."""

from __future__ import annotations

import subprocess
from pathlib import Path


def is_kept_by_git(path: Path) -> bool:
    """Whether the file is in its repository's index; False without git or a repository."""
    command = ["git", "ls-files", "--error-unmatch", path.name]
    try:
        done = subprocess.run(command, cwd=path.parent, capture_output=True, check=False)  # noqa: S607
    except OSError:
        return False
    return done.returncode == 0
