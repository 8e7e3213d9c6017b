"""Where mail is handed in."""

from __future__ import annotations

from dataclasses import dataclass, field

# Whether the line is encrypted once it was asked for, from the start, or (on loopback) never.
SECURITY = ("starttls", "tls", "none")


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed in, and in whose name; without a host there is no mail."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    sender: str
    security: str
