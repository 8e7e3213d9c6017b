"""Rasa's entity extractor, which reads what it has learned instead of learning it at each start."""

from __future__ import annotations

import json
import shutil
from typing import Any

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.crf_entity_extractor import CRFEntityExtractor
from sklearn_crfsuite import CRF

_ORDER = "order.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class EntityExtractor(CRFEntityExtractor):
    """A ``CRFEntityExtractor`` that keeps CRFsuite's own files in the model.

    Rasa 3.6.21 keeps the training data, since it reads no pickles any more, and trains again
    whenever the model is loaded: a third of the time until Rasa is ready
    (``rasa/nlu/extractors/crf_entity_extractor.py``, ``load``). CRFsuite's files are no pickles.
    """

    def persist(self, dataset: Any) -> None:
        """Write a file for each tagger into the model, and their order."""
        taggers = self.entity_taggers or {}
        with self._model_storage.write_to(self._resource) as folder:
            for name, tagger in taggers.items():
                shutil.copyfile(tagger.modelfile.name, folder / name)
            (folder / _ORDER).write_text(json.dumps(list(taggers)), encoding="utf-8")

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> EntityExtractor:
        """Read the files; where training had no entities there are none, and nothing is found."""
        try:
            with model_storage.read_from(resource) as folder:
                order = json.loads((folder / _ORDER).read_text(encoding="utf-8"))
                taggers = {name: CRF(model_filename=str(folder / name)) for name in order}
                for tagger in taggers.values():
                    # Opened now: the folder goes when the model is loaded.
                    tagger.tagger_  # noqa: B018
        except ValueError:
            return cls(config, model_storage, resource)
        extractor = cls(config, model_storage, resource, taggers)
        extractor.crf_order = order
        return extractor
