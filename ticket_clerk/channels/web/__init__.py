"""The web chat: a page, a route for messages, and an event stream."""

from ticket_clerk.channels.guard import Guarded

from .channel import WebChannel
from .session import is_web_sender


class WebInput(Guarded, WebChannel):
    """The `web` channel behind the guard."""

    @classmethod
    def issues(cls, sender_id: str) -> bool:
        """Return whether a sender id has the form of those in the chat's cookies."""
        return is_web_sender(sender_id) or super().issues(sender_id)
