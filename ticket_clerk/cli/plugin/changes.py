"""What ``add`` changes in an assistant, and how each change is taken back."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from ticket_clerk import languages
from ticket_clerk.cli.errors import LaunchError
from ticket_clerk.project import BOT

IMPORTER = "ticket_clerk.rasa.importer.TicketClerk"
CONFIG_LINE = f"importers: [{{name: {IMPORTER}}}]"
# As Rasa writes it when it gives an assistant its id, at the first training.
_REWRITTEN = {CONFIG_LINE: f"importers: [name: {IMPORTER}]"}
ENDPOINT_LINE = 'action_endpoint: {url: "http://localhost:5055/webhook"}'
ACTIONS_LINE = "import ticket_clerk.actions  # noqa: F401"
# Whole files of more lines are not shown.
_LONG = 20
_MADE = "# Made by `ticket-clerk add`; `ticket-clerk remove` takes it away while it is as it was."


@dataclass(frozen=True)
class Change:
    """A file before and after; None where there is, or shall be, none."""

    path: Path
    before: str | None
    after: str | None

    def diff(self, root: Path) -> str:
        """The change as a unified diff; of a long file that comes or goes its length."""
        name = self.path.relative_to(root).as_posix()
        if None in (self.before, self.after) and len(self._text.splitlines()) > _LONG:
            verb = "new" if self.before is None else "goes"
            return f"{name}: {verb}, {len(self._text.splitlines())} lines\n"
        before, after = (
            (text or "").splitlines(keepends=True) for text in (self.before, self.after)
        )
        lines = difflib.unified_diff(before, after, f"a/{name}", f"b/{name}")
        return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)

    @property
    def _text(self) -> str:
        return self.after or self.before or ""

    def make(self) -> None:
        """Write the file, or take it away."""
        if self.after is None:
            self.path.unlink()
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("w", encoding="utf-8", newline="") as file:
            file.write(self.after)


def additions(root: Path, written: Mapping[str, str]) -> list[Change]:
    """What is missing in the assistant at ``root``; nothing where all is there.

    ``written`` are the settings that are set. Raises LaunchError for an assistant that is not
    understood.
    """
    changes = [_add_importer(root, written), _add_endpoint(root), _add_actions(root)]
    shows = root / "shows.yml"
    if not shows.exists():
        changes.append(Change(shows, None, _new_file(None)))
    return [change for change in changes if change.before != change.after]


def removals(root: Path) -> tuple[list[Change], list[Path]]:
    """What takes :func:`additions` back, and the files that their owner has changed since."""
    changes, changed = [], []
    shows = root / "shows.yml"
    for path, line, sign in (
        (root / "config.yml", CONFIG_LINE, IMPORTER),
        (root / "endpoints.yml", ENDPOINT_LINE, None),
        (_actions_file(root), ACTIONS_LINE, "ticket_clerk.actions"),
        (shows, None, ""),
    ):
        before = _read(path) if path.exists() else None
        if before is None:
            continue
        after = None if before == _new_file(line) else _without(before, line or "")
        if line is not None and after is not None or before == _new_file(line):
            changes.append(Change(path, before, after))
        elif sign is not None and sign in before:
            changed.append(path)
    return changes, changed


def _without(text: str, line: str) -> str | None:
    left = remove_line(text, line)
    return remove_line(text, _REWRITTEN[line]) if left is None and line in _REWRITTEN else left


def _new_file(line: str | None) -> str:
    """The content of a file that was not there: shows.yml, or one with our line alone."""
    return _read(BOT / "shows.yml") if line is None else f"{_MADE}\n{line}\n"


def _add_importer(root: Path, written: Mapping[str, str]) -> Change:
    path = root / "config.yml"
    if not path.exists():
        raise LaunchError("There is no assistant here: config.yml is missing.")
    text = _read(path)
    config = _parsed(path, text) or {}
    importers = config.get("importers") or []
    if any(isinstance(one, Mapping) and one.get("name") == IMPORTER for one in importers):
        return Change(path, text, text)
    if "importers" in config:
        raise LaunchError(
            "config.yml has importers of its own, and with several Rasa configures nothing by "
            f"itself: let yours call {IMPORTER}, or take them out."
        )
    if config.get("recipe", "default.v1") != "default.v1":
        raise LaunchError("config.yml has another recipe than default.v1, the only one we know.")
    _check_language(config, written)
    return _change(path, text, CONFIG_LINE, {**config, "importers": [{"name": IMPORTER}]})


def _check_language(config: Mapping[str, Any], written: Mapping[str, str]) -> None:
    setting = written.get("CLERK_LANGUAGE", "").strip() or str(config.get("language") or "")
    unknown = [code for code in languages.listed(setting) if code not in languages.codes()]
    if unknown:
        known = " or ".join(languages.codes())
        raise LaunchError(
            f"config.yml says language {unknown[0]!r}, which Ticket Clerk does not speak: write "
            f"CLERK_LANGUAGE={known} into .env, and it will speak that."
        )


def _add_endpoint(root: Path) -> Change:
    path = root / "endpoints.yml"
    text = _read(path) if path.exists() else None
    endpoints = (_parsed(path, text) if text else None) or {}
    if "action_endpoint" in endpoints:
        return Change(path, text, text)
    wanted = {**endpoints, "action_endpoint": {"url": "http://localhost:5055/webhook"}}
    return _change(path, text, ENDPOINT_LINE, wanted)


def _change(path: Path, text: str | None, line: str, wanted: Mapping[str, Any]) -> Change:
    """Add a line of YAML; refuse where the file would not say what is wanted afterwards."""
    after = _new_file(line) if text is None else add_line(text, line)
    try:
        is_wanted = _content(after) == wanted
    except YAMLError:
        is_wanted = False
    if not is_wanted:
        raise LaunchError(f"{path.name} is written in a way that we don't know: add `{line}`.")
    return Change(path, text, after)


def _add_actions(root: Path) -> Change:
    path = _actions_file(root)
    if not path.exists():
        return Change(path, None, _new_file(ACTIONS_LINE))
    text = _read(path)
    if ACTIONS_LINE in text.splitlines():
        return Change(path, text, text)
    after = add_line(text, ACTIONS_LINE)
    try:
        ast.parse(after)
    except SyntaxError:
        raise LaunchError(f"{path.relative_to(root)} is no Python: mend it first.") from None
    return Change(path, text, after)


def _actions_file(root: Path) -> Path:
    """The module that ``rasa run actions`` imports: the package's, or a single ``actions.py``."""
    single = root / "actions.py"
    is_single = single.exists() and not (root / "actions").is_dir()
    return single if is_single else root / "actions" / "__init__.py"


def _parsed(path: Path, text: str) -> Any:
    try:
        content = _content(text)
    except YAMLError:
        raise LaunchError(f"{path.name} is no YAML that can be read: mend it first.") from None
    if content is not None and not isinstance(content, Mapping):
        raise LaunchError(f"{path.name} has no settings by name: we don't know what to add.")
    return content


def _content(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


def _read(path: Path) -> str:
    with path.open(encoding="utf-8", newline="") as file:
        return file.read()


def add_line(text: str, line: str) -> str:
    """Add a line at the end of a text."""
    end = _line_end(text)
    if text and not text.endswith("\n"):
        # What ended without a line end does so again when the line is taken out.
        return f"{text}{end}{line}"
    return f"{text}{line}{end}"


def remove_line(text: str, line: str) -> str | None:
    """Take a line out that :func:`add_line` added; None where there is no such line."""
    end = _line_end(text)
    if text.endswith(f"{end}{line}"):
        return text.removesuffix(f"{end}{line}")
    lines = text.split(end)
    if line not in lines:
        return None
    lines.remove(line)
    return end.join(lines)


def _line_end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"
