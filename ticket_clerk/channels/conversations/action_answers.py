"""The check of what the action server answers, with its schema read once.

Rasa holds each answer against a JSON schema, and first, each time, that schema against the schema
of schemas (``jsonschema.validate``), which takes 15 ms: two thirds of Rasa's work in a turn of a
form. The schema is a constant of Rasa's.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from jsonschema.exceptions import ValidationError, best_match
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction


def check_schema_once() -> None:
    """Have all calls of actions in this process checked so. Safe to repeat."""
    # Rasa makes its actions itself and has no setting for it.
    RemoteAction._validate_action_result = _validate


def _validate(_action: RemoteAction, answer: dict[str, Any]) -> bool:
    """Return true or raise ValidationError, as Rasa does."""
    error: ValidationError | None = best_match(_validator().iter_errors(answer))
    if error is None:
        return True
    error.message += ". The action server's answer is not one of an action."
    raise error


@lru_cache(maxsize=1)
def _validator() -> Any:
    schema = RemoteAction.action_response_format_spec()
    kind = validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)
