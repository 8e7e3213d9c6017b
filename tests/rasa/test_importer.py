"""What a host's assistant gets from the importer: its own first, and tickets behind it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import rasa.cli
import yaml
from rasa.shared.exceptions import RasaException
from rasa.shared.importers.importer import TrainingDataImporter

from ticket_clerk.languages.domain import SLOT
from ticket_clerk.project import BOT
from ticket_clerk.rasa.guest import SMALL_TALK, ticket_intents
from ticket_clerk.rasa.importer import UNDERSTANDING, TicketClerk

INITIAL = Path(rasa.cli.__file__).parent / "initial_project"


@pytest.fixture
def host(tmp_path: Path) -> Path:
    """A new assistant, as `rasa init` makes it."""
    return Path(shutil.copytree(INITIAL, tmp_path / "host"))


def _importer(host: Path, features: list[str] | None = None) -> TicketClerk:
    paths = [str(host / name) for name in ("config.yml", "domain.yml")]
    return TicketClerk(*paths, [str(host / "data")], features)


def _write(file: Path, **changes: Any) -> None:
    content = {**yaml.safe_load(file.read_text()), **changes}
    file.write_text(yaml.safe_dump(content))


def _rules(importer: TicketClerk) -> set[str]:
    return {step.block_name for step in importer.get_stories().story_steps}


def _intents_of_rules(importer: TicketClerk) -> set[str]:
    rules = [step for step in importer.get_stories().story_steps if "clerk" in step.block_name]
    events = [event for rule in rules for event in rule.events]
    flat = [one for event in events for one in (event if isinstance(event, list) else [event])]
    return {event.intent_name for event in flat if getattr(event, "intent_name", None)}


def test_the_hosts_words_win(host: Path) -> None:
    """A host rewords by defining the same response; what it doesn't define is ours."""
    own = yaml.safe_load((host / "domain.yml").read_text())
    own["responses"]["utter_ask_quantity"] = [{"text": "How many?"}]
    _write(host / "domain.yml", **own)

    responses = _importer(host).get_domain().responses
    assert responses["utter_greet"] == own["responses"]["utter_greet"]
    assert responses["utter_ask_quantity"] == [{"text": "How many?"}]
    assert "utter_checkout_link" in responses


def test_intents_about_tickets_come_with_a_prefix_and_small_talk_does_not_come(host: Path) -> None:
    """An intent that a host could have, too, stays the host's."""
    own = set(yaml.safe_load((host / "domain.yml").read_text())["intents"])
    intents = set(_importer(host).get_domain().intents)
    added = intents - own

    assert "tickets_buy_tickets" in added
    # Rasa has these in every domain.
    small_talk = SMALL_TALK - {"nlu_fallback", "out_of_scope"}
    assert not {intent.removeprefix("tickets_") for intent in added} & small_talk
    assert own <= intents


def test_no_rule_of_ours_answers_what_the_host_answers(host: Path) -> None:
    """Rules begin with intents about tickets, or go on with forms of ours."""
    intents = _intents_of_rules(_importer(host))

    assert "tickets_buy_tickets" in intents
    assert all(name.startswith("tickets_") or name == "card_number" for name in intents)


def test_the_hosts_sentences_and_stories_stay_as_they_are(host: Path) -> None:
    """Its pipeline learns what it learned; ours learns by itself."""
    alone = TrainingDataImporter.load_from_config(
        str(host / "config.yml"), str(host / "domain.yml"), [str(host / "data")]
    )
    importer = _importer(host)

    assert importer.get_nlu_data().intents == alone.get_nlu_data().intents
    stories = {step.block_name for step in alone.get_stories().story_steps}
    assert stories <= _rules(importer)


def test_our_understanding_is_behind_an_empty_pipeline(host: Path) -> None:
    """Rasa's automatic pipeline and policies, and then ours; the file stays as it is."""
    before = (host / "config.yml").read_text()
    config = _importer(host).get_config()

    names = [component["name"] for component in config["pipeline"]]
    assert "DIETClassifier" in names
    assert names[-1] == UNDERSTANDING
    assert "TEDPolicy" in [policy["name"] for policy in config["policies"]]
    assert (host / "config.yml").read_text() == before


