"""Where an action finds the shop: this process's own, or the one that a test hands in."""

from __future__ import annotations

from ticket_clerk.ticketing.container import Container, get_container


class WithContainer:
    """A part of each action's class; Rasa's SDK makes actions without arguments."""

    def __init__(self, container: Container | None = None) -> None:
        """Keep the shop, if there is one; otherwise it is made at the first use."""
        self._container = container

    @property
    def container(self) -> Container:
        """The shop; raises ConfigError when settings are wrong."""
        return self._container or get_container()
