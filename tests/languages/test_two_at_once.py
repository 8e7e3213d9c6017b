"""Two languages at once: the buyer's words decide, and all that is told to them is in theirs."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from rasa.shared.core.domain import Domain
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from tests.flows.form_driver import FormDriver
from tests.languages.two_at_once import CODES, Bilingual, with_both
from tests.mail_double import mail_server
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import buy, pay
from ticket_clerk.channels.messaging.buttons import PAY_TITLE
from ticket_clerk.channels.telegram.channel import TelegramInput
from ticket_clerk.cli.environment import ROOT
from ticket_clerk.flows.facts import answer_topic
from ticket_clerk.flows.turn import Turn
from ticket_clerk.languages import domain, load, pages, responses
from ticket_clerk.languages.foreign import written_language
from ticket_clerk.ticketing.catalog import load_shows
from ticket_clerk.ticketing.catalog.shows_file import ShowsFile
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import personal_data
from ticket_clerk.ticketing.domain.models import Buyer, MessageKind, Order
from ticket_clerk.ticketing.notifications import delivery
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import cancel_order, start_checkout
from ticket_clerk.ticketing.tickets import mailing
from ticket_clerk.ticketing.tickets.queries import any_ticket, kept_tickets
from ticket_clerk.ticketing.waiting_list import join_waiting_list, offer_seats
from ticket_clerk.understanding import language
from ticket_clerk.understanding.topics import TopicMatch

# Spanish sentences have to be embedded, which `make train` does not do for English alone.
pytestmark = pytest.mark.live

MEASURE = ROOT.parent / "shared" / "nlu" / "dev.jsonl"
SPANISH = ROOT / "tests" / "data" / "spanish.jsonl"


@pytest.fixture
def database_url(sqlite_database: str) -> str:
    """One kind is enough for what is no SQL."""
    return sqlite_database


@pytest.fixture
def both(container: Container, monkeypatch: pytest.MonkeyPatch) -> Container:
    """A shop that speaks both."""
    monkeypatch.setattr(language, "LOADED", tuple(map(load, CODES)))
    return with_both(container)


@pytest.fixture
def sam(both: Container) -> Bilingual:
    """Who has said nothing yet."""
    return Bilingual(both)


def _ask_in_spanish(buyer: Bilingual) -> str:
    buyer.say("quiero dos entradas para los Lakers en la Section 101", "buy_tickets")
    return buyer.read_all()


def _order(container: Container, buyer: Bilingual) -> Order:
    return queries.orders_of(container, buyer.buyer)[0]


def test_spanish_is_answered_in_spanish_and_english_in_english(both: Container) -> None:
    """Words, amounts and dates, with one model and one server."""
    ana, bob = Bilingual(both, "ana"), Bilingual(both, "bob")

    assert "400,00" in _ask_in_spanish(ana)
    bob.say("I want 2 tickets for the Lakers in Section 101", "buy_tickets")
    assert "$400.00" in bob.read_all()
    assert "¿" in ana.read_all()
    assert (ana.slots[domain.SLOT], bob.slots[domain.SLOT]) == ("es", "en")


def test_one_word_decides_at_the_beginning_and_two_afterwards(sam: Bilingual) -> None:
    """A word of the other language may be a name; a sentence in it is meant."""
    sam.say("hola", "greet")
    assert sam.slots[domain.SLOT] == "es"
    sam.say("please", "inform")
    assert sam.slots[domain.SLOT] == "es"

    sam.say("what can you do for me please?", "chitchat")
    assert sam.slots[domain.SLOT] == "en"


@pytest.mark.parametrize("text", ["2", "ord_De1la2El3un4por5", "/greet", "Lakers vs Warriors"])
def test_what_is_of_no_language_changes_nothing(sam: Bilingual, text: str) -> None:
    """Numbers, order numbers, commands and names, whether a language is chosen or not."""
    sam.say(text)
    assert domain.SLOT not in sam.slots
    sam.say("quiero dos entradas", "buy_tickets")
    sam.say(text)
    assert sam.slots[domain.SLOT] == "es"


def test_a_title_that_was_offered_changes_nothing(both: Container, sam: Bilingual) -> None:
    """Even one whose words are all of the other language."""
    _ask_in_spanish(sam)
    sam.events.append(
        {"event": "bot", "metadata": {}, "data": {"buttons": [{"title": "what is there to see"}]}}
    )
    sam.say("what is there to see")
    assert sam.slots[domain.SLOT] == "es"
    # The negative control: typed unasked, it is English.
    sam.say("what is there to see")
    assert sam.slots[domain.SLOT] == "en"


def test_a_typed_slot_is_no_language(sam: Bilingual) -> None:
    """The slot has a code that is loaded or counts as empty."""
    sam.slots[domain.SLOT] = "../../etc"
    sam.say("2 tickets for the Lakers in Section 101", "buy_tickets")
    assert "$400.00" in sam.read_all()


def test_news_is_in_the_language_of_the_conversation(
    both: Container, sam: Bilingual, stripe_wire: StripeWire
) -> None:
    """The payment's confirmation, whose words are Rasa's."""
    _ask_in_spanish(sam)
    sam.say("sí, por favor", "affirm")
    pay(both, stripe_wire, _order(both, sam))

    assert sam.push() == ["utter_payment_confirmed"]
    assert "está confirmado" in sam.read_all()
    assert stripe_wire.sessions()[0]["locale"] == "es"
    assert stripe_wire.sessions()[0]["success_url"].endswith("&lang=es")


def test_news_is_in_the_orders_language_where_the_conversation_is_lost(
    both: Container, sam: Bilingual, stripe_wire: StripeWire
) -> None:
    """Rasa's tracker knows nothing then, so the text comes with the response."""
    _ask_in_spanish(sam)
    sam.say("sí, por favor", "affirm")
    pay(both, stripe_wire, _order(both, sam))
    new = Bilingual(both)

    assert new.push() == ["utter_payment_confirmed"]
    assert "está confirmado" in new.answers[0]["text"]


