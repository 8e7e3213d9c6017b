"""Every request that a page gives is sent as it stands there, and answered."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.docs.follow import Block, blocks
from tests.journeys.clerk import Clerk
from tests.servers import standin_server
from ticket_clerk.cli.environment import ROOT

pytestmark = pytest.mark.sqlite_only

OURS = ("docs/api.md", "docs/channels.md", "docs/tickets.md")
# What they change would be in the way of others, so they have a stand-in of their own.
STANDINS = ("docs/standin.md", "packages/stripe-standin/README.md")
# What is refused is an error, and a sender's secret is kept for who reads on.
_TYPED = """
curl() { command curl --fail-with-body -sS -D headers "$@"; }
SECRET=$(sed -n 's/^x-sender-secret: //Ip' headers | tr -d '\\r')
"""


def requests_of(page: Path) -> list[Block]:
    """The blocks of a page that ask something over HTTP."""
    return [block for block in blocks(page) if block.text.startswith("curl ")]


def send(block: Block, folder: Path, environ: Mapping[str, str], ports: Mapping[str, str]) -> None:
    """Type a block; fails with the answer where it is no success."""
    text = re.sub(r"\b(?:5005|5055|12111)\b", lambda port: ports[port[0]], block.text)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", _TYPED + text],
        cwd=folder,
        env={**environ, "PATH": "/usr/local/bin:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{block.place}: {done.stdout}{done.stderr}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where somebody with curl works."""
    if not shutil.which("curl"):
        pytest.skip("no curl on this machine")
    (tmp_path / "headers").touch()
    return tmp_path


def test_every_request_to_the_clerk_is_answered(clerk: Clerk, folder: Path) -> None:
    """Of the API, at the door, and over REST with the secret of the answer before."""
    ports = {"5005": clerk.environ["RASA_PORT"], "5055": clerk.environ["ACTIONS_PORT"]}
    names = ("PAYMENTS_API_TOKEN", "PUBLIC_URL")
    environ = {name: clerk.environ[name] for name in names}

    for page in OURS:
        for block in requests_of(ROOT / page):
            send(block, folder, environ, ports)


def test_every_request_to_the_stand_in_is_answered(folder: Path) -> None:
    """Codes to try, its events, its clock, and what breaks it."""
    with standin_server(folder) as address:
        for page in STANDINS:
            for block in requests_of(ROOT / page):
                send(block, folder, {}, {"12111": address.rpartition(":")[2]})
        gone = Block("sh", "", f"curl {address}/v1/no-such-thing", "the control")
        with pytest.raises(AssertionError, match="the control: "):
            send(gone, folder, {}, {})


def test_no_page_with_a_request_is_left_out() -> None:
    """Whoever writes one on another page finds it here; how-tos are followed as a whole."""
    pages = [ROOT / "README.md", *ROOT.glob("docs/*.md"), *ROOT.glob("packages/*/README.md")]
    asking = {str(page.relative_to(ROOT)) for page in pages if requests_of(page)}

    assert asking == {*OURS, *STANDINS}
