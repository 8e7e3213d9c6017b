"""Rasa featurizer: the sentence embedding, in which "cash back" is close to "a refund".

Counts of words and of character n-grams only know what training had.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from ticket_clerk.understanding.typos import correct_typos

from .sentence_model import sentence_model


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceFeaturizer(DenseFeaturizer, GraphComponent):
    """One vector a sentence; ``model`` is a path to another ONNX file, ``weight`` its length.

    Counts of words are whole numbers and a vector's parts are far below one, so a weight decides
    how much the vector has to say beside them.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        """Components that must come before this one."""
        return [Tokenizer]

    @staticmethod
    def required_packages() -> list[str]:
        """Packages that this component needs."""
        return ["onnxruntime"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """What config.yml may set, and what holds without."""
        return {**DenseFeaturizer.get_default_config(), "model": None, "weight": 1.0}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceFeaturizer:
        """Make the component; the model file is opened when the first sentence comes."""
        return cls(execution_context.node_name, config)

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Accept what the default config has; a path that is not there is told on first use."""

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the vector to each message that has text."""
        told = [message for message in messages if message.get(TEXT)]
        texts = [correct_typos(message.get(TEXT)) for message in told]
        vectors = sentence_model(self._config["model"]).embed_all(texts)
        for message, vector in zip(told, vectors, strict=True):
            rows = np.asarray([vector * self._config["weight"]], dtype=np.float32)
            message.add_features(Features(rows, FEATURE_TYPE_SENTENCE, TEXT, self._identifier))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add the vector to each training sentence."""
        self.process(training_data.training_examples)
        return training_data
