"""Nothing passes the audit that was not looked up, or that nobody has looked at."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from ticket_clerk.cli.environment import ROOT
from ticket_clerk.cli.errors import LaunchError
from tools.audit import REQUIREMENTS, REVIEWED, ask, audit, judge, read_reviews

KNOWN = {"id": "PYSEC-2030-1", "fix_versions": ["2.0"], "aliases": ["CVE-2030-1"]}
SOUND = {"name": "sound", "version": "1.0", "vulns": []}
HOLED = {"name": "holed", "version": "1.0", "vulns": [KNOWN]}
SKIPPED = {"name": "skipped", "skip_reason": "Dependency not found and could not be audited"}
REVIEW = {
    "id": "CVE-2030-1",
    "package": "holed",
    "why": "Only its server has it.",
    "reviewed": "2030-01-02",
}


class AdvisoryService:
    """Answers on loopback as OSV does: one advisory about one package, nothing of the others."""

    def __init__(self, package: str) -> None:
        """Listen on a free port."""
        self.asked: list[str] = []
        self._package = package
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1/query"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def answer(self, query: dict[str, Any]) -> dict[str, Any]:
        """Give what is known of a package."""
        name = query["package"]["name"]
        self.asked.append(name)
        if name != self._package:
            return {}
        about = {"package": {"name": name, "ecosystem": "PyPI"}, "ranges": []}
        return {"vulns": [{"id": "GHSA-of-a-test", "summary": "A hole.", "affected": [about]}]}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["content-length"])
                content = json.dumps(service.answer(json.loads(self.rfile.read(length)))).encode()
                self.send_response(200)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        return Handler


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[AdvisoryService]:
    """The service that pip-audit queries."""
    service = AdvisoryService("aiohttp")
    monkeypatch.setenv("PIP_AUDIT_VULNERABILITY_SERVICE", "osv")
    monkeypatch.setenv("PIP_AUDIT_OSV_URL", service.url)
    yield service
    service.close()


@pytest.mark.parametrize(
    ("packages", "reviews", "says"),
    [
        ([SOUND], [], None),
        ([SOUND, HOLED], [REVIEW], None),
        ([SOUND, HOLED], [], "holed 1.0: CVE-2030-1 PYSEC-2030-1, fixed in 2.0"),
        ([HOLED], [{**REVIEW, "package": "sound"}], "update it, or say in advisories.yml why"),
        ([SOUND], [REVIEW], "CVE-2030-1 of holed is known of it no more"),
        ([SOUND, SKIPPED], [], r"not looked up: skipped \(1 packages\); the service is away"),
        ([SKIPPED], [REVIEW], "not looked up"),
        ([], [], "not looked up: all"),
    ],
)
def test_an_audit_passes_if_all_was_looked_up_and_all_that_is_known_was_reviewed(
    packages: list[dict[str, Any]], reviews: list[dict[str, str]], says: str | None
) -> None:
    """A review counts for one package, and no longer than there is something to review.

    Where the service is away nothing is said of reviews: they only look out of date.
    """
    problems, _ = judge({"dependencies": packages}, reviews)

    assert bool(problems) == bool(says)
    assert says is None or re.search(says, problems[0])


@pytest.mark.live
def test_every_package_that_we_install_is_looked_up(service: AdvisoryService) -> None:
    """By pip-audit itself, in the versions of the requirements; what it finds is found here."""
    answer = ask()

    here = "\n".join((ROOT / file).read_text(encoding="utf-8") for file in REQUIREMENTS)
    for name in ("rasa", "sanic", "stripe", "tensorflow", "pytest"):
        assert name in service.asked
    assert set(service.asked) <= set(re.findall(r"(?m)^([a-z0-9.-]+)==", here))
    problems, summary = judge(answer, [])
    assert [problem for problem in problems if "GHSA-of-a-test" in problem]
    assert summary == f"{len(set(service.asked))} packages looked up, 1 advisories"


@pytest.mark.live
def test_where_the_service_is_away_the_audit_fails(
    service: AdvisoryService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says that nothing was looked up."""
    service.close()

    with pytest.raises(LaunchError, match="nothing was looked up"):
        audit()


def test_the_reviews_are_complete(tmp_path: Path) -> None:
    """Each says what, of what, why it does not reach us, and when somebody looked."""
    read_reviews(REVIEWED)
    file = tmp_path / "advisories.yml"
    file.write_text("- {id: CVE-2030-1, package: holed, why: '', reviewed: 2030-01-02}\n")

    with pytest.raises(LaunchError, match="each entry has id, package, reviewed, why"):
        read_reviews(file)
