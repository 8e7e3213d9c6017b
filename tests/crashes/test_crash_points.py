"""Killed at every commit, call and send, and started again: nothing lost, told twice or stuck."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.crashes import mutants
from tests.crashes.scenarios import (
    BOUGHT,
    CAME_IN,
    CASES,
    DECLINED,
    HOST_BOUGHT,
    HOST_CANCELED,
    REFUNDED,
    REPORTED,
    SEASON_LEFT,
    WAITED,
)
from tests.crashes.story import Scenario, Story
from ticket_clerk.ticketing.failpoints import Failpoint

_P = Failpoint


# The crash is in our code; `make test-long` plays all on both databases.
@pytest.mark.takes_turns
@pytest.mark.parametrize("case", CASES)
def test_a_story_ends_the_same_wherever_it_is_cut_off(
    make_story: Callable[..., Story], case: str
) -> None:
    """Order, seats, sessions, charges, refunds, ledger and every message: as without the crash."""
    scenario, point = CASES[case]
    story = make_story(has_host=scenario.has_host)

    story.play(scenario, point)

    assert story.come_to(scenario.end) == scenario.end
    ids = [said["outbox_id"] for said in story.rasa.notices()]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("mutant", "scenario", "point", "seen"),
    [
        (mutants.event_seen_before_its_effects, DECLINED, _P.EVENT_RECORDED, {"told": ()}),
        (mutants.promise_after_the_commit, BOUGHT, _P.EVENT_COMMITTED, {"told": ()}),
        (mutants.saying_without_looking, BOUGHT, _P.MESSAGE_SAID, {"told": BOUGHT.end.told * 2}),
        (
            mutants.another_key_each_time,
            BOUGHT,
            _P.SESSION_MADE,
            {"sessions": ("complete", "open")},
        ),
        (
            mutants.another_key_each_time,
            REFUNDED,
            _P.REFUND_MADE,
            {"refunded": (20000, 20000)},
        ),
        (
            mutants.place_given_up_before_the_order,
            replace(WAITED, then=()),
            _P.OFFER_WRITTEN,
            {"orders": (), "told": ()},
        ),
        (
            mutants.wish_stored_nowhere,
            SEASON_LEFT,
            _P.SEASON_END_WISHED,
            {"season": ("active",), "told": ()},
        ),
        (
            mutants.key_of_the_door_stored_nowhere,
            CAME_IN,
            _P.TICKET_REDEEMED,
            {"tickets": ("used", "valid"), "let_in": 0},
        ),
        (
            mutants.key_of_the_door_stored_nowhere,
            REPORTED,
            _P.TICKET_REDEEMED,
            {"let_in": 0, "acts": ("let_in", "let_in_twice", "let_in_twice")},
        ),
        (
            mutants.host_promised_in_memory,
            HOST_CANCELED,
            _P.ORDER_CANCELED,
            {"orders": ("canceled",), "at_host": (2, 0)},
        ),
        (
            mutants.another_id_at_the_host_each_time,
            HOST_BOUGHT,
            _P.HOST_RESERVED,
            {"orders": ("paid",), "at_host": (4, 0)},
        ),
    ],
    ids=lambda value: getattr(value, "__name__", None) or getattr(value, "value", None),
)
def test_without_the_protection_the_same_crash_does_damage(
    make_story: Callable[..., Story],
    mutant: Callable[[], None],
    scenario: Scenario,
    point: Failpoint,
    seen: dict[str, object],
) -> None:
    """Negative control: never told, told twice, two links, refunded twice, lost, turned away,
    seats that nobody gets.
    """
    story = make_story(mutant.__name__, scenario.has_host)

    story.play(scenario, point)

    story.reconcile()
    outcome = story.outcome()
    assert {name: getattr(outcome, name) for name in seen} == seen
    assert outcome.waiting == 0
