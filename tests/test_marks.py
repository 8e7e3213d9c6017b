"""Every test has one mark, so that the three commands for them run each test once."""

from __future__ import annotations

import pytest

from tests.conftest import MARKS


def test_the_marks_divide_the_tests(request: pytest.FixtureRequest) -> None:
    """`unit`, `database` and `live` are all there is, and nothing is two of them."""
    marked = {item.nodeid: _marks(item) for item in request.session.items}

    assert {name: found for name, found in marked.items() if len(found) != 1} == {}


def _marks(item: pytest.Item) -> set[str]:
    return {mark.name for mark in item.iter_markers()} & set(MARKS)
