"""Words as what learns from them should see them: order numbers all alike, slips mended.

An order number is random letters: its pieces would push a sentence towards whatever intent they
happen to resemble, so "what about ord_…?" would mean something else for each order.
"""

from __future__ import annotations

import re
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.nlu.tokenizers.whitespace_tokenizer import WhitespaceTokenizer
from rasa.shared.nlu.training_data.message import Message

from .spelling import mended

ORDER_NUMBER = re.compile(r"(?<![a-z])ord_\w{6,}", re.IGNORECASE)
SAME_FOR_ALL = "ordernumber"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class OrderNumberTokenizer(WhitespaceTokenizer):
    """Rasa's whitespace tokenizer; the places of words in the sentence stay what they are."""

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Cut a sentence into words."""
        return [_shown(token) for token in super().tokenize(message, attribute)]


def _shown(token: Token) -> Token:
    text = SAME_FOR_ALL if ORDER_NUMBER.search(token.text) else mended(token.text)
    if text == token.text:
        return token
    data: dict[str, Any] = token.data
    return Token(text, token.start, token.end, data, text)
