"""Lists of shows that are too long for one message."""

from __future__ import annotations

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from tests.flows.catalog import make_show
from tests.flows.conversation import DOMAIN
from ticket_clerk.flows.purchase.state import LONGEST_CHOICE
from ticket_clerk.flows.show_lists import more_shows_reply, shows_reply
from ticket_clerk.flows.turn import Turn
from ticket_clerk.understanding.answers import is_more

SHOWS = [make_show(f"Show {name}", show_id=name) for name in "abcdefghijklmnopqr"]


def listed(times_more: int) -> dict[str, object]:
    """Return the replies after a number of times "more"."""
    events = [{"event": "user", "text": text} for text in ["tickets", *["more"] * times_more]]
    tracker = Tracker("sam", {}, {}, events, False, None, {}, "action_listen")
    turn = Turn(None, CollectingDispatcher(), tracker, DOMAIN)
    if times_more:
        turn.say(more_shows_reply(turn, SHOWS, LONGEST_CHOICE))
    else:
        turn.say(shows_reply(turn, "utter_ask_show", SHOWS, LONGEST_CHOICE))
    message: dict[str, object] = turn.dispatcher.messages[0]
    return message


def test_a_choice_names_five_shows_and_how_to_see_the_others() -> None:
    """Soonest first, with five buttons and the number of those left out."""
    lines = str(listed(0)["shows"]).splitlines()

    assert [line.split(":")[0] for line in lines[:5]] == [f"• Show {name}" for name in "abcde"]
    assert lines[5].startswith('… and 13 more: say "more", "what\'s on in Denver"')
    assert len(lines) == 6


def test_more_goes_on_where_the_list_stopped_until_it_ends() -> None:
    """Each show is named once, and the end is said."""
    first, second, third, end = (listed(times) for times in (1, 2, 3, 4))

    assert [line[7] for line in str(first["shows"]).splitlines()[:5]] == list("fghij")
    assert [line[7] for line in str(second["shows"]).splitlines()[:5]] == list("klmno")
    assert [line[7] for line in str(third["shows"]).splitlines()] == list("pqr")
    assert end["response"] == "utter_no_more_shows"


@pytest.mark.parametrize("times", [0, 1, 2])
def test_no_message_has_more_than_five_buttons(times: int) -> None:
    """Messengers cut what is above."""
    buttons = listed(times)["buttons"]

    assert isinstance(buttons, list)
    assert len(buttons) <= 5


@pytest.mark.parametrize("text", ["more", "show me more please", "what else?", "the rest"])
def test_more_is_understood_in_its_usual_forms(text: str) -> None:
    """And "more seats" is something else."""
    assert is_more(text)
    assert not is_more("more seats")
    assert not is_more("one more ticket")
