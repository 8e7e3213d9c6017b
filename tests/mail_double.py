"""A mail server of somebody else's (aiosmtpd) on a free port of loopback, which keeps what it got.

Told to be ``busy`` it refuses with 451, as a full one does.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller

from tests.servers import free_port
from ticket_clerk.mail_client import MailClient
from ticket_clerk.ticketing.domain.mail import MailServer


class MailDouble:
    """What came in: for which addresses, and the mail as programs read it."""

    def __init__(self, port: int) -> None:
        """Nothing came yet."""
        self.client = MailClient(
            MailServer("127.0.0.1", port, "", "", "box@tickets.example", "none")
        )
        self.environ = {
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(port),
            "SMTP_FROM": "box@tickets.example",
            "SMTP_SECURITY": "none",
        }
        self.mails: list[tuple[list[str], EmailMessage]] = []
        self.is_busy = False

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Take a mail, or none."""
        if self.is_busy:
            return "451 Try again later"
        mail = message_from_bytes(envelope.content, policy=default)
        self.mails.append((envelope.rcpt_tos, mail))
        return "250 OK"


@contextmanager
def mail_server() -> Iterator[MailDouble]:
    """Run one until the end of the block."""
    port = free_port()
    double = MailDouble(port)
    # Its own five seconds are short on a busy machine.
    controller = Controller(double, hostname="127.0.0.1", port=port, ready_timeout=120)
    controller.start()
    try:
        yield double
    finally:
        controller.stop()
