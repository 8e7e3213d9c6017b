"""A turn of a conversation as flows see it: the tracker, one snapshot, and a way to reply."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from datetime import datetime
from fnmatch import fnmatch
from functools import cached_property, partial
from math import inf
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from ticket_clerk.languages.domain import SLOT, variant
from ticket_clerk.languages.topics import NONE, topics
from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.container import Container, get_container
from ticket_clerk.ticketing.domain.errors import PaymentError
from ticket_clerk.ticketing.domain.facts import Place, Scope
from ticket_clerk.ticketing.domain.models import Buyer, Catalog, Order, Show
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.understanding.answers import (
    find_compared,
    find_rank,
    is_question,
    without_courtesy,
)
from ticket_clerk.understanding.clauses import Clauses, is_fragment, is_thought, split_clauses
from ticket_clerk.understanding.corrections import negated_part
from ticket_clerk.understanding.intents import (
    UNCLEAR,
    UNKNOWN,
    clearest_scores,
    decide_intent,
    intent_scores,
)
from ticket_clerk.understanding.language import default_code, loaded_codes, spoken
from ticket_clerk.understanding.opinion import Opinion, Question
from ticket_clerk.understanding.quantities import parse_quantity
from ticket_clerk.understanding.refunds import gives_back, keeps_tickets, leaves_refund
from ticket_clerk.understanding.sections import (
    chooses_section,
    prefers_section,
    wants_seat_change,
)
from ticket_clerk.understanding.shows import parse_shows, with_described
from ticket_clerk.understanding.text import normalize, order_numbers
from ticket_clerk.understanding.times.own import is_for_later
from ticket_clerk.understanding.topics import SURE_TOPIC, TopicIndex, TopicMatch, topic_index
from ticket_clerk.understanding.utterance import Utterance, clause_of, match_title, parse_utterance

from .replies import Reply, error_values

log = get_logger(__name__)

RasaEvents = list[dict[str, Any]]
Domain = dict[str, Any]
# The forms by Rasa's names for them: flows start each other's by name.
BUY_FORM = "buy_tickets_form"
REFUND_FORM = "refund_form"
UPGRADE_FORM = "upgrade_form"
SEASON_FORM = "season_form"
SEASON_END_FORM = "season_end_form"
TRANSFER_FORM = "ticket_transfer_form"

APOLOGY = "utter_error_internal"
# What is asked of buying is about what is kept where tickets are given back.
_IN_REFUNDS = {"fees": "refund_policy", "hold_time": "refund_time", "discounts": "refund_policy"}
_IN_SEASON = {"included": "season_covers"}
_OF_SEASON = frozenset({"season_covers", "season_charge", "season_stop"})
# A question in a form is about the form's subject where it is this likely to be, and where it
# surely is about something else besides.
LEAST_OF_FORM = 0.12
LEAST_BESIDE_SURE = 0.3
# A question that scores this as no topic is none, whatever was asked before it.
SURE_NONE = 0.4
# What two questions together must score to be about the same.
FOLLOWING = 0.4
# So many messages back a show is still what is spoken of.
LATELY = 4
# What was told this many seconds before a message came is told by the answer to it.
JUST_TOLD_S = 5.0


class Turn:
    """Context of a flow: the last utterance, the buyer's orders, the catalog and the time.

    Orders and catalog are read once, at their first use; all of a turn runs in one worker thread.
    """

    def __init__(
        self,
        container: Container | None,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: Domain,
    ) -> None:
        """Wrap the arguments that Rasa passes to an action."""
        self._container = container
        self.dispatcher = dispatcher
        self.tracker = tracker
        self.domain = domain
        # The utterance's intent is a language model's.
        self.is_advised = False
        self._opinions: dict[str, Opinion] = {}

    @property
    def container(self) -> Container:
        """The container handed in, or this process's own; raises ConfigError."""
        return self._container or get_container()

    @cached_property
    def buyer(self) -> Buyer:
        """The buyer, identified by channel and sender id."""
        channel = self.tracker.get_latest_input_channel()
        language = spoken().code if len(loaded_codes()) > 1 else None
        # A channel of a host's may have numbers, which PostgreSQL compares with no text.
        return Buyer(channel or "rest", str(self.tracker.sender_id), language)

    @cached_property
    def utterance(self) -> Utterance:
        """The buyer's last message."""
        return self.message

    @cached_property
    def message(self) -> Utterance:
        """The buyer's last message as a whole, whichever clause of it the turn is about."""
        message = self.tracker.latest_message
        return parse_utterance(self._with_title(message), self._titles, self._without_names)

    def _with_title(self, message: Mapping[str, Any]) -> Mapping[str, Any]:
        """Write the title of what is meant of what was just offered: "the last one".

        What is only polite is left out.
        """
        text = without_courtesy(str(message.get("text") or ""))
        message = {**message, "text": text}
        plain = normalize(spoken().translate(text))
        if (meant := self._offered_meant(plain)) is None:
            is_fixed = find_rank(plain, bare=False) or match_title(text, self._titles)
            return message if is_fixed else self._with_described(message)
        title, (start, end) = meant
        is_whole = (start, end) == (0, len(plain))
        if not is_whole and plain != normalize(text):
            return message
        return {**message, "text": f"{plain[:start]}{title}{plain[end:]}"}

    def _with_described(self, message: Mapping[str, Any]) -> Mapping[str, Any]:
        """Write the names of shows for what a sentence tells of them, where it names none.

        Rasa, which read no name, then knows nothing of what it is for.
        """
        text = str(message["text"])
        try:
            shows, facts = self.catalog.shows, self.catalog.facts
            found = [
                (one.name, facts.find(Place(Scope.SHOW, one.id), "description", spoken().code))
                for one in shows
            ]
            told = [(name, about) for name, about in found if about]
            if (written := with_described(text, told, self.known_words)) == text:
                return message
            parsed = parse_shows(spoken().translate(text), shows, self.now)
        except PaymentError:
            return message
        if parsed.has_name or parsed.has_hint:
            return message
        intent = message.get("intent") or {}
        intent = {"name": "inform"} if intent.get("name") in UNCLEAR else intent
        return {**message, "text": written, "intent": intent}

    def _offered_meant(self, plain: str) -> tuple[str, tuple[int, int]] | None:
        """Find the title that is meant by its place in the list, or by its price, with its span.

        Of a long list only the first shows are shown, and these are what is counted.
        """
        titles = self._titles
        prices = self._show_prices(titles) if len(titles) > 1 else []
        ranked = find_rank(plain, bare=False) if prices else None
        if ranked and ranked[0] < len(titles):
            return titles[ranked[0]], ranked[1]
        is_of_seats = len(titles) > 1 and not prices
        prices = prices or (self._section_prices(titles) if is_of_seats else [])
        compared = find_compared(plain, by_quality=is_of_seats) if prices else None
        if compared is None:
            return None
        by_price = sorted(range(len(titles)), key=prices.__getitem__)
        return titles[by_price[compared[0]]], compared[1]

    def _show_prices(self, titles: Sequence[str]) -> list[int]:
        """Return the lowest price of the show that each title names; none where one names none."""
        names = {normalize(show.name): show for show in self.catalog.shows}
        named = [[one for one in names if normalize(title).startswith(one)] for title in titles]
        shows = [names[max(found, key=len)] for found in named if found]
        lowest = [min(part.unit_amount for part in show.sections) for show in shows]
        return lowest if len(lowest) == len(titles) else []

    def _section_prices(self, titles: Sequence[str]) -> list[int]:
        """Return the price of the section that each title names, all of one show; else none."""
        for show in self.catalog.shows:
            prices = {part.name: part.unit_amount for part in show.sections}
            is_meant = show.id == self.slot("show") or show.name in self.told_last
            if is_meant and all(title in prices for title in titles):
                return [prices[title] for title in titles]
        return []

    @cached_property
    def clauses(self) -> Clauses:
        """What the message says and what it asks; a title that was offered is never a question."""
        if self.utterance.selected or self.utterance.is_command:
            return Clauses(self.utterance.typed)
        witness = str((self.tracker.latest_message.get("intent") or {}).get("name") or "")
        clauses = split_clauses(
            self.utterance.typed, self._is_topic, self._acts, witness, self._titles
        )
        # What is summed up is chosen: a question beside a thought of other seats changes nothing.
        is_chosen = self.slot("requested_slot") in {"confirm_order", "confirm_upgrade"}
        return clauses.as_asked() if is_chosen else clauses

    @property
    def is_for_later(self) -> bool:
        """Return whether all that is said is asked or announced of another time than now."""
        asked = self.clauses.questions
        is_later = all(is_for_later(spoken().translate(one)) for one in asked)
        return bool(asked) and is_later and not self.clauses.statement

    @cached_property
    def topic(self) -> TopicMatch | None:
        """The topic that the utterance asks about; where a season ticket is sold, one of those."""
        found = self._find_topic(self.utterance.typed)
        renamed = _IN_REFUNDS if self.is_about_refunds else {}
        renamed = _IN_SEASON if self.active_form == SEASON_FORM else renamed
        if found and found.topic_id in renamed:
            return replace(found, topic_id=renamed[found.topic_id])
        if self.active_form != SEASON_FORM:
            return found
        scores = self.topics.scores(self.utterance.typed, language=spoken().code)
        ours = {topic_id: score for topic_id, score in scores.items() if topic_id in _OF_SEASON}
        best = max(ours, key=lambda topic_id: ours[topic_id])
        is_other = found is not None and found.score >= SURE_TOPIC
        least = LEAST_BESIDE_SURE if is_other else LEAST_OF_FORM
        return TopicMatch(best, SURE_TOPIC) if ours[best] >= least else found

    @property
    def is_about_refunds(self) -> bool:
        """Return whether giving tickets back is spoken of: in the sentence, or all the while."""
        if self.active_form == REFUND_FORM or self.utterance.intent == "request_refund":
            return True
        return gives_back(self.text)

    @property
    def intent_scores(self) -> Mapping[str, float]:
        """The score of each intent, of the words with or without the names in them."""
        return clearest_scores(self.utterance.typed, self._without_names)

    @property
    def is_about_topic(self) -> bool:
        """Return whether the utterance is surely about a topic."""
        return self.topic is not None and self.topic.score >= SURE_TOPIC

    @property
    def topics(self) -> TopicIndex:
        """The topics that can be asked about, those of the catalog's owner included."""
        return topic_index(self.catalog.facts.topics)

    @property
    def known_words(self) -> frozenset[str]:
        """The words of all that can be asked about, none of which is the name of a show."""
        return self.topics.words(spoken().code)

    def _acts(self, clause: str) -> bool:
        """Return whether a clause names another show or takes a section of the one being bought.

        In a refund it does where it keeps the tickets.
        """
        text, chosen = spoken().translate(clause), self.slot("show")
        if self.active_form == REFUND_FORM:
            return leaves_refund(text) or keeps_tickets(text)
        if self.active_form is None:
            # "Two tickets, and I need a receipt" orders and asks.
            is_order = parse_quantity(text, asked=False) is not None
            return is_order and decide_intent(clause, UNKNOWN) == "buy_tickets"
        if self.active_form != BUY_FORM:
            return False
        named = parse_shows(text, self.catalog.shows, self.now)
        if named.has_name and chosen not in {show.id for show in named.shows}:
            return True
        is_asked = self.slot("requested_slot") == "section"
        ours = [show for show in self.catalog.shows if show.id == chosen]
        if any(chooses_section(text, show, asked=is_asked) for show in ours):
            return True
        is_other = any(prefers_section(text, show, self.slot("section")) for show in ours)
        return is_other and not (is_question(text) or is_thought(text) or negated_part(text))

    def _find_topic(self, text: str) -> TopicMatch | None:
        """Find the topic of a text, or what it is likelier about without the names of shows."""
        match = self.topics.find(text, language=spoken().code)
        if (
            match
            and match.score >= SURE_TOPIC
            or (plain := self._without_names(text, "the show")) == text
        ):
            return match
        other = self.topics.find(plain, language=spoken().code)
        least = match.score if match else SURE_TOPIC
        return other if other and other.score >= least else match

    def _without_names(self, text: str, instead: str = "show") -> str:
        """Return a text with other words for each name of the catalog, if that can be read."""
        try:
            spans = parse_shows(text, self.catalog.shows, self.now).spans
        except PaymentError:
            return text
        plain = normalize(text)
        for start, end in sorted(spans, reverse=True):
            before = plain[:start].removesuffix("the ") if " " in instead else plain[:start]
            plain = f"{before}{instead}{plain[end:]}"
        return plain if spans else text

    def _is_topic(self, clause: str) -> bool:
        match = self._find_topic(clause)
        is_sure = match is not None and match.score >= SURE_TOPIC
        return is_sure and not self._wants_other_seats(clause)

    def _wants_other_seats(self, clause: str) -> bool:
        """Return whether who has seats wants others: "can we sit in the parquet instead"."""
        if self.active_form or not wants_seat_change(spoken().translate(clause)):
            return False
        return not is_question(spoken().translate(clause)) and bool(self.orders)

    def about(self, clause: str, *, is_aside: bool = False) -> Turn:
        """Return the turn as if the buyer had written only this clause of the message.

        ``is_aside`` says that it stands beside what matters, as it does beside a question.
        """
        if clause == self.utterance.typed:
            return self
        part = copy(self)
        for cached in ("clauses", "topic"):
            part.__dict__.pop(cached, None)
        parts = self.__dict__.get("clauses")
        is_aside = is_aside or (parts is not None and bool(parts.questions))
        message = self.tracker.latest_message
        part.utterance = clause_of(
            self.utterance, clause, message, self._without_names, is_aside=is_aside
        )
        return part

    def messages_before(self, until: Collection[str]) -> Iterator[str]:
        """Yield the buyer's messages before the last one, latest first, back to a response."""
        is_last = True
        for event in self._backwards("user", "bot"):
            if event["event"] == "user" and not is_last:
                yield str(event.get("text") or "")
            is_last = is_last and event["event"] != "user"
            if _response(event) in until:
                return

    @property
    def message_before(self) -> str:
        """The text of the buyer's message before the last one."""
        texts = (str(event.get("text") or "") for event in self._backwards("user"))
        next(texts, None)
        return next(texts, "")

    def in_context(self, before: str) -> Turn:
        """Return the turn with the topic that a question has as one that follows another.

        "Until when?" after "can I get my money back?" is about refunds. A whole question that has
        an answer is about that, whatever was said before; what is surely about a topic or surely
        about none is so by itself. Nobody asks the same again, and what was about nothing that
        is known explains nothing.
        """
        scores = self.topics.scores(self.utterance.typed, language=spoken().code)
        is_sure = max(scores.values()) >= SURE_TOPIC or scores[NONE] >= SURE_NONE
        is_whole = self.topic is not None and not is_fragment(self.text)
        own = self.topics.find(before, language=spoken().code)
        if is_sure or is_whole or own is None:
            return self
        text = f"{before} {self.utterance.typed}"
        both = self.topics.find(text, language=spoken().code)
        is_new = both is not None and own.topic_id != both.topic_id
        part = copy(self)
        if both and is_new and both.score > max(FOLLOWING, scores.get(both.topic_id, 0.0)):
            part.topic = both
        return part

    def advised(self) -> Turn:
        """Return the turn with a language model's opinion, where the owner names a model.

        It is asked where the words are of no known intent and surely about no topic, or always.
        """
        model, uses = self.container.language_model, self.container.settings.llm_use
        is_sure = self.utterance.intent not in UNCLEAR or self.is_about_topic
        is_fixed = bool(self.utterance.selected) or self.utterance.is_command
        if not model.is_there or is_fixed or (is_sure and uses == "unsure"):
            return self
        typed = self.utterance.typed
        if typed not in self._opinions:
            self._opinions[typed] = self._ask_model(typed)
        opinion = self._opinions[typed]
        part = copy(self)
        if opinion.intent and self.utterance.intent != "affirm":
            part.utterance = replace(self.utterance, intent=opinion.intent)
            part.is_advised = True
        if opinion.topic:
            part.topic = TopicMatch(opinion.topic, SURE_TOPIC)
        return part

    def _ask_model(self, text: str) -> Opinion:
        question = Question(
            intents=tuple(intent_scores(text)),
            topics=(*topics(spoken().code), *(one.id for one in self.catalog.facts.topics)),
            asked=self.slot("requested_slot"),
            offered=self._titles,
        )
        model = self.container.language_model
        return question.ask(text, partial(model.ask, conversation=self.tracker.sender_id))

    def after(self, events: RasaEvents) -> Turn:
        """Return the turn with the slots that events set."""
        part = copy(self)
        part.tracker = copy(self.tracker)
        slots = {e["name"]: e.get("value") for e in events if e.get("event") == "slot"}
        part.tracker.slots = {**self.tracker.slots, **slots}
        return part

    def among(self, shows: Iterable[Show]) -> Turn:
        """Return the turn with no shows on sale but these."""
        part = copy(self)
        part.__dict__["catalog"] = replace(self.catalog, shows=tuple(shows))
        return part

    def outside(self, events: RasaEvents) -> Turn:
        """Return the turn as if the active form had ended with these events."""
        part = self.after(events)
        part.tracker.active_loop = {}
        return part

    @property
    def text(self) -> str:
        """The text of the buyer's last message."""
        return self.utterance.text

    @cached_property
    def now(self) -> datetime:
        """The time of this turn."""
        return self.container.now()

    @cached_property
    def catalog(self) -> Catalog:
        """Catalog of shows on sale, with the seats left."""
        return queries.catalog(self.container)

    @cached_property
    def orders(self) -> list[Order]:
        """The buyer's orders, newest first."""
        return queries.orders_of(self.container, self.buyer)

    def read_again(self) -> None:
        """Forget the snapshot after something was executed."""
        self.__dict__.pop("orders", None)
        self.__dict__.pop("catalog", None)

    def slot(self, name: str) -> Any:
        """Read a slot, whose value may be anything."""
        return self.tracker.slots.get(name)

    @property
    def active_form(self) -> str | None:
        """The form that is active."""
        name = self.tracker.active_loop.get("name")
        return name if isinstance(name, str) else None

    def asked_by(self, form: str) -> str | None:
        """Return the slot that a form asked for last; None while it is not active."""
        return self.slot("requested_slot") if self.active_form == form else None

    def names_entity(self, *kinds: str) -> bool:
        """Return whether the NLU found an entity of one of the kinds."""
        entities = self.tracker.latest_message.get("entities") or []
        return any(entity.get("entity") in kinds for entity in entities)

    def was_said(self, reply: Reply) -> bool:
        """Return whether the answer to the message before said the same."""
        users = 0
        for event in self._backwards("user", "bot"):
            users += event["event"] == "user"
            if users > 1:
                break
            if _response(event) == reply.response:
                told = event.get("metadata") or {}
                if all(told.get(name) == value for name, value in reply.values.items()):
                    return True
        return False

    def say(self, reply: Reply | str, **values: object) -> None:
        """Say a response of the domain, in the turn's language."""
        reply = Reply(reply, values) if isinstance(reply, str) else reply
        # Rasa words it by the tracker's language; a text of ours goes before that.
        text = None if self._is_as_tracked else self.line(reply.response, **reply.values)
        said = {SLOT: spoken().code} if len(loaded_codes()) > 1 else {}
        self.dispatcher.utter_message(text, response=reply.response, **reply.values, **said)

    def say_error(self, exc: PaymentError) -> None:
        """Reply with the domain's response for the error's code."""
        response = f"utter_error_{exc.code}"
        if response in self.domain.get("responses", {}):
            self.say(response, **error_values(exc))
        else:
            self.apologize(f"unnamed error {exc.code}")

    def apologize(self, cause: str) -> None:
        """Apologize for an internal error, and log its cause."""
        log.error(
            "flows.turn.apologized",
            cause=cause,
            intent=(self.tracker.latest_message.get("intent") or {}).get("name"),
            form=self.active_form,
        )
        self.say(APOLOGY)

    def line(self, response: str, **values: object) -> str:
        """Fill a response of the domain, as a piece of a longer one."""
        said = variant(self.domain["responses"][response], spoken().code)
        return str(said["text"]).format_map(values)

    @property
    def tracked_language(self) -> str | None:
        """The language that the conversation has chosen; None where it has none that is loaded."""
        chosen = self.slot(SLOT)
        return chosen if chosen in loaded_codes() else None

    @property
    def _is_as_tracked(self) -> bool:
        return spoken().code == (self.tracked_language or default_code())

    @property
    def said(self) -> set[str | None]:
        """Names of the responses that were said since the utterance, by earlier actions."""
        return {_response(e) for e in self._since_utterance() if e.get("event") == "bot"}

    @property
    def slots_before(self) -> dict[str, Any]:
        """The slots as they were when the buyer wrote the utterance."""
        return self._slots_at_messages[-1]

    @property
    def slots_before_last(self) -> dict[str, Any]:
        """The slots as they were when the buyer wrote the message before the last one."""
        return self._slots_at_messages[0]

    @cached_property
    def _slots_at_messages(self) -> deque[dict[str, Any]]:
        """The slots as they were when the buyer wrote the last two messages."""
        slots: dict[str, Any] = {}
        written: deque[dict[str, Any]] = deque([{}, {}], maxlen=2)
        for event in self.tracker.events:
            if event.get("event") == "slot":
                slots[event["name"]] = event.get("value")
            elif event.get("event") == "user":
                written.append(dict(slots))
        return written

    def has_filled_before(self, slots: Collection[str]) -> bool:
        """Return whether the message before the last one gave one of the slots a value."""
        before, now = self._slots_at_messages
        return any(now.get(slot) and now.get(slot) != before.get(slot) for slot in slots)

    def was_asked(self, slot: str) -> bool:
        """Return whether the utterance followed the question for the slot."""
        return bool(self.slots_before.get("requested_slot") == slot)

    @property
    def just_told(self) -> set[str]:
        """The orders whose news is part of this answer: told right before the message came.

        A channel that can't be written to brings what is new with the answer to a message. What
        came with the answer to the message before was read by then.
        """
        told: set[str] = set()
        news: set[str] = set()
        at: float | None = None
        for event in self._backwards("user", "bot"):
            metadata, when = event.get("metadata") or {}, event.get("timestamp") or -inf
            if event["event"] == "bot":
                is_new = at is not None and metadata.get("outbox_id") and at - JUST_TOLD_S < when
                news |= {str(metadata.get("order_id"))} if is_new else set()
            elif at is None:
                at = when
            elif metadata.get("is_external"):
                told |= news
                news = set()
            else:
                break
        return told

    @property
    def messages_in_form(self) -> int:
        """The number of messages since the active form started, with this one."""
        kinds = [event["event"] for event in self._backwards("user", "active_loop")]
        return kinds.index("active_loop") if "active_loop" in kinds else 0

    def has_started(self, form: str) -> bool:
        """Return whether the message has started a form."""
        loops = (e for e in self._since_utterance() if e.get("event") == "active_loop")
        return any(loop.get("name") == form for loop in loops)

    def told_lately(self, value: str) -> Iterator[str]:
        """Return what replies to the last few messages had for a value, the latest first."""
        users = 0
        for event in self._backwards("user", "bot"):
            users += event["event"] == "user"
            if users > LATELY:
                return
            if (said := (event.get("metadata") or {}).get(value)) is not None:
                yield str(said)

    @cached_property
    def told_last(self) -> frozenset[str]:
        """The names that the answer to the message before had: of shows, places and buttons.

        What a form asks, and asks again, is no answer, and what is said of an order, with the
        answer or as news between two messages, leads the talk nowhere.
        """
        names: list[str] = []
        users = 0
        for event in self._backwards("user", "bot"):
            users += event["event"] == "user"
            if users > 1:
                break
            told = event.get("metadata") or {}
            is_question = fnmatch(_response(event) or "", "utter_ask_*")
            if event["event"] == "bot" and not (is_question or told.get("order_id")):
                offered = (event.get("data") or {}).get("buttons") or []
                names += [str(told.get("show") or ""), str(told.get("place") or "")]
                names += [str(button.get("title") or "") for button in offered]
        return frozenset(names)

    @property
    def last_response(self) -> str | None:
        """Name of the response that was said last."""
        responses = (_response(event) for event in self._backwards("bot"))
        return next(responses, None)

    def was_said_in_each(self, responses: Collection[str], turns: int) -> bool:
        """Return whether each of the turns before the utterance had one of the responses."""
        by_turn: list[bool] = [False]
        for event in self._backwards("user", "bot"):
            if event["event"] == "user":
                by_turn.append(False)
            else:
                by_turn[-1] = by_turn[-1] or _response(event) in responses
            if len(by_turn) > turns + 1:
                break
        return len(by_turn) > turns and all(by_turn[1 : turns + 1])

    def was_said_since(self, response: str, pattern: str) -> bool:
        """Return whether a response was said after the last one whose name fits a pattern."""
        names = (_response(event) or "" for event in self._backwards("bot"))
        return next((one for one in names if one == response or fnmatch(one, pattern)), "") == (
            response
        )

    def times_in_a_row(self, responses: Collection[str]) -> int:
        """Count the consecutive turns that ended with one of the responses."""
        times = 0
        for event in self._backwards("bot"):
            if _response(event) not in responses:
                break
            times += 1
        return times

    @cached_property
    def offered_orders(self) -> list[str]:
        """The numbers of the orders that the buttons of the message before named."""
        return order_numbers(" ".join(self._titles))

    def was_offered(self, title: str) -> bool:
        """Return whether a button of the message before had a title."""
        return title in self._titles

    def is_offered(self, text: str) -> bool:
        """Return whether a text picks one of the buttons of the message before."""
        return match_title(text, self._titles) is not None

    @cached_property
    def _titles(self) -> list[str]:
        """The buttons of all messages between the utterance and the one before it, latest first."""
        titles: list[str] = []
        is_before = False
        for event in self._backwards("user", "bot"):
            if event["event"] == "user":
                if is_before:
                    break
                is_before = True
            elif is_before:
                offered = (event.get("data") or {}).get("buttons") or []
                titles += [str(button.get("title") or "") for button in offered]
        return titles

    def _since_utterance(self) -> Iterator[dict[str, Any]]:
        for event in reversed(self.tracker.events):
            if event.get("event") == "user":
                return
            yield event

    def _backwards(self, *kinds: str) -> Iterator[dict[str, Any]]:
        return (event for event in reversed(self.tracker.events) if event.get("event") in kinds)


def start(form: str, **slots: Any) -> RasaEvents:
    """Start a form with some of its slots set."""
    return [*(SlotSet(name, value) for name, value in slots.items()), FollowupAction(form)]


def say_each(turn: Turn, replies: Iterable[Reply]) -> None:
    """Say several replies."""
    for reply in replies:
        turn.say(reply)


def _response(event: dict[str, Any]) -> str | None:
    # Rasa notes a response's name in the bot event.
    name = (event.get("metadata") or {}).get("utter_action")
    return name if isinstance(name, str) else None
