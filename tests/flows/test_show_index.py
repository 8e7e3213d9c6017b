"""The words of a sentence lead to the shows that it may name, and to no fewer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.flows.catalog import CATALOG, NOW, make_show
from ticket_clerk.ticketing.domain.models import Show
from ticket_clerk.understanding import show_index
from ticket_clerk.understanding.show_index import ShowIndex, index_of, names_of
from ticket_clerk.understanding.shows import ParsedShows, parse_shows
from ticket_clerk.understanding.text import Span

pytestmark = pytest.mark.unit

_WORDS = sorted(
    {word for show in CATALOG.shows for name in names_of(show) for word in name.split()}
)
_OTHERS = ["two", "for", "the", "not", "in", "and", "or", "evening", "please", "opera", "s"]


class AllShows(ShowIndex):
    """Leaves none out."""

    def __init__(self, shows: Sequence[Show]) -> None:
        super().__init__(shows)
        self._all = list(range(len(shows)))

    def candidates(self, words: Iterable[tuple[str, Span]]) -> list[int]:
        """Say all."""
        return self._all


class NoShows(ShowIndex):
    """The control: leaves all out."""

    def candidates(self, words: Iterable[tuple[str, Span]]) -> list[int]:
        """Say none."""
        return []


@st.composite
def _misspelled(draw: st.DrawFn) -> str:
    """A word of a name as people type it: a letter missing, doubled, swapped, or an s more."""
    word = draw(st.sampled_from(_WORDS))
    at = draw(st.integers(1, len(word)))
    turned = word[: at - 1] + word[at : at + 1] + word[at - 1 : at] + word[at + 1 :]
    kinds = (word, word[:at] + word[at + 1 :], word[:at] + word[at - 1 :], turned, f"{word}s")
    return draw(st.sampled_from((*kinds, f"{word}'s", word.lower(), word.upper())))


_SENTENCES = st.lists(st.one_of(_misspelled(), st.sampled_from(_OTHERS)), max_size=6).map(" ".join)


def _read_with(kind: type[ShowIndex], text: str) -> ParsedShows:
    with patch.object(show_index, "_kept", [(CATALOG.shows, kind(CATALOG.shows))]):
        return parse_shows(text, CATALOG.shows, NOW)


@given(_SENTENCES)
def test_no_show_is_missed_that_a_look_at_all_would_find(text: str) -> None:
    """However a name is spelled."""
    assert _read_with(ShowIndex, text) == _read_with(AllShows, text)


def test_an_index_that_leaves_shows_out_would_be_seen() -> None:
    """The control of the property."""
    assert _read_with(NoShows, "lackers please") != _read_with(AllShows, "lackers please")


def test_a_sale_keeps_the_index_and_another_name_does_not() -> None:
    """How many seats are left is no word."""
    shows = (make_show("Aida", show_id="aida"), make_show("Tosca", show_id="tosca"))
    before = index_of(shows)
    fewer = tuple(replace(section, seats_left=1) for section in shows[0].sections)
    sold = replace(shows[0], sections=fewer)

    assert index_of((sold, shows[1])) is before
    assert index_of((replace(shows[0], name="Norma"), shows[1])) is not before


def test_an_index_in_use_is_not_dropped_for_those_that_were_used_once() -> None:
    """Of a large catalog it takes a second to make."""
    used = index_of(CATALOG.shows)
    for number in range(20):
        index_of((make_show(f"Once {number}"),))
        assert index_of(CATALOG.shows) is used
