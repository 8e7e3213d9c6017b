"""Selection of shows from the catalog."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.flows.catalog import CATALOG, EVENING, MATINEE, NOW, SHOP_WINDOW, make_show
from ticket_clerk.flows.purchase.show_selection import select_offered
from ticket_clerk.flows.replies import short_date_text
from ticket_clerk.understanding.shows import label, parse_shows
from ticket_clerk.understanding.times.dates import parse_when
from ticket_clerk.understanding.vocabulary import is_kind


def ids(text: str) -> list[str]:
    """Ids of the shows that a sentence means in the difficult catalog."""
    return [show.id for show in parse_shows(text, CATALOG.shows, NOW).shows]


@pytest.mark.parametrize(
    "text",
    [
        "2 tickets for the Lakers game",
        "the warriors match",
        "lackers",
        "warriers please",
        "LAKERS VS WARRIORS",
        "the game in Los Angeles",
        "basketball",
        "the nba game",
        "something at crypto.com arena",
        "the game on january 15",
        "anything in LA",
    ],
)
def test_many_words_mean_the_same_show(text: str) -> None:
    """Half a name, an alias, a misspelling, a city, a venue, a kind or a date."""
    assert ids(text) == ["game"]


def test_a_name_that_two_shows_share_leaves_both() -> None:
    """Choosing is the buyer's."""
    assert ids("2 for swan lake") == ["matinee", "evening"]


@pytest.mark.parametrize(
    ("text", "show_id"),
    [
        ("swan lake in the evening", "evening"),
        ("the swan lake matinee", "matinee"),
        ("swan lake at 7:30", "evening"),
        ("swan lake at 2pm", "matinee"),
        ("Swan Lake (evening)", "evening"),
    ],
)
def test_the_time_tells_two_shows_of_one_name_apart(text: str, show_id: str) -> None:
    """Part of the day or the clock is enough."""
    assert ids(text) == [show_id]


@pytest.mark.parametrize(
    "text",
    ["the knicks game", "section 101", "yes please", "2", "the last one", "hello", "", "in boise"],
)
def test_words_of_no_show_mean_none(text: str) -> None:
    """Nothing is sold by mistake."""
    assert ids(text) == []


def test_half_a_match_is_offered_and_not_taken() -> None:
    """ "Lakers vs Celtics" is not the game we have."""
    parsed = parse_shows("lakers vs celtics", CATALOG.shows, NOW)

    assert [show.id for show in parsed.shows] == ["game"]
    assert parsed.is_sure is False


def test_a_show_named_like_a_number_is_no_number_of_tickets() -> None:
    """ "Six" may be asked for, and six tickets for something else."""
    six = make_show("Six", show_id="six", category="musical")
    shows = (*CATALOG.shows, six)

    assert [show.id for show in parse_shows("two tickets for six", shows, NOW).shows] == ["six"]
    assert [s.id for s in parse_shows("six tickets for the lakers", shows, NOW).shows] == ["game"]


@pytest.mark.parametrize("show", SHOP_WINDOW.shows, ids=lambda show: show.id)
def test_every_button_means_its_own_show(show) -> None:  # type: ignore[no-untyped-def]
    """What a button says, said back, is understood as that show alone."""
    said = label(show, SHOP_WINDOW.shows, short_date_text(show.starts_at))

    assert [s.id for s in parse_shows(said, SHOP_WINDOW.shows, NOW).shows] == [show.id]


@given(st.sampled_from(SHOP_WINDOW.shows), st.data())
def test_a_letter_too_few_in_a_long_word_is_forgiven(show, data: st.DataObject) -> None:  # type: ignore[no-untyped-def]
    """The right show is among those that were understood."""
    words = show.name.split()
    spot = data.draw(st.sampled_from([i for i, w in enumerate(words) if len(w) > 5] or [0]))
    if len(words[spot]) <= 5:
        return
    cut = data.draw(st.integers(min_value=1, max_value=len(words[spot]) - 1))
    words[spot] = words[spot][:cut] + words[spot][cut + 1 :]

    parsed = parse_shows(" ".join(words), SHOP_WINDOW.shows, NOW)

    assert show.id in [s.id for s in parsed.shows]


@given(st.text(max_size=80))
def test_no_text_breaks_it(text: str) -> None:
    """Whatever is typed, the answer is shows of the catalog."""
    assert set(parse_shows(text, CATALOG.shows, NOW).shows) <= set(CATALOG.shows)


