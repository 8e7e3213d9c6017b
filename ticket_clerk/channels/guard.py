"""What happens to a buyer's message between a channel and Rasa.

Every connector of this package is a class of Rasa's with :class:`Guarded` in front of it. In this
order: the sender's id is checked; the words are made plain and a card number is taken out; what
the buyer has not been told yet is told; the message goes on under the channel's own name and
without the client's metadata.
"""

from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import Any, ClassVar

from rasa.core.agent import Agent
from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from sanic import Blueprint, Sanic
from sanic.request import Request
from structlog.contextvars import bound_contextvars

from ticket_clerk import languages
from ticket_clerk.http.connections import limit_requests
from ticket_clerk.http.responses import hide_tracebacks
from ticket_clerk.logs import get_logger
from ticket_clerk.secrets import equals_any, split_secrets
from ticket_clerk.ticketing.domain.models import Buyer
from ticket_clerk.ticketing.settings import Settings, read_environ

from . import registry
from .addresses import note_address
from .bus import get_bus
from .conversations.card_scrubbing import LOOKED_AT, recent_of, redact_messages
from .conversations.locks import refuse_when_busy
from .conversations.store import ConversationStore, StoreUnavailable, store_of
from .sanitizer import Recent, Wording, plain_wording
from .undelivered import APOLOGY, Delivery, deliver_unread, finish_turn

logger = get_logger(__name__)

CARD_INTENT = "card_number"
FALLBACK_INTENT = "nlu_fallback"

# A message has a few hundred letters; what a messenger's server packs around it has room, too.
_LARGEST_BODY = 256 * 1024

# Messages with fewer digits complete no card number, and the ones before them are not looked up.
_FEWEST_DIGITS = 3

OnNewMessage = Callable[[UserMessage], Awaitable[Any]]


class Guarded(InputChannel):
    """A channel whose messages reach Rasa only through :meth:`receive`."""

    app: Sanic | None = None
    ids_are_client_supplied: ClassVar[bool] = False

    def __init_subclass__(cls, **options: Any) -> None:
        """Register the channel; an id that it issues is then refused to clients."""
        super().__init_subclass__(**options)
        registry.register(cls)

    @classmethod
    def issues(cls, sender_id: str) -> bool:
        """Whether a sender id is one of this channel's own: its name and `~` in front."""
        return sender_id.startswith(f"{cls.name()}~")

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """Rasa's blueprint of this channel, with the guard in front of `on_new_message`."""

        async def guarded(message: UserMessage) -> None:
            await self.receive(message, on_new_message)

        blueprint = self.routes(guarded)
        limit_requests(blueprint, largest_body)
        blueprint.listener("before_server_start")(self._remember_app)
        blueprint.listener("before_server_stop")(self._leave_others)
        return blueprint

    def routes(self, on_new_message: OnNewMessage) -> Blueprint:
        """The channel's routes, whose messages go to `on_new_message`: Rasa's, or a connector's."""
        return super().blueprint(on_new_message)

    async def _remember_app(self, app: Sanic, _loop: object) -> None:
        self.app = app
        hide_tracebacks(app)
        registry.decode_conversation_ids(app)
        refuse_when_busy(app, has_rasa_token)
        take_every_token(app)
        await get_bus().start()

    async def _leave_others(self, _app: Sanic, _loop: object) -> None:
        await get_bus().stop()

    @property
    def agent(self) -> Agent | None:
        """Rasa's agent, or None while no model is loaded."""
        agent = getattr(self.app.ctx, "agent", None) if self.app else None
        return agent if agent and agent.is_ready() else None

    async def receive(self, message: UserMessage, hand_on: OnNewMessage) -> None:
        """Tell what is unread, then hand the cleaned message on; a failure is said, not raised."""
        with bound_contextvars(turn_id=message.message_id):
            await self._run_turn(message, hand_on)

    async def _run_turn(self, message: UserMessage, hand_on: OnNewMessage) -> None:
        if not self.accepts(message.sender_id):
            logger.warning("channels.message.refused", channel=self.name(), reason="sender_id")
            return
        output = message.output_channel
        try:
            conversation = await self.conversation_of(message.sender_id)
            if conversation != message.sender_id:
                output = self.addressed(output, message.sender_id)
            await note_address(Buyer(self.name(), conversation), message)
            delivery = await self.deliver_unread(conversation, output)
            wording = await without_card(self.agent, conversation, message.text or "")
            await hand_on(self._cleaned(message, wording, conversation, output))
            await remove_split_card(self.agent, conversation, wording)
            if delivery is Delivery.TOO_EARLY:
                await self.deliver_unread(conversation, output)
            if self.agent is not None:
                await finish_turn(self.agent, conversation, output)
        except Exception as error:  # the conversation must go on, and no traceback may show words
            logger.error("channels.message.failed", channel=self.name(), error=type(error).__name__)
            await output.send_text_message(message.sender_id, _apology())

    def accepts(self, sender_id: object) -> bool:
        """Whether a sender of this channel may have this id."""
        if self.ids_are_client_supplied:
            return registry.is_client_supplied_id(sender_id)
        return registry.is_sender_id(sender_id)

    async def conversation_of(self, sender_id: str) -> str:
        """Return the conversation's name; channels with client-supplied ids rename some."""
        return sender_id

    def addressed(self, output: OutputChannel, _sender_id: str) -> OutputChannel:
        """The output for a sender whose conversation has another name than their id."""
        return output

    async def deliver_unread(self, sender_id: str, output: OutputChannel) -> Delivery:
        """Say in `output` what this buyer has not been told yet (undelivered.py)."""
        if self.agent is None:
            return Delivery.FAILED
        return await deliver_unread(self.agent, self.name(), sender_id, output)

    def _cleaned(
        self, message: UserMessage, wording: Wording, conversation: str, output: OutputChannel
    ) -> UserMessage:
        return UserMessage(
            wording.text,
            output,
            conversation,
            parse_data=_known_parse(wording),
            input_channel=self.name(),
            message_id=message.message_id,
        )


