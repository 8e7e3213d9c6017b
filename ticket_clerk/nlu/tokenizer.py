"""Tokenizer that masks order numbers and corrects typos.

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

from ticket_clerk.understanding.typos import correct_typos

ORDER_NUMBER = re.compile(r"(?<![a-z])ord_\w{6,}", re.IGNORECASE)
MASK = "ordernumber"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class OrderNumberTokenizer(WhitespaceTokenizer):
    """Rasa's whitespace tokenizer; the offsets of tokens in the message stay what they are."""

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Split a message into tokens."""
        return [_masked(token) for token in super().tokenize(message, attribute)]


def _masked(token: Token) -> Token:
    text = MASK if ORDER_NUMBER.search(token.text) else correct_typos(token.text)
    if text == token.text:
        return token
    data: dict[str, Any] = token.data
    return Token(text, token.start, token.end, data, text)
