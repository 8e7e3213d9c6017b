"""`python -m ticket_clerk.channels.shell …`: `rasa shell` with our guarded console channel.

`rasa shell` takes its connector from Rasa's own table, by the name `cmdline`, and not from
credentials.yml (rasa/cli/shell.py), so ours is put there first. Arguments are those of
`rasa shell`.
"""

import os
import sys

from rasa.__main__ import main as rasa_main
from rasa.core.channels import BUILTIN_CHANNELS

from .rest.channel import ConsoleInput
from .slack import SlackInput
from .socketio.channel import SocketIOInput
from .telegram import TelegramInput
from .web import WebInput

# The shell's own server opens none of these, but their sender ids are theirs here, too: a channel
# is in the registry once its class is defined.
ELSEWHERE = (SlackInput, SocketIOInput, TelegramInput, WebInput)


def main(arguments: list[str]) -> None:
    """Run the shell; it listens on BIND_HOST unless `arguments` name an interface."""
    BUILTIN_CHANNELS["cmdline"] = ConsoleInput
    if not {"-i", "--interface"} & set(arguments):
        arguments = ["--interface", os.environ.get("BIND_HOST", "127.0.0.1"), *arguments]
    sys.argv = ["rasa", "shell", *arguments]
    rasa_main()


if __name__ == "__main__":
    main(sys.argv[1:])