def _known_parse(wording: Wording) -> dict[str, Any] | None:
    """The reading of messages that no classifier is asked about: with a card number, and empty."""
    if wording.text and not wording.had_card:
        return None
    intent = {"name": CARD_INTENT if wording.had_card else FALLBACK_INTENT, "confidence": 1.0}
    return {
        "text": wording.text,
        "intent": intent,
        "intent_ranking": [intent],
        "entities": [],
    }


def _apology() -> str:
    # Rasa may be what failed, so the words are read without it.
    settings = Settings.from_env(read_environ())
    return languages.responses(settings.language)[APOLOGY]


def largest_body(request: Request) -> int:
    """How long a body may be, for all of Rasa's addresses: as ever with its token, else short."""
    return int(request.app.config.REQUEST_MAX_SIZE) if has_rasa_token(request) else _LARGEST_BODY


def has_rasa_token(request: Request) -> bool:
    """Whether a request carries the token of Rasa's HTTP API."""
    return equals_any(request.args.get("token"), _rasa_tokens())


def take_every_token(app: Sanic) -> None:
    """Let each of RASA_TOKEN open Rasa's HTTP API, which knows the first. Safe to repeat."""
    if getattr(app.ctx, "takes_every_token", False):
        return
    app.ctx.takes_every_token = True

    async def replace(request: Request) -> None:
        if has_rasa_token(request):
            # Sanic keeps what it has read of the query, and Rasa reads it from there.
            request.args["token"] = [_rasa_tokens()[0]]

    app.register_middleware(replace, "request")


@lru_cache(maxsize=1)
def _rasa_tokens() -> tuple[str, ...]:
    return split_secrets(read_environ().get("RASA_TOKEN") or "")


async def without_card(agent: Agent | None, sender_id: str, typed: str) -> Wording:
    """Sanitize a message, given the ones before it: a card may come in pieces, or after a mention.

    The first pieces of a number that it completes are removed from the conversation. What was said
    lately is read from there, so nothing is kept for it and every server knows it.
    """
    alone = plain_wording(typed)
    store = _store(agent)
    if alone.had_card or store is None or not _has_digits(alone.text):
        return alone
    recent = await _recent(store, sender_id)
    wording = plain_wording(typed, recent)
    before = recent.split_card(alone.text) - 1
    if before > 0:
        await _remove(store, sender_id, before)
    return wording


async def remove_split_card(agent: Agent | None, sender_id: str, wording: Wording) -> None:
    """Remove a card number whose pieces arrived concurrently."""
    store = _store(agent)
    if store is None or not _has_digits(wording.text):
        return
    count = (await _recent(store, sender_id)).split_card()
    if count > 0:
        await _remove(store, sender_id, count)


async def _recent(store: ConversationStore, sender_id: str) -> Recent:
    try:
        entries = await store.read_recent(sender_id, LOOKED_AT)
    except StoreUnavailable:
        return Recent()
    return recent_of([entry.event for entry in entries])


async def _remove(store: ConversationStore, sender_id: str, count: int) -> None:
    await store.rewrite_recent(sender_id, LOOKED_AT, lambda events: redact_messages(events, count))


def _store(agent: Agent | None) -> ConversationStore | None:
    try:
        return store_of(agent)
    except StoreUnavailable:
        return None


def _has_digits(text: str) -> bool:
    return sum(character.isdigit() for character in text) >= _FEWEST_DIGITS
