"""The web chat: a page, a door for messages, and a stream of what was said."""

from ticket_clerk.channels.guard import Guarded

from .channel import WebChannel


class WebInput(Guarded, WebChannel):
    """The `web` channel behind the guard."""
