"""What is outside of a host: Twilio's, Facebook's and Slack's servers, its callback, its printers.

The messengers' addresses are written in Rasa's channels, so these servers are a proxy of HTTPS
that answers for all, with a certificate of an authority that the host's Rasa is told of.
"""

from __future__ import annotations

import json
import ssl
import threading
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOSTS = ("api.twilio.com", "graph.facebook.com", "slack.com")


class Outside:
    """One server on a free loopback port; keeps the texts that each recipient was sent."""

    def __init__(self, folder: Path) -> None:
        """Make the certificate in a folder, and start."""
        self._sent: list[tuple[str, str]] = []
        self._certificate = folder / "outside.pem"
        self._certificate.write_bytes(_certificate())
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def environ(self) -> dict[str, str]:
        """What makes a program take these servers for the messengers'."""
        authority = str(self._certificate)
        return {
            "HTTPS_PROXY": self.url,
            "REQUESTS_CA_BUNDLE": authority,
            "SSL_CERT_FILE": authority,
        }

    def sent_to(self, recipient: str) -> list[str]:
        """The texts that somebody was sent, oldest first."""
        return [text for who, text in self._sent if who == recipient]

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outside = self
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._certificate)

        class Handler(BaseHTTPRequestHandler):
            timeout = 60
            protocol_version = "HTTP/1.1"

            def do_CONNECT(self) -> None:  # noqa: N802  http.server's name
                self.send_response(200)
                self.end_headers()
                self.connection = context.wrap_socket(self.connection, server_side=True)
                self.rfile = self.connection.makefile("rb")
                self.wfile = self.connection.makefile("wb", buffering=0)
                self.close_connection = False

            def do_POST(self) -> None:  # noqa: N802
                body = self.rfile.read(int(self.headers["Content-Length"] or 0))
                outside._keep(self.headers["Content-Type"] or "", body)
                answer = b'{"ok": true, "sid": "SM00000000000000000000000000000000"}'
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_arguments: object) -> None:
                pass

        return Handler

    def _keep(self, kind: str, body: bytes) -> None:
        is_form = kind.startswith("application/x-www-form-urlencoded")
        fields: dict[str, Any] = dict(parse_qsl(body.decode())) if is_form else json.loads(body)
        recipient = fields.get("recipient")
        who = recipient["id"] if isinstance(recipient, dict) else fields.get("recipient_id")
        who = who or fields.get("To") or fields.get("channel") or fields.get("terminal")
        text = _text(fields)
        if who and text:
            self._sent.append((who, text))


def _text(fields: dict[str, Any]) -> str | None:
    """Twilio's body, Facebook's message with or without buttons, a callback's or printer's text."""
    message = fields.get("message") or {}
    template = (message.get("attachment") or {}).get("payload") or {}
    found = fields.get("Body") or fields.get("text") or message.get("text") or template.get("text")
    return str(found) if found else None


def _certificate() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "outside")])
    now = datetime.now(timezone.utc)
    names = x509.SubjectAlternativeName([x509.DNSName(host) for host in HOSTS])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)
