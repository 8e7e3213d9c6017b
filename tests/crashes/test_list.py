"""The list of crash points is complete: in the code, in the stories played, in the docs."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.crashes.scenarios import CASES
from tests.servers import ROOT
from ticket_clerk.ticketing import failpoints
from ticket_clerk.ticketing.failpoints import Failpoint, reached

# Every transaction that a function of the payments writes has a point, or a reason here.
WITHOUT = {
    "_make_session": "a customer that Stripe has deleted: the next call makes up for it",
    "_give_up": "Stripe refused: as good as never asked, which is order_stored",
    "_take_ordinary": "event_committed comes when what came of each event is noted",
    "_record_failure": "the event is sent again, on record or not",
    "_settle_dispute": "read again by every pass, and settled by the function of the events",
    "note_address": "the next message notes it again",
    "mark_delivered": "message_closed is where it is called",
    "retry_parked": "an operator's command, to be given again",
    "count_open_question": "a count for the shop: one more or less does no harm",
    "_put_off": "a claim that is not given back runs out, which is message_claimed",
    "refund_payment": "an operator's call, to be repeated with its key; the request is carried out "
    "by the function that has the points",
    "_drop_request": "Stripe refused: told again what it refused, it refuses again",
    "leave_waiting_list": "the whole of it is one commit, and saying it again does nothing",
    "replace_order": "what is ordered again after a crash in between, as for order_written",
    "settle": "a messenger's payment: its update is sent again, and a charge is taken once",
    "hand_over": "the whole of it is one commit; its promise is told as any other",
    "say": "an operator's call, to be repeated with its key; its promise is told as any other",
    "give_back_unanswered": "each is one commit, and the next pass finds those that are left",
    "_notify_of_messages": "the conversation keeps what was written; the next pass finds it there",
    "hand_back": "an operator's call, to be repeated; its promise is told as any other",
    "close_event": "an operator's command, to be given again",
    "erase_orders": "a command or a pass: each step is found again by the name it was given",
    "claim": "a repetition does the same again, under the same key at Stripe",
    "sell_elsewhere": "an operator's call, to be repeated with its key; the whole is one commit",
    "take_back": "the whole of it is one commit, and repeating it changes nothing",
    "release_seats": "the whole of it is one commit; an operator's call, to be repeated",
    "request_mail": "the whole of it is one commit; its mail is delivered as any notification",
    "set_holders": "the whole of it is one commit, and saying it again does the same",
    "_close_page": "a page that is open is found by the next pass, and closed once",
    "forget_old": "what is old is forgotten at the next start",
    "_forget_events": "what is old is forgotten at the next start",
    "load_shows": "loaded again at every start",
    "tell_again": "an operator's call, to be repeated with its key; told as any other",
    "retry_one": "an operator's call, to be given again",
    "_tell_waiting": "the whole of it is one commit, and the next pass finds who was not told",
    "seat_sold": "an order a transaction, and the next load seats the rest",
    "count_talk": "a count that is lost is one conversation of a day's",
    "store_change": "a change of the catalog is one commit with its load; its form is sent again",
    "refresh_show": "asked again before the next order",
    "add_account": "a command, to be given again",
    "remove_account": "a command, to be given again",
    "log_in": "an operator logs in again",
    "find_session": "a session that was seen is noted again",
    "end_sessions": "an operator's call, to be repeated",
    "_write_down": "an act that was written down and not done is done at the form's repetition",
    "carry_out": "an act without an outcome is done again, under the same key",
}


def functions(folder: str) -> Iterator[ast.AST]:
    """Give every function of the modules in a folder."""
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node


def calls(node: ast.AST, what: str) -> list[ast.Call]:
    """Find the calls of a function or method, by its name as written."""
    found = [each for each in ast.walk(node) if isinstance(each, ast.Call)]
    return [call for call in found if ast.unparse(call.func).endswith(what)]


def test_every_point_is_reached_at_one_place_of_the_code() -> None:
    """A name means one moment, and no moment is listed that never comes."""
    modules = [
        ast.parse(path.read_text(encoding="utf-8"))
        for folder in ("actions", "ticket_clerk")
        for path in (ROOT / folder).rglob("*.py")
    ]
    named = [ast.unparse(call.args[0]) for module in modules for call in calls(module, "reached")]

    assert sorted(named) == sorted(str(point) for point in Failpoint)


def test_a_story_is_cut_off_at_every_point() -> None:
    """No point without a test."""
    assert {point for _, point in CASES.values()} == set(Failpoint)


def test_every_writing_transaction_has_a_point_or_a_reason() -> None:
    """Whoever adds a commit to a story says what a crash after it does, or why it needs no test."""
    without = {
        node.name
        for node in functions("ticket_clerk")
        if calls(node, "database.begin") and not calls(node, "reached")
    }

    assert without == WITHOUT.keys()


@pytest.mark.parametrize("point", Failpoint, ids=lambda point: point.value)
def test_every_point_is_in_the_architecture_page(point: Failpoint) -> None:
    """Its row says what makes up for a crash there."""
    page = (ROOT / "docs" / "stories.md").read_text(encoding="utf-8")

    assert f"`{point.value}`" in page


def test_reaching_a_point_does_nothing_unless_it_is_armed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in every process that no test has started."""
    killed: list[int] = []
    monkeypatch.setattr(failpoints.os, "kill", lambda pid, _signal: killed.append(pid))

    for point in Failpoint:
        reached(point)

    assert killed == []
