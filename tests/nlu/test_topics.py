"""Topics of questions: every language has them, and they are found without training."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.nlu.topics import read_questions, topic_scores
from ticket_clerk import languages
from ticket_clerk.languages.topics import NONE, other_sentences, topics
from ticket_clerk.ticketing.domain.facts import FreeTopic
from ticket_clerk.understanding import features
from ticket_clerk.understanding.classifier import load_classifier
from ticket_clerk.understanding.features import SentenceFeatures, Vector
from ticket_clerk.understanding.spelling import Spelling
from ticket_clerk.understanding.topics import TopicIndex

ROOT = Path(__file__).parents[2]
BIRTHDAYS = FreeTopic("own-1", {"en": ("can you announce a birthday", "birthday surprise?")})


# The examples of all topics take seconds; one worker computes them once.
pytestmark = pytest.mark.xdist_group("topics")


@pytest.fixture(scope="module")
def index() -> TopicIndex:
    """The topics as they are, with one of an owner's own; what was computed is kept in var/."""
    return TopicIndex([BIRTHDAYS], cache=ROOT / "models")


@pytest.mark.parametrize("code", languages.codes())
def test_each_language_names_and_exemplifies_every_topic(code: str) -> None:
    """The same topics of the same places, thirty examples at least, none of them twice."""
    ours = topics(code)
    examples = [text for topic in ours.values() for text in topic.examples]
    examples += other_sentences(code)

    assert list(ours) == list(topics(languages.FIRST))
    assert len(ours) >= 45
    assert min(len(topic.examples) for topic in ours.values()) >= 30
    assert len({text.lower() for text in examples}) == len(examples)
    for topic in ours.values():
        assert topic.is_of_a_place == topics(languages.FIRST)[topic.id].is_of_a_place
        assert bool(topic.mentions) == bool(topic.maybe_in)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("my nan has a walking frame, will she manage?", "stairs"),
        ("wheres the loo", "toilets"),
        ("do you charge anything on top", "fees"),
        ("BIRTHDAY ANNOUNCEMENT POSSIBLE?", "own-1"),
        ("and how do we get our tickets?", "ticket"),
        ("how does one get a ticket from you?", "how_to_buy"),
        ("is the language very strong in this one?", "warnings"),
        ("what language are they speaking?", "language"),
    ],
)
def test_a_question_in_other_words_finds_its_topic(
    index: TopicIndex, text: str, topic: str
) -> None:
    """An owner's own topics are found like all others."""
    match = index.find(text, language="en")

    assert match is not None
    assert match.topic_id == topic


@pytest.mark.parametrize("text", ["", "   ", "two for swan lake please", "how do I poach an egg"])
def test_what_is_no_question_about_facts_has_no_topic(index: TopicIndex, text: str) -> None:
    """Orders, chatter and the rest of the world."""
    assert index.find(text, language="en") is None


def test_spanish_is_asked_in_spanish(index: TopicIndex) -> None:
    """Each language has its own examples."""
    match = index.find("¿hay sitio para dejar el coche?", language="es")

    assert match is not None
    assert match.topic_id == "parking"


def test_what_was_computed_is_kept_and_a_damaged_file_is_computed_again(tmp_path: Path) -> None:
    """A crash while it was written must not keep the clerk from answering."""
    examples = [("parking", "where can we park"), ("food", "is there a bar"), (NONE, "hello")]

    def scores() -> Mapping[str, float]:
        return load_classifier("en", examples, tmp_path).scores("is there a car park")

    first = scores()
    (file,) = tmp_path.glob("*.npz")
    again = scores()
    file.write_bytes(b"damaged")
    anew = scores()

    assert first == pytest.approx(again)
    assert first == pytest.approx(anew)


class _Noting(SentenceFeatures):
    """Keeps what it has embedded."""

    def __init__(self) -> None:
        super().__init__()
        self.embedded: list[str] = []

    def embed(self, text: str) -> Vector:
        self.embedded.append(text)
        return super().embed(text)


def test_the_same_words_are_embedded_once() -> None:
    """A turn asks again and again what its clauses are like."""
    classifier = load_classifier("en", [("food", "is there a bar"), (NONE, "hello")], None)
    features = _Noting()
    classifier = replace(classifier, features=features)
    first = classifier.scores("is there a kiosk")
    again = classifier.scores("is there a kiosk")
    classifier.scores("is there a cloakroom")

    assert first == again
    assert features.embedded == ["is there a kiosk", "is there a cloakroom"]


def test_without_the_sentence_model_words_are_enough_to_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is asked in the words of an example is found all the same."""
    monkeypatch.setattr(features, "_installed_model", lambda: None)
    index = TopicIndex()

    match = index.find("is there wheelchair access", language="en")

    assert match is not None
    assert match.topic_id == "wheelchair"
    assert index.find("two for swan lake please", language="en") is None
    assert NONE in index.scores("hello", language="en")


def test_held_out_questions_are_no_examples() -> None:
    """Neither equal nor near: a classifier that is measured on what it has seen is not measured."""
    examples = {
        code: [_words(text) for topic in topics(code).values() for text in topic.examples]
        for code in languages.codes()
    }
    for row in read_questions():
        words = _words(row["text"])
        near = [other for other in examples[row["language"]] if _common(words, other) >= 0.85]
        assert near == [], row["text"]


def test_held_out_questions_find_their_topics() -> None:
    """Of strangers, of who knew the topics' names, and in Spanish; with a margin below the table.

    docs/language.md says who wrote which, and what was in sight when examples were added.
    """
    scores = topic_scores()

    assert len(read_questions()) >= 300
    assert scores["en_reader"] >= 0.94
    assert scores["en_stranger"] >= 0.83
    assert scores["en_glosses"] >= 0.92
    assert scores["en_author"] >= 0.94
    assert scores["en_author_after"] >= 0.82
    assert scores["es_glosses"] >= 0.85
    assert scores["es_author_after"] >= 0.88


def test_the_commoner_of_two_close_spellings_is_meant() -> None:
    """Else a slip is as likely mended to what nobody asks a ticket shop."""
    spelling = Spelling(["a recipe", "a receipt", "the receipt please"], {"u": "you"})

    assert spelling.mend("can u send a recipt") == "can you send a receipt"


def test_every_topic_is_in_the_documentation() -> None:
    """An owner names them in shows.yml, and reads them in what nobody could answer."""
    page = (ROOT / "docs/language.md").read_text(encoding="utf-8")

    assert [topic for topic in topics(languages.FIRST) if f"`{topic}`" not in page] == []


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.lower()))


def _common(words: frozenset[str], others: frozenset[str]) -> float:
    """Return the share of words that two sentences have in common."""
    return len(words & others) / max(len(words | others), 1)
