"""The entity extractor reads what it has learned, where Rasa's own learns it again."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.nlu.extractors.crf_entity_extractor import CRFEntityExtractor
from rasa.nlu.tokenizers.whitespace_tokenizer import WhitespaceTokenizer
from rasa.shared.nlu.constants import ENTITIES, FEATURE_TYPE_SENTENCE, INTENT, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from ticket_clerk.nlu.entity_extractor import EntityExtractor

Extractor = TypeVar("Extractor", bound=CRFEntityExtractor)

NAMES = ("Carmen", "Hamlet", "Evita")
ORDERS = ("two for {}", "{} please", "I want to see {} tonight")
CONTEXT = ExecutionContext(GraphSchema({}))
CONFIG = {**CRFEntityExtractor.get_default_config(), "split_entities_by_comma": True}
PART = Resource("entities")


class TrainedOnce(EntityExtractor):
    """Fails where it is trained again."""

    train_model = None


class TrainedAgain(CRFEntityExtractor):
    """The control: Rasa's own."""

    train_model = None


def _message(text: str, name: str | None = None) -> Message:
    message = Message(data={TEXT: text, INTENT: "any"})
    if name:
        start = text.index(name)
        entity = {"entity": "show", "value": name, "start": start, "end": start + len(name)}
        message.set(ENTITIES, [entity])
    message.add_features(Features(np.zeros((1, 1)), FEATURE_TYPE_SENTENCE, TEXT, "none"))
    tokenizer = WhitespaceTokenizer(WhitespaceTokenizer.get_default_config())
    tokenizer.process([message])
    return message


def _trained(kind: type[Extractor], folder: Path, *, names: tuple[str, ...] = NAMES) -> Extractor:
    folder.mkdir(exist_ok=True)
    orders = [_message(order.format(name), name) for name in names for order in ORDERS]
    extractor = kind(CONFIG, LocalModelStorage.create(folder), PART)
    extractor.train(TrainingData([*orders, _message("good evening"), _message("thank you")]))
    return extractor


def _loaded(kind: type[Extractor], folder: Path) -> Extractor:
    return kind.load(CONFIG, LocalModelStorage(folder), PART, CONTEXT)


def _found(extractor: CRFEntityExtractor) -> list[tuple[str, str, float]]:
    message = _message("three for Evita")
    extractor.process([message])
    return [
        (entity["entity"], entity["value"], entity["confidence_entity"])
        for entity in message.get(ENTITIES)
    ]


def test_what_was_learned_is_read_and_finds_what_it_found(tmp_path: Path) -> None:
    """Exactly, and as Rasa's own does; also when the model's folder is gone."""
    model = tmp_path / "model"
    learned = _found(_trained(EntityExtractor, model))
    loaded = _loaded(TrainedOnce, model)
    shutil.rmtree(model)

    assert [(entity, value) for entity, value, _ in learned] == [("show", "Evita")]
    assert _found(loaded) == learned
    assert _found(_trained(CRFEntityExtractor, tmp_path / "rasas")) == learned


def test_rasas_own_learns_again(tmp_path: Path) -> None:
    """The control: it can't be loaded without being trained."""
    _trained(CRFEntityExtractor, tmp_path)

    with pytest.raises(TypeError):
        _loaded(TrainedAgain, tmp_path)


def test_without_an_entity_in_training_nothing_is_found(tmp_path: Path) -> None:
    """As with Rasa's own."""
    _trained(EntityExtractor, tmp_path, names=())

    assert _found(_loaded(EntityExtractor, tmp_path)) == []
