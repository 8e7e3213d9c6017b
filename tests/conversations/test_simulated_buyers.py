"""A small draw of the simulated buyers, and that they speak in words of their own."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from tests.conversations.simulated.goals import ROUND, STYLES, Goal, draw
from tests.conversations.simulated.market import FILE
from tests.conversations.simulated.openings import BROWSING, OPENINGS, SEASON, WITH_BUDGET
from tests.conversations.simulated.phrases import PHRASES
from tests.conversations.simulated.play import play_all, summary, transcript_of
from tests.conversations.simulated.verdict import Verdict, is_wrong, judge
from tests.conversations.simulated.voice import Voice
from tests.flows.training import near_duplicates, normalized
from tests.journeys.clerk import Clerk
from ticket_clerk.languages.training import training_sentences

SEED = 7


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Verdict]]:
    """One round of buyers, each of whom talked to a real clerk and left."""
    clerk = Clerk(tmp_path_factory.mktemp("clerk"), FILE)
    try:
        clerk.start()
        yield list(play_all(clerk, draw(len(ROUND), SEED), SEED))
    finally:
        clerk.stop()


def test_buyers_get_what_they_want_or_are_told_why_not(verdicts: list[Verdict]) -> None:
    """All but one of a round at most; the transcripts of the others are shown."""
    failed = [transcript_of(one) for one in verdicts if not one.is_good]

    assert len(failed) <= 1, "\n\n".join(failed)


def test_no_buyer_ends_with_a_wrong_order(verdicts: list[Verdict]) -> None:
    """None is paid that nobody wanted, and none is made without a yes to its summary."""
    assert [transcript_of(one) for one in verdicts if one.is_wrong or one.unwanted] == []


def test_a_buyer_who_knows_what_they_want_is_served_in_five_sentences(
    verdicts: list[Verdict],
) -> None:
    """At the median, from the first word to the link."""
    assert summary(verdicts)["turns_of_the_knowing"] <= 5


def _goal(kind: str) -> Goal:
    return next(goal for goal in draw(len(ROUND), SEED) if goal.kind == kind)


def _order(goal: Goal, **changes: object) -> dict[str, object]:
    request = goal.request
    order = {
        "status": "paid", "kind": "purchase", "show_id": request.show.id,
        "section_id": request.section.id, "quantity": request.quantity,
        "amount_total": float(request.total), "amount_refunded": 0.0,
    }  # fmt: skip
    return {**order, **changes}


def test_the_wished_order_is_good_and_every_other_is_wrong() -> None:
    """The judge of all this sees each part of an order, and an order too many."""
    goal = _goal("buy")
    right = _order(goal)

    assert judge(goal, [right, _order(goal, status="canceled", quantity=9)]) == ""
    assert judge(goal, [])
    for changes in (
        {"quantity": goal.request.quantity + 1},
        {"show_id": "another"},
        {"section_id": "another"},
        {"amount_total": 1.0},
    ):
        assert is_wrong(goal, [_order(goal, **changes)]), changes
    assert is_wrong(goal, [right, right])
    assert is_wrong(_goal("sold out"), [right])


def test_the_same_seed_draws_the_same_buyers_of_all_kinds() -> None:
    """What failed can be looked at again."""
    assert draw(48, SEED) == draw(48, SEED)
    assert draw(48, SEED) != draw(48, SEED + 1)
    assert {goal.kind for goal in draw(len(ROUND), SEED)} == set(ROUND)
    assert {goal.style for goal in draw(len(ROUND), SEED)} == set(STYLES)


def _templates() -> Iterator[str]:
    situated = [templates for by_style in PHRASES.values() for templates in by_style.values()]
    for templates in (*OPENINGS.values(), BROWSING, WITH_BUDGET, SEASON, *situated):
        yield from templates


def test_buyers_say_nothing_that_the_training_has_seen() -> None:
    """None of their sentences is equal or nearly so; names and numbers alone are everybody's."""
    learned = {normalized(sentence) for _, sentence in training_sentences("en")}
    goals = [_goal("buy"), _goal("season"), _goal("refund")]
    said = {
        normalized(Voice(goal, random.Random(number)).fill(template, goal.request))
        for template in _templates()
        if template.replace("{", "").replace("}", "") not in {"show", "section", "bare"}
        for number, goal in enumerate(goals)
    }

    assert [one for one in said if one in learned] == []
    assert near_duplicates(said, learned) == []
