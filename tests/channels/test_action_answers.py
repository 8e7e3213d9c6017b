"""What the action server answers is held against Rasa's schema, which is read once."""

from __future__ import annotations

import jsonschema
import pytest
from rasa.core.actions.action import RemoteAction

from ticket_clerk.channels.conversations.action_answers import check_schema_once

_GOOD = {"events": [{"event": "slot", "name": "show", "value": "x"}], "responses": [{"text": "hi"}]}
_BAD = (
    {"events": [{"event": "no such event"}], "responses": []},
    {"events": {}, "responses": []},
    {"events": [], "responses": ["text"]},
    [],
)
# Before any store is made, which replaces it.
_RASAS_OWN = RemoteAction._validate_action_result


@pytest.fixture
def action() -> RemoteAction:
    """An action that another server runs, as Rasa makes it."""
    check_schema_once()
    return RemoteAction("action_list_shows", None)


def test_an_answer_is_taken(action: RemoteAction) -> None:
    """Events and responses, either of which may be missing."""
    assert action._validate_action_result(_GOOD) is True
    assert action._validate_action_result({}) is True


@pytest.mark.parametrize("answer", _BAD)
def test_what_is_no_answer_is_refused_as_rasa_does(action: RemoteAction, answer: object) -> None:
    """With the same error, so that the turn ends as it does without us."""
    with pytest.raises(jsonschema.ValidationError):
        action._validate_action_result(answer)
    with pytest.raises(jsonschema.ValidationError):
        _RASAS_OWN(action, answer)


def test_the_schema_is_not_checked_at_each_answer(
    action: RemoteAction, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rasa's own check reads it each time; ours has read it before."""
    checked = []
    kind = jsonschema.validators.validator_for(RemoteAction.action_response_format_spec())
    action._validate_action_result(_GOOD)
    monkeypatch.setattr(kind, "check_schema", lambda *_, **__: checked.append("again"))

    action._validate_action_result(_GOOD)
    assert checked == []
    _RASAS_OWN(action, _GOOD)
    assert checked == ["again"]
