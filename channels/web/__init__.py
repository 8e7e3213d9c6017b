"""The web chat: a page, a door for messages, and a stream of what was said."""

from channels.guard import Guarded
from channels.web.channel import WebChannel


class WebInput(Guarded, WebChannel):
    """The `web` channel behind the guard."""
