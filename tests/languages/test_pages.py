"""The pages of ours say all that the first language's say, in every language."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from ticket_clerk import languages
from ticket_clerk.channels.web.page import INDEX, SAID

CODES = languages.codes()


def texts(said: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a mapping, with where it stands."""
    if isinstance(said, str):
        yield name, said
        return
    parts = said.items() if isinstance(said, dict) else enumerate(said)
    for key, part in parts:
        yield from texts(part, f"{name}.{key}")


@pytest.mark.parametrize("code", CODES)
def test_a_language_says_all_of_it_with_the_same_values(code: str) -> None:
    """Nothing is left out, and what is filled in is filled in there, too."""
    first, other = (dict(texts(languages.pages(one))) for one in (languages.FIRST, code))

    assert first.keys() == other.keys()
    for name, text in first.items():
        assert sorted(re.findall(r"{\w+}", text)) == sorted(re.findall(r"{\w+}", other[name])), name


@pytest.mark.parametrize("code", [code for code in CODES if code != languages.FIRST])
def test_no_text_of_the_chats_page_is_left_in_the_first_language(code: str) -> None:
    """Neither in what it loads with nor in what its scripts say."""
    first = dict(texts(languages.pages(languages.FIRST)["chat"]))
    own = {text for _, text in texts(languages.pages(code)["chat"])}
    page = html.unescape(INDEX.read(code).decode())

    assert f'<html lang="{code}">' in page
    assert [text for text in first.values() if f">{text}<" in page and text not in own] == []
    assert "{{" not in page
    said = SAID.read(code).decode().removeprefix("export const SAID = ").rstrip(";\n")
    assert json.loads(said) == languages.pages(code)["chat"]
