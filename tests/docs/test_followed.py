"""The tutorial and the how-tos, followed word for word on a new clone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.follow import NEEDS, Reader, blocks, reader
from ticket_clerk.cli.environment import ROOT
from ticket_clerk.ticketing import envfile

DOCS = ROOT / "docs"
PAGES = [DOCS / "tutorial.md", *sorted((DOCS / "how-to").glob("*.md"))]
# In this order: each goes on with the clerk that the one before has left running.
FOLLOWED = [
    "tutorial.md",
    "how-to/own-shows.md",
    "how-to/facts.md",
    "how-to/channel.md",
    "how-to/operators.md",
    "how-to/language.md",
]
# By a test of its own, since its terminal is that of a database's machine.
ELSEWHERE = {"how-to/point-in-time.md": "tests/ticketing/test_point_in_time.py"}


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """Somebody who has read nothing yet."""
    with reader(tmp_path_factory.mktemp("reader")) as made:
        yield made


@pytest.mark.live
@pytest.mark.timeout(2000)
@pytest.mark.parametrize("name", FOLLOWED)
def test_a_page_can_be_followed_word_for_word(name: str, newcomer: Reader) -> None:
    """Every command works, every sentence is understood, and what is promised is seen."""
    assert newcomer.follow(DOCS / name) >= 3


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_is_followed_or_marked(page: Path) -> None:
    """Left out is what needs a container engine, a cluster or a Stripe account, and it says so."""
    commands = [block for block in blocks(page) if block.language in ("", "sh", "bash", "console")]
    text = page.read_text(encoding="utf-8")

    name = str(page.relative_to(DOCS))
    assert name not in ELSEWHERE or page.name in (ROOT / ELSEWHERE[name]).read_text()
    if name not in {*FOLLOWED, *ELSEWHERE}:
        assert [block.place for block in commands if not block.is_left_out] == []
    for need in NEEDS:
        marked = [block for block in commands if block.title == f"needs {need}"]
        assert text.lower().count(f"*needs {need.lower()}") >= len(marked)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_setting_that_a_page_has_written_exists(page: Path) -> None:
    """Nobody writes a line into .env that nothing reads."""
    known = set(envfile.setting_names(ROOT / ".env.example"))
    written = re.findall(r"(?m)^ *([A-Z][A-Z0-9_]+)=", page.read_text(encoding="utf-8"))

    assert set(written) - known == set()


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda page: page.name)
def test_what_takes_an_engine_or_a_cluster_says_so(page: Path) -> None:
    """On whatever page it stands: in the same paragraph, or in the item of the list."""
    # A table tells of commands; it has none to type.
    paragraphs = re.split(r"\n\n(?=[^\s|])", page.read_text(encoding="utf-8"))
    paragraphs = [re.sub(r"(?m)^\|.*", "", paragraph) for paragraph in paragraphs]
    told = re.compile(r"\((?:engine|cluster)\)|needs a (?:container engine|cluster)")
    takes = re.compile(r"(?m)^ *(?:docker|kubectl|helm) |`(?:docker|kubectl|helm) [a-z-]+[^`]*`")

    assert [each[:200] for each in paragraphs if takes.search(each) and not told.search(each)] == []
