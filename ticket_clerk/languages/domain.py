"""The domain of an assistant that speaks the loaded languages: responses, and the choice of one.

With one language it has that one's responses. With several each response has a variant by the
language of the conversation, as Rasa's conditions have it, and a slot that says which that is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from . import HERE, read_yaml

# The slot that has the language of a conversation, and the action that fills it.
SLOT = "clerk_language"
ACTION = "action_choose_language"


def spoken_domain(domain: Mapping[str, Any], codes: Sequence[str]) -> dict[str, Any]:
    """Make a domain whose responses are English speak these languages, the default first."""
    default, *others = codes
    responses = _responses(domain, default)
    spoken = {**domain, "responses": responses}
    if not others:
        return spoken
    variants = {code: _responses(domain, code) for code in others}
    spoken["responses"] = {
        name: [*said, *(one for code in others for one in _only_in(code, variants[code][name]))]
        for name, said in responses.items()
    }
    # It runs before any rule is looked at, so that all that is said knows it.
    chosen = {"type": "custom", "action": ACTION}
    slot = {"type": "text", "influence_conversation": False, "mappings": [chosen]}
    spoken["slots"] = {**domain["slots"], SLOT: slot}
    spoken["actions"] = [*domain["actions"], ACTION]
    return spoken


def variant(said: Sequence[Mapping[str, Any]], code: str) -> Mapping[str, Any]:
    """Choose of a response what is said in a language; the default where it has none of its own."""
    condition = _condition(code)
    return next((one for one in said if condition in (one.get("condition") or ())), said[0])


def _responses(domain: Mapping[str, Any], code: str) -> Mapping[str, Any]:
    file = HERE / code / "responses.yml"
    responses: Mapping[str, Any] = (read_yaml(file) if file.exists() else domain)["responses"]
    return responses


def _only_in(code: str, said: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{"condition": [_condition(code)], **one} for one in said]


def _condition(code: str) -> dict[str, str]:
    return {"type": "slot", "name": SLOT, "value": code}
