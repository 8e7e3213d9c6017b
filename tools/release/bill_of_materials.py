"""What ships with a release, as CycloneDX, and the licences of all of it.

What ships is what ``requirements.txt`` pins: it is what an image or ``pip install`` puts beside
our files. The licences are those that each package names in its own metadata.
https://cyclonedx.org/docs/1.6/json/
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any

from .changelog import NotReleasable

Bill = dict[str, Any]
# What a package's own words come to. LGPL libraries are used unchanged, as their authors ship them.
_LICENCES = {
    r"\bAGPL|Affero": "AGPL",
    r"\bLGPL|Lesser General|Library or Lesser": "LGPL",
    r"\bGPL|General Public License": "GPL",
    r"\bMPL|Mozilla": "MPL-2.0",
    r"\bApache": "Apache-2.0",
    r"\bBSD": "BSD",
    r"\bMIT\b|MIT-|Expat": "MIT",
    r"\bISC": "ISC",
    r"\bPSF|Python-2\.0|Python Software Foundation": "PSF-2.0",
    r"Unlicense|Public Domain|CC0": "public domain",
    r"\bZPL|Zope": "ZPL-2.1",
    r"\bTCL\b": "TCL",
}
_REFUSED = {"AGPL", "GPL"}


def pinned(requirements: Path) -> dict[str, str]:
    """Give name and version of each package that a lock file pins, as it is written there."""
    text = requirements.read_text(encoding="utf-8")
    return dict(re.findall(r"(?m)^([A-Za-z0-9._-]+)==([^\s;\\]+)", text))


def shipped(bill: Bill, names: Mapping[str, str]) -> Bill:
    """Leave of an environment's bill what ships: tools and tests are in it as well."""
    kept = {_plain(name) for name in names}
    components = [each for each in bill["components"] if _plain(each["name"]) in kept]
    references = {each["bom-ref"] for each in components} | {_root(bill)}
    dependencies = [
        {**each, "dependsOn": [ref for ref in each.get("dependsOn", []) if ref in references]}
        for each in bill["dependencies"]
        if each["ref"] in references
    ]
    return {**bill, "components": components, "dependencies": dependencies}


def licences(bill: Bill) -> dict[str, str]:
    """Give the licence of each component; raises NotReleasable where one may not ship."""
    said = {each["name"]: _said(each) for each in bill["components"]}
    wrong = [f"{name} ({', '.join(words) or 'none'})" for name, words in said.items() if _no(words)]
    if wrong:
        raise NotReleasable(
            f"The licences of these let nobody ship them with software under Apache-2.0, or are "
            f"not known: {', '.join(wrong)}. Do without them, or write down in "
            "tools/release/bill_of_materials.py what their words mean."
        )
    return {name: min(filter(_names, words), key=len) for name, words in said.items()}


def _no(words: list[str]) -> bool:
    """Whether one of a package's statements forbids it, or none of them says anything."""
    return not any(map(_names, words)) or any(map(_is_refused, words))


def _is_refused(statement: str) -> bool:
    """Whether a statement names a refused licence, and no other that one may choose instead."""
    return all(_REFUSED & _names(choice) for choice in re.split(r"(?i) or ", statement))


def _names(licence: str) -> set[str]:
    """Name the licences that a text speaks of, the most particular one for each of its words."""
    names = set()
    for pattern, name in _LICENCES.items():
        licence, count = re.subn(pattern, "", licence)
        if count:
            names.add(name)
            # "GNU Lesser General Public License" is not the GPL as well.
            licence = re.sub(r"(?i)general public license|public license", "", licence)
    return names


def _said(component: Mapping[str, Any]) -> list[str]:
    """List what a component says of its licence, in its own words."""
    said = [
        each.get("expression") or each["license"].get("id") or each["license"]["name"]
        for each in component.get("licenses", [])
    ] or list(_said_in_metadata(component["name"]))
    return [each.rpartition(" :: ")[2] for each in said]


def _said_in_metadata(name: str) -> Iterator[str]:
    """Say what an old free text of a package's metadata has, which is no name of a licence."""
    for text in distribution(name).metadata.get_all("License") or []:
        if text.strip() not in ("", "UNKNOWN"):
            yield text.strip().splitlines()[0]


def licence_texts(bill: Bill) -> str:
    """Join what each component says of its licence with the files that it brings along."""
    parts = []
    for name, licence in licences(bill).items():
        found = distribution(name)
        head = f"{name} {found.version}: {licence}"
        parts.append(f"{'=' * len(head)}\n{head}\n{'=' * len(head)}\n\n{_files(found)}")
    return "\n".join(parts)


def _files(found: Distribution) -> str:
    """Read the licences' files of a distribution, NOTICE included; empty where it has none."""
    names = re.compile(r"(?i)(?:^|/)(?:licen[cs]e|copying|notice|authors)[^/]*$")
    texts = [
        path.read_text(encoding="utf-8", errors="replace")
        for file in found.files or ()
        if names.search(str(file)) and file.suffix not in (".py", ".pyc")
        if (path := Path(str(found.locate_file(file)))).is_file()
    ]
    return "\n".join(texts)


def write(bill: Bill, file: Path) -> None:
    """Write the bill, the same for the same contents."""
    file.write_text(json.dumps(bill, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _root(bill: Bill) -> str:
    return str(bill["metadata"]["component"]["bom-ref"])


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
