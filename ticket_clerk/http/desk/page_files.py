"""Serves what the desk's pages load: libraries as npm has them, our own scripts, the style."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, raw

from .rendering import HEADERS

_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
_KEPT = "public, max-age=31536000, immutable"


def add_files(bp: Blueprint, folder: Path, at: str, *, changing: Collection[str] = ()) -> None:
    """Serve a folder's scripts and styles below ``at`` to anybody: they are the same for all.

    Browsers keep them for a year, and ask each time for those that are ``changing`` under the
    address that they have.
    """
    for path in sorted(folder.iterdir()):
        if path.suffix in _TYPES:
            _add_file(bp, path, at, kept="no-store" if path.name in changing else _KEPT)


def _add_file(bp: Blueprint, path: Path, at: str, *, kept: str) -> None:
    content, kind = path.read_bytes(), _TYPES[path.suffix]
    name = "desk_file_" + re.sub(r"\W", "_", f"{at}_{path.name}")

    @bp.get(f"/admin{at}/{path.name}", name=name)
    async def give_file(_request: Request) -> HTTPResponse:
        return raw(content, headers={**HEADERS, "Cache-Control": kept}, content_type=kind)
