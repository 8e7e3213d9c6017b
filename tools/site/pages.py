"""The site's pages by their names: the repository's own, with links as the site needs them.

In the repository a link leads to a file; on the site to the page that shows it. A link to
anything that is no page becomes one to a page with the file's text, so the site needs nothing else.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

from .reference import reference_pages

# Where pages of the repository that are not in docs/ stand on the site.
ELSEWHERE = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "packages/stripe-standin/README.md": "reference/stripe-standin.md",
}
_FENCE = re.compile(r"(?ms)^( *)(```+|~~~+).*?^\1\2`*$")
_LINK = re.compile(r"(\]\(|\bsrc=\")(?!https?:|mailto:|#)([^)#\s\"]+)")
_ITEM = re.compile(r"(?:[-*+]|\d+[.]) (?=\S)")
_KINDS = {".py": "python", ".yml": "yaml", ".yaml": "yaml", ".sh": "sh", ".toml": "toml"}
_IMAGES = (".png", ".svg")


def site_pages(root: Path) -> dict[str, bytes]:
    """Give every file of the site's folder of pages by its name; raises OSError for a dead link."""
    pages: dict[str, bytes] = {}
    for path in _repository_pages(root):
        name = path.relative_to(root).as_posix()
        text = path.read_text(encoding="utf-8")
        text = with_lists_apart(_with_site_links(root, name, text, pages))
        pages[_place(name)] = text.encode()
    for path in (root / "docs").rglob("*"):
        if path.suffix in (*_IMAGES, ".css", ".js"):
            pages[path.relative_to(root / "docs").as_posix()] = path.read_bytes()
    pages |= {name: text.encode() for name, text in reference_pages(root).items()}
    return pages


def _repository_pages(root: Path) -> list[Path]:
    return [*(root / "docs").rglob("*.md"), *(root / name for name in ELSEWHERE)]


def _place(name: str) -> str:
    """Name the site's page of a file of the repository."""
    if name in ELSEWHERE:
        return ELSEWHERE[name]
    in_docs = name.removeprefix("docs/")
    is_page = in_docs != name and name.endswith((".md", *_IMAGES))
    return in_docs if is_page else f"source/{name}.md"


def _with_site_links(root: Path, name: str, text: str, pages: dict[str, bytes]) -> str:
    """Turn links to files into links to pages, and add pages of the files that are cited."""
    here = posixpath.dirname(_place(name))

    def turned(link: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(name), link[2]))
        place = _place(target)
        if place.startswith("source/"):
            pages[place] = _source_page(root, target).encode()
        return link[1] + posixpath.relpath(place, here or ".")

    def outside_of_code(part: str) -> str:
        return _LINK.sub(turned, part)

    done, end = [], 0
    for fence in _FENCE.finditer(text):
        done += [outside_of_code(text[end : fence.start()]), fence[0]]
        end = fence.end()
    return "".join([*done, outside_of_code(text[end:])])


def with_lists_apart(text: str) -> str:
    """Write lists as mkdocs wants them: a blank line in front, four blanks before what is inside.

    In the repository a list needs no blank line, and as many blanks as the item's mark is wide.
    """
    lines, is_in_list, is_code, missing = [""], False, False, 0
    for line in text.split("\n"):
        indent = len(line) - len(line.lstrip(" "))
        if line and indent == 0 and not is_code:
            is_item = bool(_ITEM.match(line))
            is_behind_code = lines[-1].lstrip().startswith("```")
            if is_item and lines[-1] and (is_behind_code or not is_in_list):
                lines.append("")
            is_in_list, missing = is_item, 0
        elif is_in_list and indent in (2, 3):
            missing = 4 - indent
        lines.append(" " * missing + line if indent >= 2 and is_in_list else line)
        is_code ^= line.lstrip().startswith("```")
    return "\n".join(lines[1:])


def _source_page(root: Path, name: str) -> str:
    """Show a file of the source, or what is in a folder."""
    path = root / name
    if path.is_dir():
        files = sorted(each for each in path.rglob("*.*") if "__pycache__" not in each.parts)
        lines = [f"- `{each.relative_to(path)}`" for each in files]
        return f"# {name}\n\n" + "\n".join(lines) + "\n"
    kind = _KINDS.get(path.suffix, "text")
    return f"# {name}\n\n````{kind}\n{path.read_text(encoding='utf-8')}\n````\n"
