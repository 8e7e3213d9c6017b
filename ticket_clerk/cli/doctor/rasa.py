"""Checks of Rasa: whether it answers, requires its token, and has today's model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import requests

from ticket_clerk.cli.train import model_path

from .local_http import TIMEOUT_S, content, local_session
from .result import START, Result, broken, ok


def check_rasa(environ: Mapping[str, str], root: Path) -> Iterator[Result]:
    """Check Rasa, its token and its model; the model on disk also where Rasa is down."""
    url, loaded = environ["RASA_URL"], None
    with local_session() as http:
        try:
            anonymous = http.get(f"{url}/status", timeout=TIMEOUT_S)
            # The token goes by query, as Rasa wants it; so no address is printed that has one.
            token = {"token": environ["RASA_TOKEN"]}
            answer = http.get(f"{url}/status", params=token, timeout=TIMEOUT_S)
        except requests.RequestException:
            yield broken("rasa", f"does not answer at {url}: {START}; var/log/rasa.log has more")
        else:
            loaded = content(answer).get("model_file")
            yield _rasa(url, answer.status_code, loaded)
            if loaded:
                yield _token(anonymous)
    yield _model(root, loaded, environ["CLERK_LANGUAGE"])


def _rasa(url: str, status: int, loaded: str | None) -> Result:
    if status == requests.codes.unauthorized:
        return broken("rasa", "was started with another RASA_TOKEN: restart `make run`")
    if status == requests.codes.conflict:
        return broken("rasa", "answers and has no model: restart `make run`")
    if not loaded:
        return broken("rasa", f"is not what answers at {url}: check RASA_URL and RASA_PORT")
    return ok("rasa", "answers, and knows RASA_TOKEN")


def _token(anonymous: requests.Response) -> Result:
    """Check that requests without the token are refused: they could write into conversations."""
    if anonymous.ok:
        return broken("rasa's token", "is open to anybody: start Rasa with --auth-token RASA_TOKEN")
    return ok("rasa's token", "wants RASA_TOKEN")


def _model(root: Path, loaded: str | None, language: str) -> Result:
    model = model_path(root, language)
    if not model.exists():
        return broken(
            "model",
            "the bot's files changed since it was trained: run `make train`, restart `make run`",
        )
    if loaded and Path(loaded).name != model.name:
        return broken("model", "is trained, but Rasa speaks with an older one: restart `make run`")
    return ok("model", "trained from today's files")
