"""An assistant of somebody's, with its own files and environment, and what runs in it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urljoin

import requests
from dotenv import dotenv_values

from tests.servers import free_port, running

WITHIN_S = 400
NEWS_WITHIN_S = 180
ENDPOINT = "http://localhost:5055/webhook"
LINK = re.compile(r"http://127\.0\.0\.1:\d+/c/pay/\w+")
_NOT_KEPT = ("models/", ".rasa/", "__pycache__/", ".env", "var/", "*.log", "results/", "*.db*")
# Prints what the newest model takes sentences for.
_PARSE = """
import asyncio, json, logging, sys
logging.disable()
from rasa.core.agent import Agent
agent = Agent.load("models")
parse = lambda text: asyncio.run(agent.parse_message(text))["intent"]["name"]
print(json.dumps({text: parse(text) for text in json.loads(sys.argv[1])}))
"""


class Host:
    """A folder under git, an environment with the wheels in it, and ports of its own."""

    def __init__(self, folder: Path, programs: Path, stack: ExitStack, **environ: str) -> None:
        """``programs`` is the environment's bin folder; ``environ`` what else is in it."""
        self.folder = folder
        self._more = environ
        self._programs = programs
        self._stack = stack
        self._actions = stack.enter_context(ExitStack())
        ports = [str(free_port()) for _ in range(3)]
        self.rasa_port, self.actions_port, self.standin_port = ports
        self.rasa_url = f"http://127.0.0.1:{self.rasa_port}"
        (folder / ".gitignore").write_text("\n".join(_NOT_KEPT) + "\n")
        # What the host's own first training does with the file.
        give_id = "from rasa.cli.utils import validate_assistant_id_in_config as give; give(%r)"
        self.command("python", "-c", give_id % "config.yml")
        for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "The host"]):
            self.git(*arguments)

    def git(self, *arguments: str) -> str:
        """Run git in the host's folder."""
        names = ["-c", "user.name=Host", "-c", "user.email=host@example.com"]
        return self._run("git", *names, *arguments)

    def command(self, program: str, *arguments: str) -> str:
        """Run a program of the environment to its end; returns what it said."""
        return self._run(str(self._programs / program), *arguments)

    def type_line(self, line: str) -> None:
        """Type a line into a terminal; what it asks is answered with y."""
        master, terminal = os.openpty()
        os.write(master, b"y\n")
        self._run("bash", "-c", line, stdin=terminal)
        os.close(master)
        os.close(terminal)

    def start(self, lines: Sequence[str]) -> None:
        """Start, as the guide says, the stand-in Stripe, the action server and Rasa."""
        standin, actions, rasa = lines
        # Other programs run beside these tests.
        self._replace(ENDPOINT, f"http://localhost:{self.actions_port}/webhook")
        self._start(self._stack, standin, f"http://127.0.0.1:{self.standin_port}/health")
        self.start_actions(actions)
        ready = f"{self.rasa_url}/status?token={self.rasa_token}"
        self._start(self._stack, f"{rasa} --port {self.rasa_port}", ready)

    def start_actions(self, line: str) -> None:
        """Start the action server with a line, in place of one that runs."""
        self._actions.close()
        url = f"http://127.0.0.1:{self.actions_port}/health"
        self._start(self._actions, f"{line} --port {self.actions_port}", url)

    @property
    def rasa_token(self) -> str:
        """What `add` wrote."""
        return str(dotenv_values(self.folder / ".env")["RASA_TOKEN"])

    def stop(self) -> None:
        """Stop them, and take back what only these tests changed."""
        self._stack.close()
        self._replace(f"http://localhost:{self.actions_port}/webhook", ENDPOINT)

    def say(self, sender: str, text: str) -> list[str]:
        """Say something over Rasa's own REST channel."""
        answer = requests.post(
            f"{self.rasa_url}/webhooks/rest/webhook",
            json={"sender": sender, "message": text},
            timeout=300,
        )
        return [message.get("text") or "" for message in answer.json()]

    def has_news(self, sender: str, text: str, own: str, news: str) -> bool:
        """Whether the host's answer comes first and news behind it, within some minutes."""
        until = time.monotonic() + NEWS_WITHIN_S
        while time.monotonic() < until:
            first, *more = self.say(sender, text)
            assert own in first, first
            if more:
                return news in more[0]
            time.sleep(0.5)
        return False

    def parse(self, text: str) -> str:
        """The intent that the model finds in a sentence."""
        answer = requests.post(
            f"{self.rasa_url}/model/parse",
            params={"token": self.rasa_token},
            json={"text": text},
            timeout=60,
        )
        return str(answer.json()["intent"]["name"])

    def parse_offline(self, sentences: Iterable[str]) -> dict[str, str]:
        """The intents that the newest model finds, without a server."""
        said = self.command("python", "-c", _PARSE, json.dumps(list(sentences)))
        intents: dict[str, str] = json.loads(said.splitlines()[-1])
        return intents

    def test_stories(self) -> None:
        """Run the host's own conversation tests, by Rasa's own command; they must pass."""
        self.command("rasa", "test", "core", "--stories", "tests", "--fail-on-prediction-errors")

    def _replace(self, old: str, new: str) -> None:
        file = self.folder / "endpoints.yml"
        file.write_text(file.read_text().replace(old, new))

    def _start(self, stack: ExitStack, line: str, ready: str) -> None:
        log = self.folder / f"{line.split()[1]}.log"
        command = ["bash", "-c", f"exec {line}"]
        process = stack.enter_context(running(command, self._environ, log, self.folder))
        until = time.monotonic() + WITHIN_S
        while not _answers(ready):
            is_late = process.poll() is not None or time.monotonic() > until
            assert not is_late, log.read_text(errors="replace")[-3000:]
            time.sleep(0.5)

    def _run(self, *command: str, stdin: int = subprocess.DEVNULL) -> str:
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self._environ,
            stdin=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        assert not done.returncode, (done.stdout + done.stderr)[-3000:]
        return done.stdout

    @property
    def _environ(self) -> dict[str, str]:
        return {
            "PATH": f"{self._programs}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.folder.parent),
            "RASA_TELEMETRY_ENABLED": "false",
            "RASA_PORT": self.rasa_port,
            "ACTIONS_PORT": self.actions_port,
            "STRIPE_STANDIN_PORT": self.standin_port,
            **self._more,
        }


def pay(link: str, card: str = "4242424242424242") -> requests.Response:
    """Fill in the payment page's form."""
    with requests.Session() as browser:
        page = browser.get(link, timeout=60).text
        action = re.search(r'<form[^>]*action="([^"]*)"', page)
        fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
        fields |= {"card_number": card, "exp_date": "12/34", "cvc": "123", "pay": "pay"}
        fields |= {"email": "ann@example.com", "name": "Ann"}
        address = urljoin(link, action[1] if action else "")
        return browser.post(address, data=fields, allow_redirects=False, timeout=60)


def link_in(answers: list[str]) -> str:
    """Find the payment link in what the bot said."""
    (link,) = LINK.findall("\n".join(answers))
    return str(link)


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=60).ok
    except requests.RequestException:
        return False
