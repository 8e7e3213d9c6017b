"""The shop's mail server, and the only file that speaks SMTP."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage

from .ticketing.domain.errors import MailUnavailable
from .ticketing.domain.mail import MailServer

# A claim on a notification lasts longer than all of it takes.
TIMEOUT_S = 4


class MailClient:
    """Hands mails in, one at a time."""

    def __init__(self, server: MailServer) -> None:
        """Keep the server; connects when first used."""
        self._server = server

    @property
    def is_there(self) -> bool:
        """Whether mail can be sent: SMTP_HOST is set."""
        return bool(self._server.host)

    def send(self, mail: EmailMessage, to: str) -> None:
        """Hand a mail in for one address; raises MailUnavailable unless the server took it."""
        try:
            mail["From"], mail["To"] = self._server.sender, to
            with self._connected() as server:
                server.send_message(mail)
        except (OSError, smtplib.SMTPException, UnicodeError, ValueError):
            # The exception's text has the buyer's address in it.
            raise MailUnavailable("The mail server did not take it.") from None

    def _connected(self) -> smtplib.SMTP:
        at, where = self._server, (self._server.host, self._server.port)
        trusted = ssl.create_default_context()
        if at.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(*where, timeout=TIMEOUT_S, context=trusted)
        else:
            server = smtplib.SMTP(*where, timeout=TIMEOUT_S)
        if at.security == "starttls":
            server.starttls(context=trusted)
        if at.user:
            server.login(at.user, at.password)
        return server
