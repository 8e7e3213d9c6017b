"""What stops a command of the launcher, said in one sentence."""

from __future__ import annotations


class LaunchError(Exception):
    """A command cannot go on; the message says why and what to do, and holds no secret."""
