"""The libraries that the desk's pages load are npm's own, unchanged, each with its license."""

from __future__ import annotations

import hashlib

import pytest

from ticket_clerk.project import PACKAGE

DESK = PACKAGE / "http" / "desk"
# SHA-256 of the file in the package of npm whose integrity (SHA-512) was checked when it was taken.
LIBRARIES = {
    "door_page/jsqr-1.4.0.js": "bc40c8a15196236b2314db0856f72ca0b49980cd5413b8c852a7349f5fee0859",
    "door_page/noble-ed25519-3.2.0.js": (
        "a4f631d1876b5d9e43a86cd71194ca27b5e1451edf4ba4db9a418f40a475569a"
    ),
    "files/htmx-2.0.11.js": "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717",
    "files/uplot-1.6.32.js": "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f",
    "files/uplot-1.6.32.css": "df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04",
}
OWN = {"desk.css", "charts.js", "live.js", "camera.js", "codes.js", "door.js", "memory.js"}


@pytest.mark.parametrize("name", LIBRARIES)
def test_a_library_is_as_npm_has_it(name: str) -> None:
    """Nobody changed it here; its license is beside it."""
    path = DESK / name
    library, _, _ = path.stem.rpartition("-")

    assert hashlib.sha256(path.read_bytes()).hexdigest() == LIBRARIES[name]
    assert "WARRANTIES" in (path.parent / f"{library}-LICENSE.txt").read_text("utf-8").upper()


def test_there_is_no_other_library() -> None:
    """Each file that a page can load is one of these, or our own."""
    found = {
        path.relative_to(DESK).as_posix()
        for folder in ("files", "door_page")
        for path in (DESK / folder).iterdir()
        if path.suffix != ".txt"
    }

    assert {name for name in found if name.rpartition("/")[2] not in OWN} == set(LIBRARIES)
