"""The bot's files and the code name the same things: nothing is missing, nothing is left over."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml

import actions
from ticket_clerk.cli.environment import ROOT
from ticket_clerk.flows.action import ClerkAction
from ticket_clerk.languages.domain import ACTION

CODE = ("actions", "ticket_clerk")
UTTERED_BY_ACTIONS = ROOT / "data" / "stories" / "uttered_by_actions.yml"
# Rasa's own, always there.
BUILT_IN_ACTIONS = {
    "action_listen",
    "action_restart",
    "action_session_start",
    "action_default_fallback",
    "action_deactivate_loop",
    "action_unlikely_intent",
    "action_back",
    "action_extract_slots",
}
BUILT_IN_INTENTS = {"nlu_fallback", "restart", "back", "session_start", "out_of_scope"}
BUILT_IN_SLOTS = {"requested_slot", "session_started_metadata"}


@lru_cache(maxsize=1)
def domain() -> dict[str, Any]:
    """The domain, whether one file or a folder of them."""
    paths = [ROOT / "domain.yml"] if (ROOT / "domain.yml").exists() else []
    paths += sorted((ROOT / "domain").rglob("*.yml")) if (ROOT / "domain").is_dir() else []
    merged: dict[str, Any] = {}
    for path in paths:
        for key, value in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            if isinstance(value, dict):
                merged.setdefault(key, {}).update(value)
            elif isinstance(value, list):
                merged.setdefault(key, []).extend(value)
            else:
                merged[key] = value
    return merged


def names(section: str) -> set[str]:
    """The names in a section of the domain, whether a list or a mapping."""
    return {
        entry if isinstance(entry, str) else next(iter(entry))
        for entry in domain().get(section) or ()
    }


@lru_cache(maxsize=1)
def strings() -> frozenset[str]:
    """Every string in the code; an f-string is its beginning and a ``*``."""
    return frozenset(
        text
        for folder in CODE
        for path in (ROOT / folder).rglob("*.py")
        for text in _strings(ast.parse(path.read_text(encoding="utf-8")))
    )


def _strings(tree: ast.AST) -> Iterator[str]:
    inside = {id(part) for node in ast.walk(tree) for part in getattr(node, "values", ())}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
            yield f"{node.values[0].value}*"
        elif isinstance(getattr(node, "value", None), str) and id(node) not in inside:
            yield node.value  # type: ignore[attr-defined]


def in_code(pattern: str) -> set[str]:
    """Strings of the code that match as a whole."""
    return {text for text in strings() if re.fullmatch(pattern, text)}


@lru_cache(maxsize=1)
def training_text() -> str:
    """Rules, stories and sentences as one text, without the list of what actions utter."""
    paths = [path for path in _data("*.yml") if path != UTTERED_BY_ACTIONS]
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def _data(pattern: str) -> list[Path]:
    return sorted((ROOT / "data").rglob(pattern))


def in_training(key: str) -> set[str]:
    """What rules and stories name after a key, such as ``action``."""
    return set(re.findall(rf"\b{key}:\s*['\"]?([\w/]+)", training_text()))


def asked_by_forms() -> set[str]:
    """Responses and actions that a form calls by itself for each slot that it asks for."""
    return {
        f"{kind}_ask{form}_{slot}"
        for name, content in (domain().get("forms") or {}).items()
        for slot in (content or {}).get("required_slots", ())
        for kind in ("utter", "action")
        for form in ("", f"_{name}")
    }


def test_every_response_that_the_code_says_is_in_the_domain() -> None:
    """An action never utters a response that isn't there: the buyer would read nothing."""
    # Rasa's own key, under which it notes a response's name.
    exact = in_code(r"utter_\w+") - {"utter_action"}
    starts = {text[:-1] for text in in_code(r"utter_\w*\*")}

    assert exact - names("responses") == set()
    assert [s for s in starts if not any(r.startswith(s) for r in names("responses"))] == []


def test_every_response_of_the_domain_is_said_somewhere() -> None:
    """A response that nothing says is removed, not kept."""
    starts = tuple(text[:-1] for text in in_code(r"utter_\w*\*"))
    said = in_code(r"utter_\w+") | in_training("action") | asked_by_forms()
    unsaid = {name for name in names("responses") - said if not name.startswith(starts or ("\0",))}

    assert unsaid == set()


def test_every_action_of_the_domain_exists_and_back() -> None:
    """The domain's actions are the classes of the package `actions`, and Rasa's own."""
    assert actions.__all__
    written = {kind().name() for kind in ClerkAction.__subclasses__()}
    listed = {name for name in names("actions") if not name.startswith("utter_")}

    assert listed - BUILT_IN_ACTIONS - written == set()
    # Only a domain of several languages has a choice of one.
    assert written - listed == {ACTION}


def test_every_action_of_rules_and_stories_is_in_the_domain() -> None:
    """A rule leads to an action, response or form that is there."""
    known = names("actions") | names("responses") | names("forms") | BUILT_IN_ACTIONS

    assert in_training("action") - known == set()


def test_every_intent_is_learned_and_answered() -> None:
    """Each intent of the domain has sentences or is named by the code, and no other is used."""
    learned = {name.split("/")[0] for name in in_training("intent")}
    named = {text for text in names("intents") if text in strings()}

    assert learned - names("intents") - BUILT_IN_INTENTS == set()
    assert names("intents") - learned - named == set()


@pytest.mark.parametrize("call", ["slot", "SlotSet"])
def test_every_slot_of_the_code_is_in_the_domain(call: str) -> None:
    """Reading or setting a slot that isn't there fails silently in Rasa, so it fails here."""
    found = {
        name for path in (ROOT / "ticket_clerk/flows").rglob("*.py") for name in _called(path, call)
    }

    assert found - names("slots") - BUILT_IN_SLOTS == set()


def test_every_entity_of_the_sentences_is_in_the_domain() -> None:
    """What is marked in a sentence is what the domain calls an entity, and each has examples."""
    text = training_text()
    marked = set(re.findall(r"\]\((\w+)[):]", text)) | set(
        re.findall(r"\]\{[^}]*\"entity\":\s*\"(\w+)\"", text)
    )

    assert marked - names("entities") == set()


def test_sessions_never_expire() -> None:
    """A conversation keeps its events, so that nothing is said twice after an hour's pause."""
    assert domain()["session_config"]["session_expiration_time"] == 0


def _called(path: Path, function: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name == function:
                yield str(node.args[0].value)


def test_what_actions_utter_is_listed_for_rasas_validator() -> None:
    """Of a response that no rule or story names, `rasa data validate` would say it is not used."""
    listed = re.findall(r"- action: (\w+)", UTTERED_BY_ACTIONS.read_text(encoding="utf-8"))

    assert listed == sorted(names("responses") - in_training("action"))