def test_our_understanding_is_behind_the_hosts_own_pipeline(host: Path) -> None:
    """Which is not touched; the policy that our rules need is added where it is missing."""
    pipeline = [{"name": "WhitespaceTokenizer"}, {"name": "KeywordIntentClassifier"}]
    policies = [{"name": "MemoizationPolicy"}]
    _write(host / "config.yml", pipeline=pipeline, policies=policies)
    config = _importer(host).get_config()

    assert config["pipeline"][:2] == pipeline
    assert config["pipeline"][2]["name"] == UNDERSTANDING
    assert config["policies"] == [*policies, {"name": "RulePolicy"}]


def test_a_host_chooses_features(host: Path) -> None:
    """What it leaves out has no intent, no rule and no sentence."""
    some = _importer(host, ["buy", "refund"])

    intents = set(some.get_domain().intents)
    assert {"tickets_buy_tickets", "tickets_request_refund"} <= intents
    assert "tickets_upgrade_seat" not in intents
    assert "tickets_upgrade_seat" not in _intents_of_rules(some)
    assert "upgrade_seat" not in some.get_config()["pipeline"][-1]["intents"]


def test_a_feature_that_there_is_not_is_named(host: Path) -> None:
    """With those that there are."""
    with pytest.raises(RasaException, match="'sell'.*buy, refund"):
        _importer(host, ["sell"])


def test_the_language_is_the_hosts(host: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless CLERK_LANGUAGE is set; one that we don't speak is refused with a sentence."""
    monkeypatch.chdir(host)
    _write(host / "config.yml", language="es")
    assert _importer(host).get_config()["pipeline"][-1]["language"] == "es"
    text = _importer(host).get_domain().responses["utter_ask_quantity"][0]["text"]
    assert "entradas" in text.lower()

    _write(host / "config.yml", language="de")
    with pytest.raises(RasaException, match="does not speak 'de'"):
        _importer(host).get_config()
    monkeypatch.setenv("CLERK_LANGUAGE", "en")
    assert _importer(host).get_config()["pipeline"][-1]["language"] == "en"


def test_several_languages_are_one_domain(host: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a slot that chooses, which is ours; one that we don't speak is refused among others."""
    monkeypatch.chdir(host)
    monkeypatch.setenv("CLERK_LANGUAGE", "en,es")
    both = _importer(host)

    assert both.get_config()["pipeline"][-1]["language"] == "en,es"
    spanish = [{"type": "slot", "name": SLOT, "value": "es"}]
    said = both.get_domain().responses["utter_ask_quantity"]
    assert [one.get("condition") for one in said] == [None, spanish]
    assert SLOT in {slot.name for slot in both.get_domain().slots}

    _write(host / "domain.yml", slots={SLOT: {"type": "text", "mappings": [{"type": "custom"}]}})
    with pytest.raises(RasaException, match="both define slot"):
        _importer(host).get_domain()
    monkeypatch.setenv("CLERK_LANGUAGE", "en,de")
    with pytest.raises(RasaException, match="does not speak 'de'"):
        _importer(host).get_config()


@pytest.mark.parametrize(
    ("kind", "definition"),
    [
        ("slots", {"quantity": {"type": "any", "mappings": [{"type": "custom"}]}}),
        ("forms", {"refund_form": {"required_slots": []}}),
        ("actions", ["action_refund"]),
    ],
)
def test_one_name_for_two_things_is_refused(host: Path, kind: str, definition: Any) -> None:
    """A slot that two forms fill would hold now this, now that."""
    _write(host / "domain.yml", **{kind: definition})

    with pytest.raises(RasaException, match="both define"):
        _importer(host).get_domain()


def test_every_intent_of_the_assistant_is_small_talk_or_about_tickets() -> None:
    """One that is new is a host's, too, unless it is named as small talk."""
    intents = yaml.safe_load((BOT / "domain.yml").read_text())["intents"]

    assert set(intents) - set(ticket_intents(intents)) <= SMALL_TALK
