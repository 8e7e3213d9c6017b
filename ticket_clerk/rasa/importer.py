"""The importer: a host's own files, and behind them what sells tickets.

One line in a host's ``config.yml`` names it (``ticket-clerk add`` writes it). The host's
definitions win; its training sentences stay as they are, so that its pipeline understands what it
did; ours are learned by a component of our own behind it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.exceptions import RasaException
from rasa.shared.importers.rasa import RasaFileImporter

from ticket_clerk import languages
from ticket_clerk.languages.domain import spoken_domain
from ticket_clerk.languages.training import training_files
from ticket_clerk.project import BOT
from ticket_clerk.ticketing.settings import read_environ

from .guest import FEATURES, host_name, ticket_intents

UNDERSTANDING = "ticket_clerk.rasa.understanding.TicketUnderstanding"
# Rasa calls it when the bot has said all, so that news reaches a buyer behind any answer.
_LISTEN = "action_listen"
_OF_THE_HOST = ("version", "session_config", "entities")

File = dict[str, Any]


class TicketClerk(RasaFileImporter):
    """Rasa's importer of files, and the clerk behind it.

    ``features`` are what the host wants of: buy, refund, upgrade, season_tickets, waiting_list,
    facts; all without it.
    """

    def __init__(
        self,
        config_file: str | None = None,
        domain_path: str | None = None,
        training_data_paths: list[str] | str | None = None,
        features: list[str] | None = None,
    ) -> None:
        super().__init__(config_file, domain_path, training_data_paths)
        self._features = _checked(features)
        self._bot = _read(BOT / "domain.yml")
        self._intents = ticket_intents(self._bot["intents"], self._features)

    def get_config(self) -> dict[str, Any]:
        """The host's config; our understanding behind its pipeline, or behind Rasa's default."""
        config: dict[str, Any] = super().get_config()
        if not config:
            return config
        # Rasa's automatic configuration fills what is empty; in the file it would do so as a
        # whole or not at all, so it is done here, before ours is added.
        missing = {key for key in ("pipeline", "policies") if not config.get(key)}
        config = DefaultV1Recipe.complete_config(config, missing)
        policies = [*config["policies"]]
        if all(policy["name"] != "RulePolicy" for policy in policies):
            policies.append({"name": "RulePolicy"})
        pipeline = [*config["pipeline"], self._understanding(config)]
        return {**config, "pipeline": pipeline, "policies": policies}

    def get_domain(self) -> Domain:
        """The host's domain, then ours without what is the host's to define."""
        host = super().get_domain()
        spoken = spoken_domain(self._bot, languages_of(super().get_config()))
        _refuse_collisions(host, spoken)
        ours = {name: part for name, part in spoken.items() if name not in _OF_THE_HOST}
        ours["intents"] = [host_name(intent) for intent in self._intents]
        ours["actions"] = [*spoken["actions"], _LISTEN]
        return host.merge(Domain.from_dict(ours))

    def get_stories(self, exclusion_percentage: int | None = None) -> StoryGraph:
        """The host's stories and rules, and our rules about tickets."""
        host = super().get_stories(exclusion_percentage)
        rules = list(guest_rules(_rules(), self._intents))
        reader = YAMLStoryReader(self.get_domain())
        steps = reader.read_from_parsed_yaml({"version": "3.1", "rules": rules})
        return host.merge(StoryGraph(steps))

    def _understanding(self, config: Mapping[str, Any]) -> dict[str, Any]:
        codes = languages_of(config)
        return {
            "name": UNDERSTANDING,
            "language": ",".join(codes),
            "intents": self._intents,
            # Part of the component's fingerprint: new sentences train it anew.
            "sentences": _digest(file for code in codes for file in training_files(code)),
        }


def languages_of(config: Mapping[str, Any]) -> tuple[str, ...]:
    """The languages in which the clerk speaks: CLERK_LANGUAGE, or the host's.

    Raises RasaException where one is none of ours.
    """
    setting = read_environ().get("CLERK_LANGUAGE", "").strip()
    codes = languages.listed(setting or str(config.get("language") or ""))
    unknown = [code for code in codes if code not in languages.codes()]
    if unknown:
        raise RasaException(
            f"Ticket Clerk does not speak {unknown[0]!r}: set CLERK_LANGUAGE to "
            f"{' or '.join(languages.codes())}, or take its importer out of config.yml."
        )
    return codes


def guest_rules(rules: Iterable[File], intents: Iterable[str]) -> Iterable[File]:
    """Our rules as a host can have them: about tickets only, with the intents' names for it."""
    wanted = frozenset(intents)
    for rule in rules:
        steps = [_guest_step(step, wanted) for step in rule["steps"]]
        if None not in steps:
            yield {**rule, "rule": f"ticket clerk: {rule['rule']}", "steps": steps}


def _guest_step(step: File, wanted: frozenset[str]) -> File | None:
    """A rule's step with the intents' names for a host; None where the host answers that."""
    if "intent" in step:
        is_wanted = step["intent"] in wanted
        return {**step, "intent": host_name(step["intent"])} if is_wanted else None
    if "or" in step:
        either = [_guest_step(one, wanted) for one in step["or"]]
        kept = [one for one in either if one is not None]
        return {"or": kept} if len(kept) > 1 else next(iter(kept), None)
    return step


def _rules() -> list[File]:
    files = sorted((BOT / "data" / "rules").glob("*.yml"))
    return [rule for file in files for rule in _read(file)["rules"]]


def _checked(features: list[str] | None) -> tuple[str, ...]:
    unknown = [name for name in features or () if name not in FEATURES]
    if unknown:
        raise RasaException(
            f"config.yml names a feature that Ticket Clerk does not have: {unknown[0]!r}. "
            f"There are {', '.join(FEATURES)}."
        )
    return FEATURES if features is None else tuple(features)


def _refuse_collisions(host: Domain, bot: Mapping[str, Any]) -> None:
    """Refuse slots, forms and actions of one name, which would be used for two things."""
    own = host.as_dict()
    for kind in ("slots", "forms", "actions"):
        both = set(own.get(kind) or ()) & set(bot[kind])
        if both:
            raise RasaException(
                f"The domain and Ticket Clerk both define {kind[:-1]} {min(both)!r}: rename yours."
            )


def _digest(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


@lru_cache(maxsize=32)
def _read(file: Path) -> File:
    content: File = yaml.safe_load(file.read_text(encoding="utf-8"))
    return content