def test_an_order_that_remembers_no_language_is_told_of_in_the_default(
    both: Container, sam: Bilingual, stripe_wire: StripeWire
) -> None:
    """The negative control: nobody wrote a word of any."""
    order = buy(both, stripe_wire, buyer=sam.buyer)

    assert order.buyer.language is None
    assert sam.push() == ["utter_payment_confirmed"]
    assert "is confirmed" in sam.read_all()


def test_an_english_order_is_told_of_in_english(both: Container, stripe_wire: StripeWire) -> None:
    """The same, the other way round; nothing of ours goes before Rasa's words."""
    bob = Bilingual(both, "bob")
    bob.say("I want 2 tickets for the Lakers in Section 101", "buy_tickets")
    bob.say("yes please", "affirm")
    order = pay(both, stripe_wire, _order(both, bob))

    assert order.buyer.language == "en"
    assert bob.push() == ["utter_payment_confirmed"]
    assert not bob.answers[0]["text"]
    assert "is confirmed" in bob.read_all()
    assert stripe_wire.sessions()[0]["locale"] is None


def test_who_waits_is_served_in_their_language(both: Container, stripe_wire: StripeWire) -> None:
    """The worker makes the order then, without a conversation."""
    kim = Buyer("rest", "kim")
    held = start_checkout(both, kim, show_id="last-seat", section_id="front", quantity=1)
    ana = Buyer("rest", "ana", "es")
    join_waiting_list(both, ana, show_id="last-seat", section_id=None, quantity=1)
    cancel_order(both, kim, held.id)
    offer_seats(both)

    (order,) = queries.orders_of(both, Buyer("rest", "ana"))
    assert order.buyer.language == "es"
    assert stripe_wire.sessions()[0]["locale"] == "es"


