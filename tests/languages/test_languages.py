"""Every language says and understands all that the first one does."""

from __future__ import annotations

import re
import string
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from ticket_clerk import languages
from ticket_clerk.cli.environment import ROOT
from ticket_clerk.cli.train import bot_arguments, bot_sources, fingerprint, model_path
from ticket_clerk.languages.domain import SLOT, spoken_domain, variant
from ticket_clerk.ticketing.domain.errors import ConfigError
from ticket_clerk.ticketing.settings import Settings
from ticket_clerk.understanding.answers import is_no, is_stop, is_yes

OTHERS = [code for code in languages.codes() if code != languages.FIRST]
each = pytest.mark.parametrize("code", OTHERS)


def read(path: Path) -> dict[str, Any]:
    """Read a file of the bot's."""
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


def responses(code: str) -> dict[str, dict[str, Any]]:
    """What a language says, by the name of the response."""
    first = ROOT / "domain.yml"
    file = first if code == languages.FIRST else languages.HERE / code / "responses.yml"
    return {name: said[0] for name, said in read(file)["responses"].items()}


def intents(code: str) -> set[str]:
    """What a language has sentences for."""
    first = ROOT / "data" / "nlu"
    folder = first if code == languages.FIRST else languages.HERE / code / "nlu"
    read_all = [read(path)["nlu"] for path in folder.rglob("*.yml")]
    return {entry["intent"] for file in read_all for entry in file if "intent" in entry}


def values(text: str) -> set[str]:
    """The names in braces of a text."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_there_is_more_than_one() -> None:
    """Adding one is a folder and a setting."""
    assert OTHERS == ["es"]


@each
def test_every_response_is_there_with_the_same_values_and_buttons(code: str) -> None:
    """Nothing is left out of it, and nothing is said that the first language does not say."""
    first, other = responses(languages.FIRST), responses(code)

    assert other.keys() == first.keys()
    assert [n for n in first if values(first[n]["text"]) != values(other[n]["text"])] == []
    counts = {n: [len(said[n].get("buttons", ())) for said in (first, other)] for n in first}
    assert {n: count for n, count in counts.items() if count[0] != count[1]} == {}
    assert [n for n in first if first[n]["text"] == other[n]["text"] and " " in other[n]["text"]
            and re.search(r"[a-z]{3}", re.sub(r"\{\w+\}", "", other[n]["text"]))] == []  # fmt: skip


@each
def test_every_intent_has_its_sentences(code: str) -> None:
    """Ten at least."""
    assert intents(code) == intents(languages.FIRST)
    for path in (languages.HERE / code / "nlu").glob("*.yml"):
        for entry in read(path)["nlu"]:
            assert len(entry["examples"].splitlines()) >= 10, entry["intent"]


@each
def test_yes_no_and_stop_are_understood_on_the_buttons(code: str) -> None:
    """Buttons say what is written on them, so the words must be understood."""
    translate, said = languages.load(code).translate, responses(code)
    yes, no = (button["title"] for button in said["utter_ask_confirm_order"]["buttons"])
    stop = said["utter_ask_change"]["buttons"][-1]["title"]

    assert is_yes(translate(yes), "")
    assert is_no(translate(no), "")
    assert is_stop(translate(stop))
    for name in ("utter_button_refund_yes", "utter_button_upgrade_yes", "utter_button_season_yes"):
        assert is_yes(translate(said[name]["text"]), ""), name
    for name in ("utter_button_refund_no", "utter_button_upgrade_no", "utter_button_season_no"):
        assert is_no(translate(said[name]["text"]), ""), name


@each
def test_no_phrase_is_in_the_glossary_twice(code: str) -> None:
    """YAML would keep the last one and say nothing."""
    text = (languages.HERE / code / "glossary.yml").read_text(encoding="utf-8")
    keys = re.findall(r'^"([^"]+)":', text, flags=re.MULTILINE)

    assert [key for key in keys if keys.count(key) > 1] == []


@pytest.mark.live
@pytest.mark.parametrize("code", [*OTHERS, ",".join(languages.codes())])
def test_the_bots_files_are_valid_in_it(code: str, tmp_path: Path) -> None:
    """As `make check` finds of the first one; and in all of them at once."""
    files = bot_arguments(ROOT, code, tmp_path)
    command = [sys.executable, "-m", "rasa", "data", "validate", "--fail-on-warnings", *files]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr[-2000:]


@each
def test_a_model_belongs_to_its_language(code: str) -> None:
    """It is trained again when the language's own files change, and thrown away with its own."""
    assert fingerprint(ROOT, code) != fingerprint(ROOT)
    assert not model_path(ROOT, code).match("clerk-*.tar.gz")
    own = [path for path in bot_sources(ROOT, code) if path.is_relative_to(languages.HERE)]
    assert {path.parent.name for path in own} == {code, "nlu"}


def test_a_model_of_several_belongs_to_them_and_their_order() -> None:
    """The first is the default, and speaks without a condition."""
    one, both, other = (model_path(ROOT, code).name for code in ("es", "en,es", "es,en"))
    assert len({name.rpartition("-")[0] for name in (one, both, other)}) == 3
    assert fingerprint(ROOT, "en,es") != fingerprint(ROOT, "es")


def test_several_are_one_domain_with_variants() -> None:
    """Those of the default come first; a slot chooses, and one alone has none of it."""
    english, spanish = read(ROOT / "domain.yml"), responses("es")
    both, alone = spoken_domain(english, ("es", "en")), spoken_domain(english, ("en",))

    assert alone == english
    assert both["slots"].keys() - english["slots"].keys() == {SLOT}
    for name, said in both["responses"].items():
        assert variant(said, "es") == said[0] == spanish[name], name
        assert variant(said, "en")["text"] == english["responses"][name][0]["text"], name


def test_a_language_that_is_not_there_stops_the_start() -> None:
    """With what to write."""
    with pytest.raises(ConfigError, match="CLERK_LANGUAGE .* en or es"):
        Settings.from_env({"CLERK_LANGUAGE": "xx"})
    with pytest.raises(ConfigError, match="several, the default first"):
        Settings.from_env({"CLERK_LANGUAGE": "en,xx"})
    assert Settings.from_env({"CLERK_LANGUAGE": " es, en,es"}).languages == ("es", "en")


def test_the_first_language_reads_a_sentence_as_it_is() -> None:
    """Nothing stands between a buyer's English and the parsers."""
    typed = "¿2 tickets  for ord_Ab3 sí?"

    assert languages.load(languages.FIRST).translate(typed) == typed
