"""Errors of the launcher."""

from __future__ import annotations


class LaunchError(Exception):
    """A command cannot go on; the message says why and what to do, and holds no secret."""
