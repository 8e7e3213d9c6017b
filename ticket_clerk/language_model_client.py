"""The language model's endpoint, and the only file that calls it.

It speaks OpenAI's chat completions with a JSON schema
(https://platform.openai.com/docs/api-reference/chat), which OpenAI, vLLM, Ollama and llama.cpp
serve alike. An answer is a guess: whoever asks checks it.
"""

from __future__ import annotations

import json
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Mapping
from typing import Any

import requests

from ticket_clerk.logs import get_logger

log = get_logger(__name__)

HOUR_S = 3600
# A longer answer is none that the schema allows.
MOST_TOKENS = 60
MOST_BYTES = 65_536
# Budgets of so many conversations are remembered, the latest.
MOST_CONVERSATIONS = 10_000


class LanguageModelClient:
    """Asks one model, within a budget of calls a conversation and an hour. Thread-safe."""

    def __init__(
        self,
        api_base: str,
        *,
        key: str,
        model: str,
        timeout_s: int,
        calls_per_conversation: int,
        calls_per_hour: int,
    ) -> None:
        """Keep where it is; connects when first used. Without an address there is no model."""
        self._url = f"{api_base}/chat/completions"
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._model = model
        self._timeout_s = timeout_s
        self._per_conversation, self._per_hour = calls_per_conversation, calls_per_hour
        self._lock = threading.Lock()
        self._calls: deque[float] = deque()
        self._by_conversation: OrderedDict[str, int] = OrderedDict()
        self.is_there = bool(api_base and model)

    def ask(
        self, instruction: str, message: str, schema: Mapping[str, Any], *, conversation: str
    ) -> dict[str, Any] | None:
        """Return the model's object; None for time-out, refusal, nonsense or a spent budget.

        Takes at most the time-out, in seconds; logs the outcome and never a text.
        """
        if not self.is_there or not self._take(conversation):
            return None
        began = time.monotonic()
        outcome, answer = self._post(instruction, message, schema)
        log.info(f"language_model.{outcome}", seconds=round(time.monotonic() - began, 2))
        return answer

    def _take(self, conversation: str) -> bool:
        with self._lock:
            now = time.monotonic()
            while self._calls and self._calls[0] < now - HOUR_S:
                self._calls.popleft()
            spent = self._by_conversation.pop(conversation, 0)
            is_free = spent < self._per_conversation and len(self._calls) < self._per_hour
            self._by_conversation[conversation] = spent + is_free
            if len(self._by_conversation) > MOST_CONVERSATIONS:
                self._by_conversation.popitem(last=False)
            if is_free:
                self._calls.append(now)
        return is_free

    def _post(
        self, instruction: str, message: str, schema: Mapping[str, Any]
    ) -> tuple[str, dict[str, Any] | None]:
        roles = (("system", instruction), ("user", message))
        body = {
            "model": self._model,
            "messages": [{"role": role, "content": text} for role, text in roles],
            "temperature": 0,
            "max_tokens": MOST_TOKENS,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "guess", "strict": True, "schema": schema},
            },
        }
        try:
            text = self._read(body)
        except (requests.RequestException, ValueError, TimeoutError) as exc:
            return f"unavailable cause={type(exc).__name__}", None
        try:
            answer = json.loads(json.loads(text)["choices"][0]["message"]["content"])
        except (ValueError, LookupError, TypeError, RecursionError):
            return "nonsense", None
        return ("answered", answer) if isinstance(answer, dict) else ("nonsense", None)

    def _read(self, body: Mapping[str, Any]) -> bytes:
        """Read the answer within the time-out as a whole: requests' own is for each piece."""
        until = time.monotonic() + self._timeout_s
        with requests.post(
            self._url,
            json=body,
            headers=self._headers,
            timeout=self._timeout_s,
            allow_redirects=False,
            stream=True,
        ) as answer:
            if answer.status_code != 200:
                raise ValueError(answer.status_code)
            text = bytearray()
            # Larger pieces are waited for, however slowly their bytes come.
            for byte in answer.iter_content(1):
                text += byte
                if time.monotonic() > until or len(text) > MOST_BYTES:
                    raise TimeoutError
            return bytes(text)