@pytest.mark.parametrize(
    ("text", "show"),
    [
        ("the first one", MATINEE),
        ("2", EVENING),
        ("the last one please", EVENING),
        ("the earlier one", MATINEE),
        ("7:30", EVENING),
        ("matinee", MATINEE),
    ],
)
def test_of_two_offered_shows_a_rank_or_the_time_picks_one(text: str, show: object) -> None:
    """An offer is answered with fewer words than a question."""
    assert select_offered(text, [MATINEE, EVENING], NOW, bare=True) == show


@pytest.mark.parametrize("text", ["2", "take 2", "2 please"])
def test_a_bare_digit_is_no_place_while_the_number_is_open(text: str) -> None:
    """Lists have no numbers in front, and how many is still to be said."""
    assert select_offered(text, [MATINEE, EVENING], NOW) is None
    assert select_offered("number 2", [MATINEE, EVENING], NOW) == EVENING


def test_a_kind_that_is_named_decides() -> None:
    """ "Ball game" is a word for baseball, and part of "basketball games"."""
    parsed = parse_shows("what basketball games do you have?", SHOP_WINDOW.shows, NOW)

    assert [show.id for show in parsed.shows] == ["lakers-warriors"]


def test_a_matinee_is_the_show_that_is_called_so() -> None:
    """Other shows in the afternoon are meant only where none is called a matinee."""
    parsed = parse_shows("the matinee", SHOP_WINDOW.shows, NOW)

    assert [show.id for show in parsed.shows] == ["harbor-lights-matinee"]


@pytest.mark.parametrize("text", ["the third one", "hm", "swan lake"])
def test_an_open_answer_to_an_offer_picks_none(text: str) -> None:
    """Guessing would sell the wrong one."""
    assert select_offered(text, [MATINEE, EVENING], NOW) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("tomorrow", NOW + timedelta(days=1)),
        ("tonight", NOW),
        ("dec 24", datetime(2026, 12, 24)),
        ("on the 9th", datetime(2026, 12, 9)),
        ("24 december", datetime(2026, 12, 24)),
        ("12/24", datetime(2026, 12, 24)),
        ("next month", datetime(2027, 1, 31)),
        ("this weekend", datetime(2026, 12, 5)),
        ("on a thursday", datetime(2026, 12, 3)),
        ("in march", datetime(2027, 3, 1)),
    ],
)
def test_days_are_understood_as_people_say_them(text: str, day: datetime) -> None:
    """The day fits, and a day a hundred days later in another month does not."""
    when = parse_when(text, NOW)

    assert when.fits(day)
    assert not when.fits(day + timedelta(days=100, hours=2))


@pytest.mark.parametrize("text", ["may i have two", "2 tickets", "section 204", "march on"])
def test_what_only_looks_like_a_date_is_none(text: str) -> None:
    """ "May" is a verb; "march" alone is the month."""
    assert bool(parse_when(text, NOW)) is text.startswith("march")


TOWNS = (
    make_show("Portland Ravens", show_id="ravens", city="Salem"),
    make_show("The Oh Sees", show_id="sees", city="Salem"),
    make_show("Sounders vs Timbers", show_id="sounders", city="Salem"),
    make_show("United vs United", show_id="united", city="Salem"),
    make_show("DC United vs Fire", show_id="dc", city="Salem"),
)


@pytest.mark.parametrize(
    "text",
    ["things to do in Portland", "anything around downtown portland", "i want to see a show"],
)
def test_a_place_or_a_common_word_names_no_show(text: str) -> None:
    """Half of all teams have a town in their name, and people say where they are."""
    assert not parse_shows(text, TOWNS, NOW).has_name


@pytest.mark.parametrize(
    ("text", "show_id"),
    [
        ("the Portland Ravens in Salem", "ravens"),
        ("portland please", "ravens"),
        ("the oh sees", "sees"),
        ("souders vs timbers", "sounders"),
        ("united vs united", "united"),
    ],
)
def test_a_name_with_a_town_or_a_word_twice_is_still_a_name(text: str, show_id: str) -> None:
    """What is no place in the sentence, and what is said whole, counts."""
    assert [show.id for show in parse_shows(text, TOWNS, NOW).shows] == [show_id]


def test_nobody_gets_a_first_letter_wrong() -> None:
    """ "Public" is a slip of the finger away from "Republic", but not one that people make."""
    shows = (make_show("Republic vs Toros", show_id="republic", city="Salem"),)

    assert not parse_shows("kids events at the public library", shows, NOW).has_name
    assert parse_shows("repulbic", shows, NOW).has_name


def test_a_kind_of_show_is_no_name() -> None:
    """What the NLU takes for a name may only say what sort of show it shall be."""
    assert all(
        is_kind(said) for said in ("the opera", "a football match", "Ballet", "the musicals")
    )
    assert not any(is_kind(said) for said in ("Soap Opera Blues", "the Vipers game"))
