"""A clerk with English and Spanish loaded, without a model: its domain, its container, a buyer."""

from __future__ import annotations

from dataclasses import replace

from rasa.shared.core.domain import Domain

from actions.actions import ActionChooseLanguage
from tests.flows.conversation import DOMAIN, Conversation
from tests.flows.form_driver import FormDriver
from ticket_clerk.cli.environment import ROOT
from ticket_clerk.languages import read_yaml
from ticket_clerk.languages.domain import spoken_domain
from ticket_clerk.ticketing.container import Container

CODES = ("en", "es")


def with_both(container: Container) -> Container:
    """Return a container whose shop speaks both."""
    return replace(container, settings=replace(container.settings, languages=CODES))


class Bilingual(FormDriver):
    """A form driver that chooses the language before each message, as Rasa does."""

    domain = Domain.from_dict(spoken_domain(read_yaml(ROOT / "domain.yml"), CODES)).as_dict()

    def receive(self, text: str, intent: str = "inform", confidence: float = 1.0) -> Conversation:
        """Let the buyer say something, and run the action that fills the slot."""
        super().receive(text, intent, confidence)
        if text != "hi":
            self.run(ActionChooseLanguage(self.container))
        return self


assert Bilingual.domain["responses"].keys() == DOMAIN["responses"].keys()