def test_tickets_are_in_the_language_of_their_order(
    both: Container, stripe_wire: StripeWire
) -> None:
    """Their pages and their mail; an erased buyer's are in the default."""
    ana = Buyer("rest", "ana", "es")
    order = buy(both, stripe_wire, buyer=ana)
    tickets = kept_tickets(both, order)
    assert {ticket.language for ticket in tickets} == {"es"}

    with mail_server() as post:
        shop = replace(both, mail=post.client)
        mailing.request_mail(shop, order)
        for message in delivery.claim_due(shop, 8):
            if message.kind is MessageKind.TICKETS_BY_MAIL:
                delivery.deliver(shop, message)
        ((_, mail),) = post.mails
    words = pages("es")["mail"]
    assert str(mail["Subject"]).startswith(words["subject"].split("{")[0])
    names = [str(part.get_filename()) for part in mail.iter_attachments()]
    assert {name.split("-")[0] for name in names} == {words["file"]}

    with both.database.begin() as conn:
        personal_data.replace_buyer(conn, ana, Buyer("erased", "nobody"))
    assert {one.language for one in (any_ticket(both, ticket.id) for ticket in tickets)} == {None}


@pytest.mark.parametrize(("code", "told"), [("en", "Tchaikovsky"), ("es", "Chaikovski")])
def test_a_fact_is_told_in_the_language_of_the_turn(both: Container, code: str, told: str) -> None:
    """Where the catalog gives it in several."""
    load_shows(both.database, ShowsFile(ROOT / "shows.yml"), now=both.now())
    dispatcher = CollectingDispatcher()
    tracker = Tracker("sam", {}, {"text": "?"}, [], False, None, {}, None)
    turn = Turn(both, dispatcher, tracker, Bilingual.domain)

    swan_lake = [show for show in turn.catalog.shows if show.id == "swan-lake"]
    with language.speaking(code):
        answer_topic(turn, TopicMatch("plot", 1.0), swan_lake)
    (message,) = dispatcher.messages
    assert told in str(message)


def test_a_messengers_button_is_in_the_language_of_its_message() -> None:
    """What a channel adds to a reply is worded as the reply is."""
    channel = TelegramInput(None)
    agent = SimpleNamespace(domain=Domain.from_dict(Bilingual.domain), is_ready=lambda: True)
    channel.app = cast(Any, SimpleNamespace(ctx=SimpleNamespace(agent=agent)))

    said = [channel.words(PAY_TITLE, {domain.SLOT: code}) for code in CODES]
    assert said == [responses(code)[PAY_TITLE] for code in CODES]
    assert channel.words(PAY_TITLE) == said[0]


def test_with_one_language_an_order_remembers_none(
    container: Container, stripe_wire: StripeWire
) -> None:
    """And the buyer is the same one, whatever they write."""
    sam = FormDriver(container)
    sam.say("2 tickets for the lakers in section 101", "buy_tickets")
    sam.say("yes please", "affirm")

    assert queries.orders_of(container, sam.buyer)[0].buyer.language is None
    assert "lang=" not in stripe_wire.sessions()[0]["success_url"]
    assert Buyer("rest", "ana", "es") == Buyer("rest", "ana")


def _texts(file: str) -> list[str]:
    return [json.loads(line)["text"] for line in file.splitlines()]


def test_strangers_sentences_are_taken_for_their_own_language() -> None:
    """None of them for the other one, with a single word to tell them by."""
    spanish = _texts(SPANISH.read_text(encoding="utf-8"))
    assert [text for text in spanish if written_language(text, CODES, fewest=1) == "en"] == []
    if not MEASURE.exists():
        pytest.skip("shared/nlu is not beside this checkout")
    english = _texts(MEASURE.read_text(encoding="utf-8"))
    assert [text for text in english if written_language(text, CODES, fewest=1) == "es"] == []
