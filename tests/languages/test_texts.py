"""What a buyer reads is in the languages' files and not in the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from ticket_clerk.cli.environment import ROOT

# A sentence: a capital letter, a blank, and a sign at the end.
SENTENCE = re.compile(r"[A-ZÁÉÍÓÚ¿¡].*\w \w.*[.!?:]\s*", re.DOTALL)
HELD = re.compile(r"\b(?:held|hold)\b|reservad|reservo", re.IGNORECASE)
# Buyers who upgrade have paid before, and for those who waited seats are held. Before the others
# are said the code asks whether the order's seats are held.
HELD_FOR_CERTAIN = {
    "utter_about_hold_time_unheld",
    "utter_about_waiting_list",
    "utter_ask_confirm_upgrade",
    "utter_ask_confirm_waiting",
    "utter_checkout_link",
    # Says that nothing is held.
    "utter_error_host_unavailable",
    "utter_seats_back",
    "utter_seats_back_without_link",
    "utter_upgrade_declined",
    "utter_upgrade_delayed",
    "utter_upgrade_link",
}
SPEAKS = {"send_text_message", "utter_message"}


def literals(tree: ast.AST) -> Iterator[str]:
    """Every text of the code that is no docstring."""
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and id(node) not in docs:
            yield node.value


@pytest.mark.parametrize("path", sorted((ROOT / "ticket_clerk/flows").rglob("*.py")), ids=str)
def test_no_action_has_a_sentence_of_its_own(path: Path) -> None:
    """It names a response and fills in values."""
    tree = ast.parse(path.read_text(encoding="utf-8"))

    assert [text for text in literals(tree) if SENTENCE.fullmatch(text)] == []


@pytest.mark.parametrize("path", sorted((ROOT / "ticket_clerk/channels").rglob("*.py")), ids=str)
def test_no_channel_says_a_text_of_its_own(path: Path) -> None:
    """What it sends comes from Rasa or from the languages' files."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    spoken = [
        text
        for call in calls
        if getattr(call.func, "attr", "") in SPEAKS
        for part in (*call.args, *(keyword.value for keyword in call.keywords))
        for text in literals(part)
        if " " in text
    ]

    assert spoken == []


@pytest.mark.parametrize("file", ["domain.yml", "ticket_clerk/languages/es/responses.yml"])
def test_only_seats_that_are_held_are_said_to_be(file: str) -> None:
    """With HOLD_SEATS_FOR=returning whoever pays first has the seats of a new buyer's order."""
    responses = yaml.safe_load((ROOT / file).read_text(encoding="utf-8"))["responses"]
    held = {name for name, texts in responses.items() if HELD.search(str(texts))}

    assert held <= HELD_FOR_CERTAIN
