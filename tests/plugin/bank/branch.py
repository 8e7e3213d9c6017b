"""The bank's own channel: terminals in its branches, which print what the bot says."""

import aiohttp
from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from sanic import Blueprint, response


class Printer(OutputChannel):
    """Sends each message to the printer of a terminal."""

    def __init__(self, url):
        """``url`` takes a JSON object a message."""
        self._url = url

    @classmethod
    def name(cls):
        """As in credentials.yml's channels."""
        return "branch"

    async def send_text_message(self, recipient_id, text, **_):
        """Print."""
        async with aiohttp.ClientSession() as http:
            await http.post(self._url, json={"terminal": recipient_id, "text": text})


class BranchTerminal(InputChannel):
    """Takes what somebody types at a terminal."""

    def __init__(self, printer):
        """``printer`` is the address that prints."""
        self._printer = printer

    @classmethod
    def name(cls):
        """The address's part."""
        return "branch"

    @classmethod
    def from_credentials(cls, credentials):
        """Read the printer's address."""
        return cls(credentials["printer"])

    def blueprint(self, on_new_message):
        """One route, for what was typed."""
        branch = Blueprint("branch")

        @branch.post("/typed")
        async def typed(request):
            terminal, text = request.json["terminal"], request.json["typed"]
            printer = self.get_output_channel()
            await on_new_message(UserMessage(text, printer, terminal, input_channel=self.name()))
            return response.empty()

        return branch

    def get_output_channel(self):
        """For what the bot says unasked."""
        return Printer(self._printer)
