"""Logging by structlog: an event's name and fields, through Python's own loggers and handlers.

Ids that hold for more than one line (``request_id``, ``turn_id``, ``webhook_event_id``,
``order_id`` …) are bound with ``structlog.contextvars`` where a request, a turn or an event begins.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any

import structlog
from structlog.contextvars import merge_contextvars
from structlog.stdlib import BoundLogger, ProcessorFormatter
from structlog.typing import EventDict, ProcessorReturnValue, WrappedLogger

FORMATS = ("text", "json")

_TOKEN = re.compile(
    r"\b(?:sk|rk|pk)_(?:test|live)_\w+|\bwhsec_\w+|\bxox[a-z]-[\w-]+"  # Stripe's, Slack's
    r"|(?<!\d)\d{6,12}:[\w-]{30,}"  # Telegram's
    r"|(?i:(?<=bearer ))\S+|(?<=[?&]token=)[^\s&\"']+|(?<=://)[^\s/@:]+:[^\s/@]+(?=@)"
)
_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
# Networks' numbers begin with 2 to 6; a time in milliseconds, of 13 digits too, with 1.
_DIGITS = re.compile(r"(?<![\w.])[2-6](?:[ -]?\d){12,18}(?![\w.])")
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
_RENDERERS = (
    structlog.processors.JSONRenderer,
    structlog.processors.KeyValueRenderer,
    structlog.processors.LogfmtRenderer,
    structlog.processors.ExceptionRenderer,
    structlog.dev.ConsoleRenderer,
)


def get_logger(name: str) -> BoundLogger:
    """Return the structlog logger of a module, over Python's logger of that name.

    It has processors of its own: structlog's global configuration is Rasa's, or a host's.
    """
    logger: BoundLogger = structlog.wrap_logger(
        logging.getLogger(name),
        processors=[
            structlog.stdlib.filter_by_level,
            merge_contextvars,
            _redact_fields,
            _hand_to_handlers,
        ],
        wrapper_class=BoundLogger,
        context_class=dict,
        cache_logger_on_first_use=True,
    )
    return logger


def use_format(name: str) -> None:
    """Write all lines of this process in one of FORMATS from now on; safe to repeat.

    ``text`` keeps how the handlers write. In both, cards, tokens and e-mail addresses are redacted,
    in lines of libraries too.
    """
    if name == "json":
        _take_events_of_others()
    for handler in logging.getLogger().handlers:
        if name == "json":
            handler.setFormatter(_json_formatter())
        elif not isinstance(handler.formatter, _RedactingFormatter):
            handler.setFormatter(_RedactingFormatter(handler.formatter or logging.Formatter()))


def redact(value: Any) -> Any:
    """Replace card numbers, tokens and e-mail addresses in a text, or in all texts of a field."""
    if isinstance(value, str):
        text = _EMAIL.sub("[e-mail]", _TOKEN.sub("[token]", value))
        return _DIGITS.sub(lambda found: "[card]" if _is_card(found[0]) else found[0], text)
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): redact(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [redact(one) for one in value]
    return redact(repr(value))


class _Event(dict[str, Any]):
    """An event that is ``name key=value``, on one line, for handlers that write text."""

    def __str__(self) -> str:
        fields = (f"{key}={value}" for key, value in self.items() if key != "event")
        return r"\n".join(" ".join((str(self["event"]), *fields)).splitlines())


class _RedactingFormatter(logging.Formatter):
    """Redacts what another formatter writes."""

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        return str(redact(self._inner.format(record)))


def _json_formatter() -> ProcessorFormatter:
    """Write ``time`` (ISO 8601, UTC), ``level``, ``logger``, ``event`` and the event's fields."""
    return ProcessorFormatter(
        foreign_pre_chain=[merge_contextvars],
        processors=[
            structlog.processors.TimeStamper(fmt="iso", key="time"),
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            _redact_fields,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )


def _redact_fields(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {
        # structlog formats it later.
        key: value if key == "exc_info" else redact(value)
        for key, value in event.items()
    }


def _hand_to_handlers(
    logger: logging.Logger, method: str, event: EventDict
) -> ProcessorReturnValue:
    return ProcessorFormatter.wrap_for_formatter(logger, method, _Event(event))


def _take_events_of_others() -> None:
    """Hand what Rasa logs by structlog to the handlers as events instead of as rendered text."""
    config = structlog.get_config()
    if isinstance(config["logger_factory"], structlog.stdlib.LoggerFactory):
        last = ProcessorFormatter.wrap_for_formatter
        # In place: a logger that was used before has kept the list.
        config["processors"][:] = [
            each
            for each in config["processors"]
            if each is not last and not isinstance(each, _RENDERERS)
        ] + [last]


def _is_card(text: str) -> bool:
    """Check the digits' Luhn sum."""
    digits = [int(digit) for digit in text if digit.isdigit()][::-1]
    return (sum(digits[::2]) + sum(_DOUBLED[digit] for digit in digits[1::2])) % 10 == 0
