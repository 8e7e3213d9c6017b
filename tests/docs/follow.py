"""Somebody who follows a page of the documentation word for word.

What a page's code blocks say is done in their order, by what they are marked with:

=================================  ===============================================================
```sh``                            typed into a terminal, which keeps its folder and its variables
``sh title="in a terminal …"``     the same in one of its own, until it prints ``ready``
``sh title="needs …"``             left out: it takes what no test has
``text title="prints"``            was printed by the command before
``text title="in the chat"``       sent (``you``) and received (``clerk``)
``text title="on the payment page"``  the link that was received last, paid with that card
``… title="FILE"``                 the file's new text
``… title="at the end of FILE"``   written behind what the file has
=================================  ===============================================================

``…`` in what is printed or received stands for anything. Only ports are other ones, since programs
run beside the tests.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import requests

from tests.plugin.host import pay
from tests.servers import free_port
from tests.waiting import wait_until
from ticket_clerk.cli.environment import ROOT
from ticket_clerk.ticketing import envfile

# Installing and training take two minutes of a core; other tests run beside this one.
READY_WITHIN_S = 900.0
PORTS = {"RASA_PORT": "5005", "ACTIONS_PORT": "5055", "STRIPE_STANDIN_PORT": "12111"}
LINK = re.compile(r"http://127\.0\.0\.1:\d+/c/pay/\w+")
NEEDS = ("a container engine", "a cluster", "a Stripe account")


@dataclass(frozen=True)
class Block:
    """A block of code on a page, and where it stands."""

    language: str
    title: str
    text: str
    place: str

    @property
    def is_left_out(self) -> bool:
        """Whether it takes what no test has."""
        return self.title.removeprefix("needs ") in NEEDS


def blocks(page: Path) -> list[Block]:
    """Read a page's blocks in their order."""
    text = page.read_text(encoding="utf-8")
    found = re.finditer(r'(?ms)^( *)```(\w*)(?: title="([^"]*)")?\n(.*?)^\1```$', text)
    return [
        Block(
            m[2], m[3] or "", dedent(m[4]), f"{page.name}:{text.count(chr(10), 0, m.start()) + 1}"
        )
        for m in found
    ]


def copy_of_the_tree(folder: Path) -> Path:
    """Make a repository of the files as they are now, committed or not."""
    names = _git(ROOT, "ls-files", "-co", "--exclude-standard", "-z").split("\0")
    there = [name for name in names if (ROOT / name).is_file()]
    listed = folder / "files"
    listed.write_text("\n".join(there), encoding="utf-8")
    repository = folder / "repository"
    repository.mkdir()
    copy = f"tar -C {ROOT} -cf - -T {listed} | tar -C {repository} -xf -"
    subprocess.run(["bash", "-c", copy], check=True)
    _git(repository, "init", "-q")
    commit(repository, "As it is")
    return repository


def commit(repository: Path, subject: str) -> None:
    """Commit all that is in a repository's folder."""
    _git(repository, "add", "-A")
    author = ["-c", "user.name=Reader", "-c", "user.email=reader@example.com"]
    _git(repository, *author, "commit", "-qm", subject)


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout


class Reader:
    """A folder, a terminal, a browser; what runs is ended with :meth:`close`."""

    def __init__(self, folder: Path, repository: Path) -> None:
        """Begin with nothing but the machine and the repository's address."""
        ours = envfile.setting_names(ROOT / ".env.example")
        dropped = {*ours, "VIRTUAL_ENV", "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "PYTHONPATH"}
        environ = {name: value for name, value in os.environ.items() if name not in dropped}
        ports = {name: str(free_port()) for name in PORTS}
        self._environ = {**environ, **ports, "REPOSITORY": str(repository)}
        self._ports = {PORTS[name]: port for name, port in ports.items()}
        self._folder = folder
        self._state = folder / "terminal"
        self._state.write_text(f"cd {folder}\n", encoding="utf-8")
        self._printed = ""
        self._chat = Chat(f"http://127.0.0.1:{ports['RASA_PORT']}", sender=f"reader-{os.getpid()}")
        self._running: subprocess.Popen[bytes] | None = None

    def follow(self, page: Path) -> int:
        """Do all that a page says; gives how many blocks that were."""
        done = [self._do(block) for block in blocks(page) if not block.is_left_out]
        return len(done)

    def close(self) -> None:
        """End what runs as Ctrl-C does."""
        if self._running is not None:
            os.killpg(self._running.pid, signal.SIGINT)
            self._running.wait(300)
            self._running = None

    def _do(self, block: Block) -> None:
        text = re.sub(r"\b(5005|5055|12111)\b", lambda port: self._ports[port[0]], block.text)
        if block.language == "sh" and block.title == "in a terminal of its own":
            self._start(text, block)
        elif block.language == "sh" and not block.title:
            self._type(text, block)
        elif block.title == "prints":
            assert says(self._printed, text), f"{block.place}: {self._printed}"
        elif block.title == "in the chat":
            self._chat.follow(text, block.place)
        elif block.title == "on the payment page":
            (card,) = re.findall(r"(?m)^card +([\d ]+)$", text)
            self._chat.pay(card.replace(" ", ""))
        else:
            self._write(block.title, text, block)

    def _type(self, text: str, block: Block) -> None:
        script = f". {self._state}\n{text}\n{{ declare -px; printf 'cd %q\\n' \"$PWD\"; }}"
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", f"{script} >{self._state}"],
            env=self._environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=READY_WITHIN_S,
        )
        self._printed = done.stdout
        assert done.returncode == 0, f"{block.place}: {done.stdout[-3000:]}"

    def _start(self, text: str, block: Block) -> None:
        """Start what goes on, in place of what ran until now, and wait until it is ready."""
        self.close()
        log = self._folder / "running.log"
        with log.open("wb") as output:
            self._running = subprocess.Popen(
                ["bash", "-c", f". {self._state}\nexec {text}"],
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        running = self._running

        def words() -> str:
            return f"{block.place}: {log.read_text(errors='replace')[-3000:]}"

        def is_ready() -> bool:
            # Asked first, so that what it says last is read.
            has_ended = running.poll() is not None
            is_said = "\nready\n" in log.read_text(errors="replace")
            assert is_said or not has_ended, words()
            return is_said

        wait_until(is_ready, "ready", READY_WITHIN_S, words)

    def _write(self, title: str, text: str, block: Block) -> None:
        is_appended = title.startswith("at the end of ")
        name = title.removeprefix("at the end of ")
        assert re.fullmatch(r"[\w./-]+", name), f"{block.place}: what is to be done with it?"
        here = re.findall(r"(?m)^cd (.+)$", self._state.read_text(encoding="utf-8"))[-1]
        file = Path(here) / name
        with file.open("a" if is_appended else "w", encoding="utf-8") as written:
            written.write(text)


class Chat:
    """A conversation over REST, which polls for what is pushed."""

    def __init__(self, address: str, sender: str) -> None:
        self._address = address
        self._sender = sender
        self._secret = ""
        self._cursor = 0
        self._link = ""

    def follow(self, text: str, place: str) -> None:
        """Send what the reader says and receive what the clerk says, in this order."""
        received = ""
        for who, words in re.findall(r"(?m)^(you|clerk) +(.+(?:\n +.+)*)$", text):
            if who == "you":
                received = self._say(words)
            else:
                expected = " ".join(words.split())
                received = self._receive(received, expected, place)

    def pay(self, card: str) -> None:
        """Pay the link that came last; a card that is declined leaves it open."""
        assert pay(self._link, card).status_code in (200, 303)

    def _say(self, text: str) -> str:
        answer = requests.post(
            f"{self._address}/webhooks/rest/webhook",
            json={"sender": self._sender, "message": text},
            timeout=60,
        )
        self._secret = answer.headers.get("X-Sender-Secret", self._secret)
        assert answer.ok, answer.text
        return self._poll()

    def _receive(self, received: str, expected: str, place: str) -> str:
        """Return what was received, and poll for the rest of what is expected."""
        texts = [received]

        def has_come() -> bool:
            if says(" ".join(texts), expected):
                return True
            texts.append(self._poll())
            return says(" ".join(texts), expected)

        wait_until(has_come, f"{expected!r} at {place}", words=lambda: " ".join(texts))
        return " ".join(texts)

    def _poll(self) -> str:
        """Get what was said since the last poll, the answer to a message included."""
        answer = requests.get(
            f"{self._address}/webhooks/rest/messages",
            params={"sender": self._sender, "after": self._cursor},
            headers={"Authorization": f"Bearer {self._secret}"},
            timeout=60,
        ).json()
        self._cursor = answer["cursor"]
        return self._keep(answer["messages"])

    def _keep(self, messages: list[dict[str, str]]) -> str:
        text = " ".join(" ".join((each.get("text") or "").split()) for each in messages)
        self._link = (LINK.findall(text) or [self._link])[-1]
        return text


def says(text: str, expected: str) -> bool:
    """Whether a text has the pieces between the ``…``, in this order; blanks are all alike."""
    pieces = (" ".join(piece.split()) for piece in expected.split("…"))
    pattern = ".*".join(re.escape(piece) for piece in pieces)
    return re.search(pattern, " ".join(text.split())) is not None


@contextmanager
def reader(folder: Path) -> Iterator[Reader]:
    """A reader with nothing but a repository, who leaves nothing running."""
    made = Reader(folder, copy_of_the_tree(folder))
    try:
        yield made
    finally:
        made.close()
